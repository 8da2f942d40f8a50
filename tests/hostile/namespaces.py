#!/usr/bin/env python3
"""tests/hostile/namespaces.py PROGRAM: names and addresses as the network has them, in a network of this test's own.

In a network namespace (unshare(1), without privileges) everything is on the loopback interface: public and private addresses, IPv4 and
IPv6, a name server, web servers with and without TLS. No option allows any address here. Skipped (77) where there are no namespaces.
"""
import checkout
import os, shutil, socket, ssl, struct, subprocess, sys, tempfile, threading

program = os.path.abspath(sys.argv[1])
if "--inside" not in sys.argv:
    inside = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    if not shutil.which("ip") or not shutil.which("openssl") or subprocess.run([*inside, "true"], capture_output=True).returncode:
        sys.exit(77)
    sys.exit(subprocess.run([*inside, sys.executable, __file__, program, "--inside"]).returncode)

folder = tempfile.mkdtemp()
PUBLIC, OTHER, PUBLIC6 = "93.184.215.14", "93.184.215.15", "2606:2800:21f::14"
PRIVATE = ["10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fd00::1", "fe80::5", "2001:db8::1", "fec0::1"]
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
for address in (PUBLIC, OTHER, PUBLIC6, *PRIVATE):
    subprocess.run(["ip", "address", "add", address + ("/128" if ":" in address else "/32"), "dev", "lo"], check=True)
with open(f"{folder}/resolv.conf", "w") as file:
    file.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
with open(f"{folder}/nsswitch.conf", "w") as file:
    file.write("hosts: dns\n")
for name in ("resolv.conf", "nsswitch.conf"):
    subprocess.run(["mount", "--bind", f"{folder}/{name}", os.path.realpath(f"/etc/{name}")], check=True)

# ---- names: each has its answers, one after the other; the last stays
NAMES = {
    "plain": [[PUBLIC]], "six": [[PUBLIC6]], "secure": [[PUBLIC]],
    "rebinds": [[PUBLIC], ["10.0.0.1"]], "mixed": [["fd00::1", PUBLIC]], "both": [[OTHER, "10.0.0.1"]], "both6": [["fd00::1", "10.0.0.1"]],
    "mapped": [["::ffff:10.0.0.1"]], "nat64": [["64:ff9b::a00:1"]], "sixtofour": [["2002:a00:1::1"]], "zero": [["0.0.0.0", "::"]], "loop": [["127.0.0.1", "::1"]],
    **{f"private{i}": [[one]] for i, one in enumerate(PRIVATE)},
}
asked_names = {}


def answer(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += query[at] + 1
    kind = struct.unpack(">H", query[at + 1:at + 3])[0]
    name = labels[0]
    rounds = NAMES.get(name, [[]])
    family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
    count = asked_names.get((name, kind), 0)
    asked_names[name, kind] = count + 1
    now = [one for one in rounds[min(count, len(rounds) - 1)] if family and (":" in one) == (kind == 28)]
    records = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(raw)) + raw for raw in (socket.inet_pton(family, one) for one in now))
    return query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(now), 0, 0) + query[12:at + 5] + records


names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))


def serve_names():
    while True:
        query, who = names.recvfrom(4096)
        names.sendto(answer(query), who)


threading.Thread(target=serve_names, daemon=True).start()

# ---- servers: what they were asked, by the address they listen on
asked = []
WHERE = {}


def serve(connection, address, secure):
    try:
        connection = secure.wrap_socket(connection, server_side=True) if secure else connection
        text = b""
        while b"\r\n\r\n" not in text:
            some = connection.recv(65536)
            if not some:
                return
            text += some
        path = text.split(b" ")[1].decode()
        asked.append((address, bool(secure), path))
        body = b"kept\n"
        head = b"HTTP/1.1 200 OK\r\n"
        if "busy" in path and sum(one[2] == path for one in asked) == 1:
            head, body = b"HTTP/1.1 503 busy\r\n", b""
        if "/to/" in path:
            head = b"HTTP/1.1 302 x\r\nLocation: " + WHERE[path].encode() + b"\r\n"
        connection.sendall(head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        connection.close()
    except OSError:
        pass


def listen(address, port, secure=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)

    def accept():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0], address, secure), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


for address in (PUBLIC, PUBLIC6, "127.0.0.1", "::1", *(one for one in PRIVATE if not one.startswith("fe80"))):
    listen(address, 80)
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{folder}/key", "-out",
                f"{folder}/certificate", "-days", "2", "-subj", "/CN=secure.town.example", "-addext", "subjectAltName=DNS:secure.town.example"],
               check=True, capture_output=True)
secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
secure.load_cert_chain(f"{folder}/certificate", f"{folder}/key")
listen(PUBLIC, 443, secure)
failed = False


def fetch(url, path, *options):
    site = f"{folder}/s"
    checkout.make(site, url, path)
    del asked[:]
    asked_names.clear()
    done = subprocess.run([program, "convert", "-v", "--attempts", "2", "--backoff", "20", *options, site], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "XDG_STATE_HOME": f"{folder}/state", "XDG_CONFIG_HOME": f"{folder}/config", "no_proxy": "", "https_proxy": ""})
    return done.stderr, os.path.exists(site + path)


def expect(what, holds, *words):
    global failed
    if not holds:
        failed = True
        print("FAILED", what, asked, *words)


# Public addresses are asked, so that the others are refused for what they are.
for name, address in (("plain", PUBLIC), ("six", PUBLIC6)):
    said, kept = fetch(f"http://{name}.town.example", "/files/a.txt")
    expect(name, kept and asked == [(address, False, "/files/a.txt")], said)
for name in NAMES:
    if name in ("plain", "six", "secure", "rebinds", "mixed"):
        continue
    said, kept = fetch(f"http://{name}.town.example", "/files/a.txt")
    expect(name, not kept and not asked and ("not public" in said or "no connection" in said or "cannot be resolved" in said), said)

# DNS rebinding: a name that is public when it is asked first, and private when it is asked again. Whatever the name says, each
# connection goes to an address that was looked at.
said, kept = fetch("http://rebinds.town.example", "/files/busy.txt")
expect("a name that leads elsewhere the second time", asked and all(one[0] == PUBLIC for one in asked), said)
said, kept = fetch("http://mixed.town.example", "/files/a.txt")
expect("of several addresses those that are public", kept and asked == [(PUBLIC, False, "/files/a.txt")], said)

# https to http of the very host that is allowed: refused; without a certificate that is trusted, too.
said, kept = fetch("https://secure.town.example", "/files/a.txt", "--cacert", f"{folder}/certificate")
expect("https", kept and asked == [(PUBLIC, True, "/files/a.txt")], said)
said, kept = fetch("https://secure.town.example", "/files/a.txt")
expect("a certificate that nobody knows", not kept and not asked, said)
for to in ("http://secure.town.example/files/b.txt", "//secure.town.example:80/files/b.txt", "http://secure.town.example./files/b.txt", "HTTP://SECURE.town.example/b.txt"):
    WHERE["/files/to/b.txt"] = to
    said, kept = fetch("https://secure.town.example", "/files/to/b.txt", "--cacert", f"{folder}/certificate")
    expect(f"from https to {to}", not kept and not any(not one[1] for one in asked) and "redirect" in said, said)
shutil.rmtree(folder)
sys.exit(failed)
