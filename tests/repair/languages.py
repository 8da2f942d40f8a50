#!/usr/bin/env python3
"""Sentences of many languages, garbled in every usual way and repaired again.

    languages.py PIPE SENTENCES [SAMPLES [LANGUAGE...]]

PIPE: the program of pipe.c. SENTENCES: the file that collect_sentences makes. SAMPLES sentences of each language and garbling
(default 100), seeded: the same figures each time. SHOW=GARBLING prints what is wrong in one, SHOW=clean what is wrong and graded clean in all; CLEAN=1 only reads
unbroken sentences, all of them but those with a word of broken_at_source.txt.

Prints, for each garbling: how many came back exactly, how many stayed as they were, how many became something else, and
how many of those were graded clean: the last must be 0. Exit status 1 where it is not, or where an unbroken sentence changes.
"""
import collections, functools, html, html.entities, os, random, re, subprocess, sys, unicodedata

TWELVE = "en zh ms ta de fr es pt pl cs ru el vi".split()
OF_LANGUAGE = {  # single-byte pages that hold the language
    "cs": ["cp1250", "iso8859_2", "cp852"], "pl": ["cp1250", "iso8859_2", "cp852"], "ru": ["cp1251", "koi8_r", "cp866", "mac_cyrillic", "iso8859_5"],
    "uk": ["cp1251", "koi8_u"], "el": ["cp1253", "iso8859_7", "mac_greek"], "zh": ["gb18030"], "zh-tw": ["big5"], "ja": ["shift_jis", "euc_jp"],
    "ko": ["euc_kr"], "th": ["tis_620"], "vi": ["cp1258"]}
KNOWN = "cp1252 latin-1 mac_roman cp1250 cp1251 cp437 cp1253 cp1254 cp1257 iso8859_2".split()
MORE = "cp850 koi8_r koi8_u mac_cyrillic cp866 cp852 iso8859_15 iso8859_5 iso8859_7 mac_latin2 cp1255 cp1256 cp1258 cp858 iso8859_9 mac_greek".split()


@functools.lru_cache(None)
def table_of(page):
    """Undefined bytes become the C1 control of their number, as in browsers (WHATWG Encoding)."""
    return [bytes([b]).decode(page, "ignore") or chr(b) for b in range(256)]


def misread(text, page, keep=lambda c: c):
    table = table_of(page)
    return "".join(keep(table[b]) for b in text.encode())




def strict(text, page):
    """As Python and iconv decode: the undefined bytes are dropped, or become U+FFFD."""
    return text.encode().decode(page, "replace")


NAMES = {c: f"&{n};" for c, n in html.entities.codepoint2name.items()}


def named(text):
    return "".join(NAMES.get(ord(c), f"&#{ord(c)};") if c > "\x7f" else c for c in text)


def numeric(text):
    return "".join(f"&#{ord(c)};" if c > "\x7f" else c for c in text)


def numeric_bytes(text):
    """Each byte as a reference by its number, as scripts that do not know of encodings write them."""
    return "".join(f"&#{b};" if b > 0x7F else chr(b) for b in text.encode())


def mixed(text):
    return "".join(random.choice((NAMES.get(ord(c), c), f"&#{ord(c)};", f"&#x{ord(c):X};", c)) if c > "\x7f" else c for c in text)


def words(text, garble):
    """Garbles one to three words with a character to garble."""
    spans = [m.span() for m in re.finditer(r"\S+", text) if not m.group().isascii()]
    for start, end in sorted(random.sample(spans, min(len(spans), random.randint(1, 3))), reverse=True):
        text = text[:start] + garble(text[start:end]) + text[end:]
    return text


def c1_reference(c):
    return f"&#{ord(c)};" if "\x80" <= c <= "\x9f" else c


def cesu(text):
    """Each half of a surrogate pair as UTF-8 of its own, misread."""
    out = b""
    for c in text:
        if ord(c) > 0xFFFF:
            for half in (0xD800 + (ord(c) - 0x10000 >> 10), 0xDC00 + (ord(c) - 0x10000 & 0x3FF)):
                out += chr(half).encode("utf-8", "surrogatepass")
        else:
            out += c.encode()
    return "".join(table_of("cp1252")[b] for b in out)


GARBLINGS = {p: (lambda t, p=p: misread(t, p)) for p in KNOWN}
GARBLINGS |= {f"{p} words": (lambda t, p=p: words(t, lambda w: misread(w, p))) for p in KNOWN[:4]}
GARBLINGS |= {f"{p} twice": (lambda t, p=p: misread(misread(t, p), p)) for p in KNOWN[:4]}
GARBLINGS |= {
    "cp1252 thrice": lambda t: misread(misread(misread(t, "cp1252"), "cp1252"), "cp1252"),
    "latin-1, cp1252": lambda t: misread(misread(t, "latin-1"), "cp1252"),
    "cp1252, latin-1": lambda t: misread(misread(t, "cp1252"), "latin-1"),
    "nbsp to space": lambda t: misread(t, "cp1252").replace("\xa0", " "),
    "latin-1 nbsp to space": lambda t: misread(t, "latin-1").replace("\xa0", " "),
    "nbsp dropped": lambda t: misread(t, "cp1252").replace("\xa0", ""),
    "undefined dropped": lambda t: misread(t, "cp1252", lambda c: "" if c in "\x81\x8d\x8f\x90\x9d" else c),
    "undefined to U+FFFD": lambda t: strict(t, "cp1252"),
    "undefined to ?": lambda t: misread(t, "cp1252", lambda c: "?" if c in "\x81\x8d\x8f\x90\x9d" else c),
    "undefined numeric": lambda t: misread(t, "cp1252", c1_reference),
    "C1 dropped": lambda t: misread(t, "latin-1", lambda c: "" if "\x80" <= c <= "\x9f" else c),
    "named references": lambda t: named(misread(t, "cp1252")),
    "numeric references": lambda t: numeric(misread(t, "cp1252")),
    "latin-1 named": lambda t: named(misread(t, "latin-1")),
    "numeric bytes": numeric_bytes,
    "mixed references": lambda t: mixed(misread(t, "cp1252")),
    "words, references": lambda t: words(t, lambda w: named(misread(w, "cp1252"))),
    "named twice": lambda t: named(misread(misread(t, "cp1252"), "cp1252")),
    "escaped, named": lambda t: named(misread(t, "cp1252")).replace("&", "&amp;"),
    "CESU-8": cesu,
}
GARBLINGS |= {f"{p} (more)": (lambda t, p=p: misread(t, p)) for p in MORE}


