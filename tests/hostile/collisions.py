#!/usr/bin/env python3
"""tests/hostile/collisions.py PROGRAM [EXPONENT]: names made to collide cost what other names cost.

The names agree in the low 20 bits of their FNV-1a hash, the hash of many programs (this one had it, too): in a table that is filed by it
each of them is compared with all before. Held against names of the same length in the same place: instructions, counted by
valgrind(1), never time. Skipped (77) without valgrind.
"""
import itertools, os, pathlib, re, shutil, string, subprocess, sys, tempfile

program = str(pathlib.Path(sys.argv[1]).resolve())
exponent = int(sys.argv[2]) if len(sys.argv) > 2 else 12
if not shutil.which("valgrind"):
    sys.exit(77)
MASK = (1 << 20) - 1
LETTERS = string.ascii_lowercase.encode()


def hash_on(text, state):
    for byte in text:
        state = ((state ^ byte) * 1099511628211) & MASK
    return state


def find_pairs(prefix):
    """Two spellings of each part after which the hash is the same: all ways to choose among them collide."""
    state, pairs = hash_on(prefix.encode(), 14695981039346656037 & MASK), []
    for _ in range(exponent):
        seen = {}
        for part in map(bytes, itertools.product(LETTERS, repeat=4)):
            after = hash_on(part, state)
            if after in seen:
                pairs.append((seen[after].decode(), part.decode()))
                state = after
                break
            seen[after] = part
    return pairs


def names(prefix, colliding):
    for number, choice in enumerate(itertools.product(*find_pairs(prefix))):
        plain = "".join(chr(97 + int(digit)) for digit in f"{number:0{4 * exponent}d}")
        yield prefix + ("".join(choice) if colliding else plain)


HEAD = "---\ntitle: a\npermalink: /a/\n"
HOST = "https://d1.cloudfront.net/" + "0" * 40 + "/00000/images/"
PAGES = {
    "front matter keys": lambda c: HEAD + "".join(f"{name}: v\n" for name in names("k", c)) + "---\nx\n",
    "link definitions": lambda c: f"{HEAD}---\nx\n\n" + "".join(f"[{name}]: /u\n" for name in names("k", c)),
    "classes of a style sheet": lambda c: f"{HEAD}---\n<style>" + "".join(f".{name}{{}}" for name in names("k", c)) + "</style>\n\nx\n",
    "classes": lambda c: f"{HEAD}---\n<style>" + "".join(f".{name}{{color:red}}" for name in names("k", c)) + "</style>\n\n"
    + "".join(f'<p class="{name}">x</p>\n' for name in names("k", c)),
    "ids": lambda c: f"{HEAD}---\n" + "".join(f'<p id="{name}">x</p>\n' for name in names("k", c)),
    "links": lambda c: f"{HEAD}---\n" + "".join(f"[a]({name})\n" for name in names("/k", c)),
    "remote files": lambda c: f"{HEAD}---\n" + "".join(f'<img src="{name}.png">\n' for name in names(HOST, c)),
}


def count(kind, colliding):
    with tempfile.TemporaryDirectory() as work:
        site = pathlib.Path(work) / "s"
        (site / "pages").mkdir(parents=True)
        (site / "_config.yml").write_text("title: x\n")
        (site / "pages" / "a.md").write_text(PAGES[kind](colliding))
        command = ["assets", "--offline"] if kind == "remote files" else ["diff", "--format=summary"]
        done = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", program, *command, "-q", "--sandbox=off", str(site)],
                              capture_output=True, text=True, errors="replace", env={**os.environ, "XDG_STATE_HOME": work + "/state"})
        found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
        assert done.returncode in (0, 1, 3) and found, (kind, done.returncode, done.stderr[-500:])
        return int(found.group(1).replace(",", ""))


bad = 0
for kind in PAGES:
    plain, colliding = count(kind, False), count(kind, True)
    fine = colliding <= plain * 1.15
    bad += not fine
    print(f"{'' if fine else 'FAILED '}{kind}: {2 ** exponent} names, {plain / 1e6:.0f} million instructions, made to collide {colliding / 1e6:.0f}", flush=True)
sys.exit(bad > 0)
