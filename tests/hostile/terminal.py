#!/usr/bin/env python3
"""tests/hostile/terminal.py PROGRAM: control characters of pages, names, rules, settings and reports, on a terminal."""
import os, pty, re, shutil, subprocess, sys, tempfile

program = sys.argv[1]
folder = tempfile.mkdtemp()
site = folder + "/s"
ESCAPE, HIGH = b"\x1b]0;OWNED\x07\x1b[2J", "\u009b31mHIGH\u202eevil".encode()
FORBIDDEN = {"title": rb"\x1b\]0;", "clear": rb"\x1b\[2J", "bell": rb"\x07", "C1": rb"\xc2[\x80-\x9f]", "direction": "\u202e".encode()}
failed = False


def write(path, text):
    path = path if isinstance(path, bytes) else path.encode()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(text)


def make_site():
    shutil.rmtree(site, ignore_errors=True)
    write(site + "/_config.yml", b"title: x\n")
    page = b"---\ntitle: a\npermalink: /a/\n---\n"
    body = b'<script>%s</script>\n<form action="%s"><input value="%s"></form>\n<font color="%s">x</font> <a href="/x%s">l</a>\n<div class="row"><div class="%s">y</div></div>\n%s\n'
    write(site + "/pages/a.md", page + body % (ESCAPE, ESCAPE, HIGH, ESCAPE, ESCAPE, ESCAPE, ESCAPE + HIGH))
    write(site + "/pages/t.md", b"---\ntitle: a\npermalink: /a/\nvariant: tiptap\n---\n<p>%s</p><b>%s</b>\n" % (ESCAPE, HIGH))
    write(site + "/pages/bad.md", b'---\ntitle: a: "%s"\npermalink: /a/\n---\n' % HIGH)
    write(site.encode() + b"/pages/n" + ESCAPE.replace(b"/", b"") + b".md", page + b"<script>1</script>x\n")


def on_terminal(command):
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PAGER": "cat "}  # a pager that shows all as it is, and waits for no key
    run = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, close_fds=True, env=environment)
    os.close(theirs)
    out = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:
            break
        if not some:
            break
        out += some
    run.wait()
    os.close(ours)
    return out


def look(name, *command):
    global failed
    out = on_terminal([program, *command])
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, out)]
    if found or not out:
        failed = True
        print(name, "prints nothing" if not out else "lets through: " + ", ".join(found))


make_site()
for command in ("diff", "diff -v --format=summary", "check -v", "assets", "status -v", "convert --offline -v", "status -v", "revert -v"):
    look(command, *command.split(), site)
make_site()
look("explain", "explain", "-v", site + "/pages/a.md")
for path, text in ((".isomerize/config.yml", b'"no\\e]0;X\\a\\e[2J": true\n'), (".isomerize/mappings/r.yml", b'"no\\e]0;X\\a\\e[2J": true\n'),
                   ("_config.yml", b'url: "https://www.x.example/\\e]0;X\\a\\e[2J"\n'), ("_config.yml", b'url: "http://a\\e]0;X\\a\\e[2J"\n')):
    make_site()
    write(f"{site}/{path}", text)
    look(path, "diff", "--format=summary", site)
write(folder + "/r.json", b'{"type":"run","schema":1,"program":"isomerize","version":"1","site":"a\\u001b]0;X\\u0007","dry_run":true}\n'
      b'{"type":"page","path":"p\\u001b]0;X\\u0007.md","state":"changed","grade":"loss","message":"\\u001b[2J","lines_removed":1,"lines_added":1,'
      b'"findings":[{"code":"script","grade":"loss","line":1,"column":1,"title":"t","detail":"\\u001b[2J\\u009b\\u202e","became":"x","advice":"y"}],"assets":[]}\n{"type":"summary"}\n')
look("report", "report", folder + "/r.json")
shutil.rmtree(folder)
sys.exit(failed)
