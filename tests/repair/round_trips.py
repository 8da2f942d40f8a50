#!/usr/bin/env python3
"""Round trips: text is broken by each code page, once and twice, as a whole and in phrases, and repaired again.

    round_trips.py PIPE SENTENCES [FOLDER [SAMPLES]]

PIPE: the program of pipe.c. SENTENCES: sentences.txt. FOLDER: real pages to take the lines of the four languages from
in place of the sentences; SAMPLES of them for each figure (default 100). Seeded: the same figures each time.

Prints the share of texts that came back exactly. Fails if text that was not broken changes (pages whose every line
repair leaves alone are told from pages that it mends by hand: with FOLDER, changes are listed and not counted), or if
phrases of two or more broken characters come back from the first four code pages less often than 99 times in 100.
"""
import collections, os, random, re, subprocess, sys

import languages # beside this script

PAGES = ["cp1252", "latin-1", "mac_roman", "cp1250", "cp1251", "cp437", "cp1253", "cp1254", "cp1257", "iso8859_2"]
LANGUAGES = ["en", "zh", "ms", "ta"]


def decoding_table(page):
    """Undefined bytes become the C1 control of their number, as in browsers (WHATWG Encoding)."""
    return [bytes([b]).decode(page, "ignore") or chr(b) for b in range(256)]


TABLES = {page: decoding_table(page) for page in PAGES}


def misread(text, page, times):
    for _ in range(times):
        text = "".join(TABLES[page][b] for b in text.encode())
    return text


def repair(pipe, texts):
    pages = [t.encode() for t in texts]
    stdin = b"".join(b"%d\n" % len(p) + p for p in pages)
    out, at, repaired = subprocess.run([pipe], input=stdin, stdout=subprocess.PIPE, check=True).stdout, 0, []
    while at < len(out):
        end = out.index(b"\n", at)
        length = int(out[at:end].split()[1])
        repaired.append(out[end + 1 : end + 1 + length].decode())
        at = end + 1 + length
    assert len(repaired) == len(texts)
    return repaired


def language_of(line):
    if re.search("[\u0b80-\u0bff]", line):
        return "ta"
    if re.search("[\u4e00-\u9fff]", line):
        return "zh"
    return "ms" if re.search(r"\b(yang|dan|untuk|dengan|adalah)\b", line) else "en"


def read_folder(path):
    lines = collections.defaultdict(set)
    for folder, _, names in os.walk(path):
        for name in names:
            if not name.endswith(".md"):
                continue
            text = open(os.path.join(folder, name), "rb").read().decode("utf-8", "replace")
            for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
                if line.strip() and not line.isascii() and len(line) <= 1500:
                    lines[language_of(line)].add(line)
    return {language: sorted(found) for language, found in lines.items()}


def break_phrase(line, page, times):
    """Breaks one to six words, or a part of a text without spaces, that hold two characters to break or more."""
    words = [m.span() for m in re.finditer(r"\S+", line)]
    for _ in range(30):
        first = random.randrange(len(words))
        last = min(len(words), first + random.randint(1, 6)) - 1
        start, end = words[first][0], words[last][1]
        if end - start > 60:
            start += random.randrange(end - start - 10)
            end = min(end, start + random.randint(2, 30))
        if sum(c > "\x7f" for c in line[start:end]) >= 2:
            return line[:start] + misread(line[start:end], page, times) + line[end:]
    return None


def share_repaired(pipe, lines, page, whole, times, samples):
    chosen = random.sample(lines, min(samples, len(lines)))
    pairs = [(t, misread(t, page, times) if whole else break_phrase(t, page, times)) for t in chosen]
    pairs = [(t, b) for t, b in pairs if b is not None]
    repaired = repair(pipe, [b for _, b in pairs])
    right = sum(r == t for (t, _), r in zip(pairs, repaired))
    return right, len(pairs)


def check_unbroken(pipe, lines, real):
    kept, changed = {}, 0
    for language, texts in lines.items():
        repaired = repair(pipe, texts)
        for text, result in zip(texts, repaired):
            if text != result:
                changed += 1
                print("changed unbroken:", ascii(text), "->", ascii(result))
        kept[language] = [t for t, r in zip(texts, repaired) if t == r]
    print(f"unbroken: {sum(map(len, lines.values()))} texts, {changed} changed")
    return kept, changed if not real else 0


def main():
    pipe, sentences = sys.argv[1], sys.argv[2]
    real = len(sys.argv) > 3
    samples = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    lines = read_folder(sys.argv[3]) if real else languages.texts_by_language(sentences)
    random.seed(20250101)
    lines, failures = check_unbroken(pipe, lines, real)
    kinds = [("whole once", True, 1), ("whole twice", True, 2), ("phrase once", False, 1), ("phrase twice", False, 2)]
    totals = collections.Counter()
    for name, whole, times in kinds:
        print(f"\n{name:12}" + "".join(f"{language:>16}" for language in LANGUAGES))
        for page in PAGES:
            shares = [share_repaired(pipe, lines[l], page, whole, times, samples) for l in LANGUAGES]
            for right, count in shares:
                totals[name, page, "right"] += right
                totals[name, page, "count"] += count
            print(f"{page:12}" + "".join(f"{f'{r}/{c}':>9}{100 * r / max(c, 1):6.1f}%" for r, c in shares))
    for page in PAGES[:4]:
        right, count = totals["phrase once", page, "right"], totals["phrase once", page, "count"]
        if right * 100 < count * 99:
            failures += 1
            print(f"too few phrases come back from {page}: {right} of {count}")
    return 1 if failures else 0


sys.exit(main())
