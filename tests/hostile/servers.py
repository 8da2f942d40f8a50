#!/usr/bin/env python3
"""tests/hostile/servers.py PROGRAM: one file each from a server that means harm, on loopback: what is kept, and what is said."""
import checkout
import os, shutil, socket, subprocess, sys, tempfile, threading, time

program = sys.argv[1]
folder = tempfile.mkdtemp()
asked = []
failed = False


def answer(head, body=b"", status=b"200 OK"):
    return b"HTTP/1.1 " + status + b"\r\n" + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


SVG = b'<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'
# name: (what is sent, words that the run says, or None where the file is kept without a word)
CASES = {
    "page.txt": (answer(b"", b"---\npermalink: /login/\n---\n{{ site }}<script>"), "begins with front matter"),
    "page.csv": (answer(b"", b"--- \r\nlayout: x\r\n---\r\n"), "begins with front matter"),
    "dashes.txt": (answer(b"", b"--- not a page\n---\n"), None),
    "nine.txt": (b"<html>zero nine</html>", "HTTP/0.9"),
    "file.txt": (answer(b"Location: file:///etc/passwd\r\n", status=b"302 x"), "redirect to file:"),
    "port.txt": (answer(b"Location: http://127.0.0.1:9/x.txt\r\n", status=b"302 x"), "redirect to http://127.0.0.1:9"),
    "loop.txt": (answer(b"Location: /files/loop.txt\r\n", status=b"302 x"), "redirects"),
    "negative.txt": (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhi", "Content-Length"),
    "html.png": (answer(b"Content-Type: image/png\r\n", b"<html><script>1</script>"), "HTML page in place"),
    "script.svg": (answer(b"", SVG % b"<script>alert(1)</script>"), "asset-script"),
    "load.svg": (answer(b"", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'), "asset-script"),
    "hidden.svg": (answer(b"", SVG % b'<a href="&#106;avascript:alert(1)"><text>x</text></a>'), "asset-script"),
    "entity.svg": (answer(b"", b'<!DOCTYPE svg [<!ENTITY s "&#60;scr">]>' + SVG % b"&s;ipt>"), "asset-script"),
    "set.svg": (answer(b"", SVG % b'<set attributeName="onload" to="alert(1)"/>'), "asset-script"),
    "plain.svg": (answer(b"", SVG % b'<a href="/x?a=1&amp;b=2"><text>x</text></a>'), None),
    "slow.txt": (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", "too slow"),
    "big.txt": (answer(b"", b"x" * 100000), None),
    "etag.txt": (b'HTTP/1.1 200 OK\r\nETag: "a"\rX-Injected: yes\r\nContent-Length: 600000\r\n\r\n' + b"z" * 400000, "broke off"),
}


def serve(connection):
    with connection:
        text = b""
        while b"\r\n\r\n" not in text:
            some = connection.recv(65536)
            if not some:
                return
            text += some
        asked.append(text)
        name = text.split(b" ")[1].decode().rsplit("/", 1)[-1]
        try:
            connection.sendall(CASES[name][0])
            while name == "slow.txt":
                connection.sendall(b"x" * 70)
                time.sleep(0.2)
        except OSError:
            pass


listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]


def listen():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=listen, daemon=True).start()


def run(name, *options, environment={}):
    site = f"{folder}/s"
    checkout.make(site, f"http://127.0.0.1:{port}", f"/files/{name}")
    done = subprocess.run([program, "convert", "-v", "--attempts", "2", "--backoff", "20", "--stall-time", "2", *options, site],
                          capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    return done.stderr, os.path.exists(f"{site}/files/{name}")


def expect(what, holds, words=""):
    global failed
    if not holds:
        failed = True
        print("FAILED", what, words)


for name, (_, words) in CASES.items():
    said, kept = run(name, "--allow-address", "127.0.0.1")
    expect(f"{name}: {'kept' if kept else 'not kept'}", kept == (words is None or words.startswith("asset-")), said)
    expect(f"{name}: says", words is None or words in said, said)
expect("a header of a server came back in a request of ours", not any(b"X-Injected" in one for one in asked))

# Budgets: of time and bytes, of a file and of the run.
for option, value, name, words in (
        ("--asset-time", "1", "slow.txt", "too slow"), ("--fetch-time", "1", "slow.txt", "the run's time for remote files was over"),
        ("--asset-limit", "99999", "big.txt", "larger than the limit of 99999 bytes"), ("--fetch-limit", "99999", "big.txt", "the run's limit of 99999 bytes in all")):
    said, kept = run(name, "--allow-address", "127.0.0.1", "--stall-time", "60", "--attempts", "1", option, value)
    expect(f"{option}: {'kept' if kept else 'not kept'}", not kept and words in said, said)

# Nothing that is not public is asked for, directly or through a proxy, whose address is the proxy's alone.
before = len(asked)
said, kept = run("dashes.txt")
expect("a private address was asked", not kept and len(asked) == before and "not public" in said, said)
proxy = socket.create_server(("127.0.0.1", 0))
proxied = []
threading.Thread(target=lambda: proxied.append(proxy.accept()), daemon=True).start()
address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
said, kept = run("dashes.txt", environment={"https_proxy": address})
expect("a proxy was asked for a private address", not kept and not proxied and "not public" in said, said)
said, kept = run("dashes.txt", environment={"https_proxy": address, "no_proxy": "127.0.0.1"})
expect("a proxy's address was asked on another port", not kept and len(asked) == before and "not public" in said, said)
shutil.rmtree(folder)
sys.exit(failed)