def repair(pipe, texts, with_name=False):
    """The repaired texts with their grades; with the encoding that a page was refused for or read as too."""
    pages = [t if isinstance(t, bytes) else t.encode() for t in texts]
    stdin = b"".join(b"%d\n" % len(p) + p for p in pages)
    out, at, repaired = subprocess.run([pipe], input=stdin, stdout=subprocess.PIPE, check=True).stdout, 0, []
    for _ in pages:
        end = out.index(b"\n", at)
        changes, length, grade, name = out[at:end].decode().split(" ", 3)
        result = out[end + 1 : end + 1 + int(length)].decode(), grade
        repaired.append(result + (name,) if with_name else result)
        at = end + 1 + int(length)
    return repaired


def same(text, result):
    """Decoded, a no-break space and a plain one are told apart; a reference and its character are not."""
    return text == result or text == html.unescape(result)


def texts_by_language(path):
    """Of a file with a language and a text on each line, with a tab between; # begins a comment."""
    texts = collections.defaultdict(list)
    for line in open(path, encoding="utf-8"):
        if not line.startswith("#"):
            language, text = line.rstrip("\n").split("\t", 1)
            texts[language].append(text)
    return texts


def broken_at_source():
    return texts_by_language(os.path.join(os.path.dirname(os.path.abspath(__file__)), "broken_at_source.txt"))


def check_unbroken(pipe, sentences, show):
    changed, count, broken = collections.Counter(), 0, broken_at_source()
    for language, texts in sentences.items():
        texts = [t for t in texts if not any(w in t for w in broken[language])]
        count += len(texts)
        for text, (result, grade) in zip(texts, repair(pipe, texts)):
            if result != text:
                changed[language, grade] += 1
                if show:
                    print(language, grade, "unbroken:", ascii(text), "->", ascii(result)) if show == "ascii" else print(f"{language} {grade} {text}\n      -> {result}")
    print(f"unbroken: {count} sentences of {len(sentences)} languages, {sum(changed.values())} changed", dict(changed))
    return sum(changed.values())


def print_difference(name, language, text, result, broken):
    first = next((i for i, (a, b) in enumerate(zip(text, result)) if a != b), min(len(text), len(result)))
    before = max(0, first - 8)
    at = len(text) - len(result)
    print(f"   {name} {language}: {text[before:first + 12]!r} became {result[before:first + 12]!r} ({at:+}): {broken[:40]!r}")


def main():
    pipe, path = sys.argv[1:3]
    samples = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    chosen = sys.argv[4:] or TWELVE
    show = os.environ.get("SHOW")
    sentences = collections.defaultdict(list)
    for line in open(path, encoding="utf-8"):
        language, text = line.rstrip("\n").split("\t", 1)
        if not re.search("[\x80-\x9f]", text):
            sentences[language].append(unicodedata.normalize("NFC", text))
    if os.environ.get("CLEAN"):
        return 1 if check_unbroken(pipe, sentences, show) else 0
    random.seed(20250101)
    bad = check_unbroken(pipe, {l: random.sample(sentences[l], min(2000, len(sentences[l]))) for l in chosen}, show == "unbroken")
    totals = collections.Counter()
    print(f"{'garbling':24}{'count':>7}{'exact':>7}{'left':>7}{'wrong':>7}{'wrong and clean':>17}")
    for name, garble in GARBLINGS.items():
        if show in GARBLINGS and show != name:
            continue
        random.seed(name)
        counts = collections.Counter()
        for language in chosen:
            texts = random.sample(sentences[language], min(samples, len(sentences[language])))
            texts = [t for t in texts if "&" not in t]
            broken = [garble(t) for t in texts]
            pairs = [(t, b) for t, b in zip(texts, broken) if b != t]
            for (text, b), (result, grade) in zip(pairs, repair(pipe, [b for _, b in pairs])):
                verdict = "exact" if same(text, result) else "left" if result == b else "wrong"
                counts[verdict] += 1
                counts["count"] += 1
                counts[verdict, grade] += 1
                if show == name and verdict != "exact":
                    print(f"{language} {verdict} {grade}\n  meant  {text}\n  broken {b}\n  result {result}")
                elif show == "clean" and verdict == "wrong" and grade == "clean":
                    print_difference(name, language, text, result, b)
        silent = counts["wrong", "clean"]
        bad += silent
        totals.update(counts)
        n = max(counts["count"], 1)
        print(f"{name:24}{n:7}{counts['exact'] * 100 / n:6.1f}%{counts['left'] * 100 / n:6.1f}%{counts['wrong'] * 100 / n:6.1f}%{silent:8}"
              f"   left, no word:{counts['left', 'clean']:5}", flush=True)
    n = totals["count"]
    print(f"in all {n}: exact {totals['exact'] * 100 / n:.1f}%, left {totals['left']}, wrong {totals['wrong']}, of those clean {totals['wrong', 'clean']}; left without a word {totals['left', 'clean']}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
