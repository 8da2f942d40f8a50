#!/usr/bin/env python3
"""Pages in other encodings than UTF-8, of many languages: what is read of them, and what is called clean.

    raw_pages.py PIPE SENTENCES [PAGES]

PIPE: the program of pipe.c. SENTENCES: the file that collect_sentences makes; only those that make_languages did not count are read.
PAGES pages (default 10, seeded) of each language, encoding and length in sentences. SHOW=ENCODING prints what is not exact of one.

Prints, for each encoding: how many pages came back exactly (of those, how many graded clean), how many were refused by the right name, or
another, how many were read as something else, and how many of those were graded clean: the last must be 0. Exit status 1 if not.
"""
import collections, functools, importlib.util, os, random, sys, unicodedata, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("languages", os.path.join(HERE, "languages.py"))
languages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(languages)

WEST = "fr de es pt it nl da sv nb fi is ca en".split()
CENTRAL = "cs sk pl hu ro hr sl".split()
ENCODINGS = {
    "cp1252": WEST, "iso8859_15": WEST, "mac_roman": WEST, "cp850": WEST, "cp437": "fr de es it".split(),
    "cp1250": CENTRAL, "iso8859_2": CENTRAL, "cp852": CENTRAL, "mac_latin2": "cs sk pl hu".split(),
    "cp1254": ["tr"], "iso8859_9": ["tr"], "cp857": ["tr"], "cp1257": "lt lv et".split(), "iso8859_13": "lt lv et".split(), "cp775": "lt lv et".split(),
    "cp1251": "ru uk bg sr mk".split(), "koi8_r": ["ru", "bg"], "koi8_u": ["uk"], "cp866": ["ru", "bg"], "mac_cyrillic": ["ru", "bg"], "iso8859_5": "ru bg sr mk".split(),
    "cp1253": ["el"], "iso8859_7": ["el"], "mac_greek": ["el"], "cp737": ["el"], "cp1255": ["he"], "iso8859_8": ["he"], "cp1256": ["ar"], "iso8859_6": ["ar"],
    "cp1258": ["vi"], "cp874": ["th"], "tis_620": ["th"],
    "gbk": ["zh"], "gb18030": ["zh"], "big5": ["zh-tw"], "shift_jis": ["ja"], "euc_jp": ["ja"], "euc_kr": ["ko"]}
LENGTHS = [1, 3, 10, 40]
NAMES = {  # how the program names them; the first is the encoding itself, the others say the same or nearly so
    "cp1252": "windows-1252", "iso8859_15": "iso-8859-15", "mac_roman": "macintosh", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "shift_jis": "shift_jis",
    "euc_jp": "euc-jp", "euc_kr": "euc-kr", "tis_620": "windows-874", "cp874": "windows-874"}


def as_vietnamese(text):
    """Tones as marks of their own, where the page has no letter with them."""
    out = ""
    for c in text:
        try:
            c.encode("cp1258")
            out += c
        except UnicodeEncodeError:
            whole = unicodedata.normalize("NFD", c)
            tones = [m for m in whole[1:] if m in "\u0300\u0301\u0303\u0309\u0323"]
            out += unicodedata.normalize("NFC", "".join(m for m in whole if m not in tones)) + "".join(tones)
    return out


def encode(text, encoding):
    try:
        return (as_vietnamese(text) if encoding == "cp1258" else text).encode(encoding)
    except UnicodeEncodeError:
        return None


def page_of(sentences, encoding):
    raw = [encode(s, encoding) for s in sentences]
    raw, kept = zip(*[(r, s) for r, s in zip(raw, sentences) if r is not None]) if any(raw) else ((), ())
    head = "---\ntitle: Page\npermalink: /page/\n---\n"
    return head.encode() + b"\n\n".join(raw) + b"\n", head + "\n\n".join(kept) + "\n"


def main():
    pipe, path = sys.argv[1:3]
    pages = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    show = os.environ.get("SHOW")
    found, broken = collections.defaultdict(list), languages.broken_at_source()
    for line in open(path, encoding="utf-8"):
        language, text = line.rstrip("\n").split("\t", 1)
        if (zlib.crc32(text.encode()) % 2 or language == "en") and not any(w in text for w in broken[language]) and not any("\x80" <= c <= "\x9f" for c in text):
            found[language].append(unicodedata.normalize("NFC", text))
    bad, totals = 0, collections.Counter()
    print(f"{'encoding':14}{'pages':>6}{'exact':>7}{'clean':>7}{'refused':>9}{'else':>6}{'wrong':>7}{'wrong and clean':>17}")
    for encoding, spoken in ENCODINGS.items():
        if show in ENCODINGS and show != encoding:
            continue
        random.seed(encoding)
        counts = collections.Counter()
        cases = []
        for language in spoken:
            usable = [s for s in found[language] if encode(s, encoding) is not None]
            for length in LENGTHS:
                for _ in range(pages if len(usable) >= length else 0):
                    raw, meant = page_of(random.sample(usable, length), encoding)
                    try:
                        raw.decode()
                    except UnicodeDecodeError:
                        cases.append((language, length, raw, meant))
        for (language, length, raw, meant), (result, grade, codes) in zip(cases, languages.repair(pipe, [c[2] for c in cases], True)):
            exact = unicodedata.normalize("NFC", meant) == unicodedata.normalize("NFC", result)
            named = codes if grade == "refused" else ""
            verdict = "refused" if grade == "refused" else "exact" if exact else "wrong"
            if verdict == "refused" and encoding in NAMES and NAMES[encoding] not in named:
                verdict = "refused else"
            counts[verdict] += 1
            counts[verdict, grade] += 1
            counts["pages"] += 1
            if show and verdict != "exact" and (show != "clean" or verdict == "wrong" and grade == "clean"):
                at = next((i for i, (a, b) in enumerate(zip(meant, result)) if a != b), 0)
                print(f"  {language} {length} {verdict} {grade} {codes}: {meant[max(0, at - 20):at + 20]!r} {result[max(0, at - 20):at + 20]!r}")
        totals.update(counts)
        bad += counts["wrong", "clean"]
        print(f"{encoding:14}{counts['pages']:6}{counts['exact']:7}{counts['exact', 'clean']:7}{counts['refused']:9}{counts['refused else']:6}{counts['wrong']:7}{counts['wrong', 'clean']:17}", flush=True)
    print(f"in all {totals['pages']}: exact {totals['exact']} (clean {totals['exact', 'clean']}), refused {totals['refused']}, by another name {totals['refused else']}, "
          f"wrong {totals['wrong']}, of those clean {totals['wrong', 'clean']}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
