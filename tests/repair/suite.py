#!/usr/bin/env python3
"""Broken texts and honest ones, each with what it must become.

    suite.py PIPE SUITE

PIPE: the program of pipe.c. SUITE: suite.jsonl: on each line the kind, where the text is from, as it is found (`raw`: the characters are the
bytes of the page), as it is meant, and the grade, where it matters: what is read from other encodings, or left though it looks broken, is never clean.
The broken ones are sentences of our own (sentences.txt), garbled as languages.py garbles, and forms that authors and makers of such
tools report; the honest ones look broken and are not. Exit status 1 where one becomes something else, or an honest one is changed.
"""
import collections, importlib.util, json, os, sys

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "languages.py")
spec = importlib.util.spec_from_file_location("languages", path)
languages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(languages)

cases = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
wrong, kinds = 0, collections.Counter(c["kind"] for c in cases)
for case, (result, grade) in zip(cases, languages.repair(sys.argv[1], [c["broken"].encode("latin-1") if c.get("raw") else c["broken"] for c in cases])):
    if result != case["meant"] or grade != case.get("grade", grade):
        wrong += 1
        print(f"{case['kind']} ({case['source']}), {grade}:\n  found  {case['broken']!a}\n  meant  {case['meant']!a}\n  became {result!a}")
honest = sum(n for kind, n in kinds.items() if kind.startswith("honest"))
print(f"{len(cases)} cases of {len(kinds)} kinds, {len(cases) - honest} broken, {honest} honest: {wrong} wrong")
sys.exit(1 if wrong or not cases else 0)
