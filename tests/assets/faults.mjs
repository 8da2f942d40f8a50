// faults.mjs PROGRAM: many pictures from a real server, while another one misbehaves in every way.
// What can be had is there, byte for byte; everything else is a finding; nothing is there in part; a second run asks only for
// what failed. FILES: how many pictures (default 300; the full measure is 2000).
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { bytesOf, cdn, check, failureCount, fetchWords, filesOf, finish, folder, makeCertificates, makeSite, need, readList, run, startFaults, startNginx } from './servers.mjs'

need('nginx', 'openssl')
const FILES = Number(process.env.FILES ?? 300)
const certificates = makeCertificates(['good.cloudfront.net', 'bad.cloudfront.net', 'bad2.cloudfront.net', 'inside.cloudfront.net'])

// ---- what the good server has: mixed kinds, most of them small --------------------------------------------
const root = path.join(folder, 'www')
fs.mkdirSync(path.join(root, 'images'), { recursive: true })
const expected = new Map() // path in the site → bytes
const urls = []
const kinds = ['png', 'jpg', 'gif', 'svg', 'jpg']
for (let i = 0; i < FILES; i++) {
  const size = i % 50 === 49 ? 1500000 + i * 100 : i % 10 === 9 ? 300000 + i : 500 + (i * 7919) % 40000
  const kind = kinds[i % kinds.length], name = `images/p${i % 7}/picture ${i}.${kind}`, bytes = bytesOf(kind, size, i)
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), bytes)
  expected.set(name, bytes)
  urls.push(encodeURI(cdn('good', name)))
}

// ---- what the other one does ------------------------------------------------------------------------------
const big = (seed) => bytesOf('png', 400000, seed)
const send = (response, bytes, headers = {}) => response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length, ...headers }).end(bytes)
const part = (request, response, bytes) => { // honours Range, as a server with an ETag does
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (!from || request.headers['if-range'] !== '"v1"') return false
  response.writeHead(206, { 'content-type': 'image/png', etag: '"v1"', 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`, 'content-length': bytes.length - from })
  response.end(bytes.subarray(from))
  return true
}
const breakOff = (response, bytes, headers) => {
  response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length, ...headers })
  response.write(bytes.subarray(0, 300000), () => setTimeout(() => response.req.socket.destroy(), 50))
}
const drip = (response, bytes, steps, ms) => {
  response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length })
  let at = 0
  const timer = setInterval(() => {
    const next = Math.ceil(bytes.length / steps)
    response.write(bytes.subarray(at, at + next))
    if ((at += next) >= bytes.length) { clearInterval(timer); response.end() }
  }, ms)
}
const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
const plainSvg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>')
const html = '<!DOCTYPE html><html><body>Not found</body></html>'
let resumed = 0

// name: [what happens, the bytes that have to be there or null for a failure, what the problem or finding has to say]
const FAULTS = {
  'images/gone.png': [(n, q, r) => r.writeHead(404).end('no'), null, /answered 404/],
  'images/forbidden.png': [(n, q, r) => r.writeHead(403).end(html), null, /answered 403/],
  'images/large-404.png': [(n, q, r) => r.writeHead(404).end('x'.repeat(3 << 20)), null, /answered 404/], // more than is read of it
  'images/500-then-200.png': [(n, q, r) => (n === 1 ? r.writeHead(500).end() : send(r, big(1))), big(1)],
  'images/500-always.png': [(n, q, r) => r.writeHead(500).end(), null, /answered 500/],
  'images/429-then-200.png': [(n, q, r) => (n === 1 ? r.writeHead(429, { 'retry-after': '1' }).end() : send(r, big(2))), big(2)],
  'images/503-date.png': [(n, q, r) => (n === 1 ? r.writeHead(503, { 'retry-after': new Date(Date.now() + 1500).toUTCString() }).end() : send(r, big(3))), big(3)],
  'images/429-tomorrow.png': [(n, q, r) => r.writeHead(429, { 'retry-after': '86400' }).end(), null, /come back in 86400 seconds/],
  'images/reset-resume.png': [(n, q, r) => {
    if (n === 1) return breakOff(r, big(4), { etag: '"v1"' })
    if (part(q, r, big(4))) resumed++; else send(r, big(4))
  }, big(4)],
  'images/reset-changed.png': [(n, q, r) => (n === 1 ? breakOff(r, big(5), { etag: '"v0"' }) : send(r, big(6), { etag: '"v1"' })), big(6)],
  'images/reset-no-etag.png': [(n, q, r) => (n === 1 ? breakOff(r, big(7)) : send(r, big(7))), big(7)],
  'images/reset-always.png': [(n, q, r) => breakOff(r, big(8)), null, /broke/],
  'images/wrong-range.png': [(n, q, r) => {
    if (n === 1) return breakOff(r, big(9), { etag: '"v1"' })
    if (q.headers.range) return r.writeHead(206, { 'content-type': 'image/png', etag: '"v1"', 'content-range': `bytes 5-${big(9).length - 1}/${big(9).length}`, 'content-length': big(9).length - 5 }).end(big(9).subarray(5))
    send(r, big(9))
  }, big(9)],
  'images/too-long.png': [(n, q, r) => {
    r.writeHead(200, { 'content-type': 'image/png', 'content-length': 1000000 })
    r.write(big(10), () => q.socket.end())
  }, null, /broke off/],
  'images/too-short.png': [(n, q, r) => {
    q.socket.write(`HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 200000\r\nConnection: close\r\n\r\n`)
    q.socket.end(big(11))
  }, null, /cut off/],
  'images/no-length.png': [(n, q, r) => {
    q.socket.write('HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n')
    q.socket.end(big(12))
  }, big(12)],
  'images/no-length-cut.png': [(n, q, r) => {
    q.socket.write('HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n')
    q.socket.end(big(13).subarray(0, 1000))
  }, null, /cut off/],
  'images/chunks-cut.png': [(n, q, r) => {
    r.writeHead(200, { 'content-type': 'image/png' })
    r.write(big(14).subarray(0, 5000), () => q.socket.destroy())
  }, null, /broke/],
  'images/stall-always.png': [(n, q, r) => {
    r.writeHead(200, { 'content-type': 'image/png', 'content-length': 400000 })
    r.write(big(15).subarray(0, 1000))
  }, null, /too slow/],
  'images/stall-once.png': [(n, q, r) => (n === 1 ? r.writeHead(200, { 'content-length': 9 }).flushHeaders() : send(r, big(16))), big(16)],
  'images/silent.png': [() => {}, null, /too slow/],
  'images/drip.png': [(n, q, r) => drip(r, bytesOf('png', 4000, 17), 20, 100), bytesOf('png', 4000, 17)],
  'images/loop.png': [(n, q, r) => r.writeHead(302, { location: q.url }).end(), null, /more than 5 redirects/],
  'images/loop-a.png': [(n, q, r) => r.writeHead(301, { location: cdn('bad', 'images/loop-b.png') }).end(), null, /more than 5 redirects/],
  'images/loop-b.png': [(n, q, r) => r.writeHead(301, { location: cdn('bad', 'images/loop-a.png') }).end(), null, /more than 5 redirects/],
  'images/moved.png': [(n, q, r) => r.writeHead(301, { location: encodeURI(cdn('good', 'images/p1/picture 1.jpg').replace('picture 1.jpg', 'moved.png')) }).end(), big(18)],
  'images/to-forbidden.png': [(n, q, r) => r.writeHead(302, { location: 'https://elsewhere.example/a.png' }).end(), null, /on no asset host/],
  'images/to-file.png': [(n, q, r) => r.writeHead(302, { location: 'file:///etc/passwd' }).end(), null, /redirect from https/],
  'images/to-gopher.png': [(n, q, r) => r.writeHead(302, { location: 'gopher://bad.cloudfront.net/1' }).end(), null, /redirect from https/],
  'images/to-metadata.png': [(n, q, r) => r.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(), null, /redirect from https/],
  'images/to-loopback.png': [(n, q, r) => r.writeHead(302, { location: 'http://127.0.0.1/' }).end(), null, /redirect from https/],
  'images/to-user.png': [(n, q, r) => r.writeHead(302, { location: 'https://user:word@good.cloudfront.net/a.png' }).end(), null, /on no asset host/],
  'images/to-port.png': [(n, q, r) => r.writeHead(302, { location: 'https://good.cloudfront.net:22/a.png' }).end(), null, /on no asset host/],
  'images/to-private.png': [(n, q, r) => r.writeHead(302, { location: cdn('inside', 'images/a.png') }).end(), null, /not public/],
  'images/to-far.png': [(n, q, r) => r.writeHead(302, { location: cdn('bad', `images/${'x'.repeat(20000)}.png`) }).end(), null, /without saying where/],
  'images/no-status.png': [(n, q, r) => { q.socket.write('HTTP/1.1\r\n\r\n'); q.socket.end() }, null, /./],
  'images/long-etag.png': [(n, q, r) => send(r, big(24), { etag: `"${'x'.repeat(5000)}"` }), big(24)],
  'images/odd-etag.png': [(n, q, r) => { q.socket.write(`HTTP/1.1 200 OK\r\nETag: "a\x7f"\r\nContent-Length: ${big(25).length}\r\n\r\n`); q.socket.write(big(25)) }, big(25)],
  'images/to-nowhere.png': [(n, q, r) => r.writeHead(302).end(), null, /without saying where/],
  'images/html.jpg': [(n, q, r) => send(r, Buffer.from(html), { 'content-type': 'image/jpeg' }), null, /HTML page/],
  'images/html-once.png': [(n, q, r) => (n === 1 ? send(r, Buffer.from(html)) : send(r, big(19))), big(19)],
  'images/text.png': [(n, q, r) => send(r, Buffer.from('quota exceeded')), null, /no kind of picture/],
  'images/empty.png': [(n, q, r) => send(r, Buffer.alloc(0)), null, /empty file/],
  'images/bomb.png': [(n, q, r) => r.writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' }).end(bomb), null, /larger than the limit/],
  'images/packed.svg': [(n, q, r) => send(r, zlib.gzipSync(plainSvg), { 'content-type': 'image/svg+xml', 'content-encoding': 'gzip' }).end?.(), plainSvg],
  'images/10-GB.png': [(n, q, r) => { q.socket.write(`HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 10737418240\r\n\r\n`); q.socket.write(big(20)) }, null, /larger than the limit/],
  'images/endless.png': [(n, q, r) => { r.writeHead(200, { 'content-type': 'image/png' }); const more = () => { if (!r.destroyed && !q.socket.destroyed) r.write(big(21), more) }; more() }, null, /larger than the limit/],
  'images/really-png.jpg': [(n, q, r) => send(r, big(22), { 'content-type': 'image/jpeg' }), big(22), /^asset-type$/],
  'images/script.svg': [(n, q, r) => send(r, Buffer.from(script), { 'content-type': 'image/svg+xml' }), Buffer.from(script), /^asset-script$/],
  'images/cookie.png': [(n, q, r) => (q.headers.cookie || q.headers.authorization ? r.writeHead(400).end() : send(r, big(23), { 'set-cookie': 'a=b; Path=/' })), big(23)],
  'files/html.pdf': [(n, q, r) => send(r, Buffer.from(html), { 'content-type': 'application/pdf' }), null, /HTML page/],
}
for (const name of Object.keys(FAULTS)) if (process.env.ONLY && !new RegExp(process.env.ONLY).test(name)) delete FAULTS[name] // to look at a few
const bomb = zlib.gzipSync(Buffer.alloc(200 << 20))
fs.writeFileSync(path.join(root, 'images/p1/moved.png'), big(18))

const H2_FAULTS = { // the same, over HTTP/2
  'images/h2-reset.png': [(n, q, r) => {
    if (n > 1) return r.writeHead(200, { 'content-type': 'image/png' }).end(big(30))
    r.writeHead(200, { 'content-type': 'image/png', 'content-length': big(30).length })
    r.write(big(30).subarray(0, 1000), () => r.stream.close(http2Constants.NGHTTP2_INTERNAL_ERROR))
  }, big(30)],
  'images/h2-reset-always.png': [(n, q, r) => {
    r.writeHead(200, { 'content-type': 'image/png', 'content-length': big(31).length })
    r.write(big(31).subarray(0, 1000), () => r.stream.close(http2Constants.NGHTTP2_INTERNAL_ERROR))
  }, null, /HTTP\/2 connection broke|broke off/],
  'images/h2-refused.png': [(n, q, r) => (n === 1 ? r.stream.close(http2Constants.NGHTTP2_REFUSED_STREAM) : r.writeHead(200).end(big(32))), big(32)],
  'images/h2-gone.png': [(n, q, r) => r.writeHead(404).end(), null, /answered 404/],
}
const { constants: http2Constants } = await import('node:http2')

// ---- the run ----------------------------------------------------------------------------------------------
const nginx = await startNginx(certificates, root)
const bad = await startFaults(certificates, (name, count, q, r) => (FAULTS[name] ? FAULTS[name][0](count, q, r) : r.writeHead(404).end()))
const bad2 = await startFaults(certificates, (name, count, q, r) => H2_FAULTS[name][0](count, q, r), { h2: true })
const hosts = { 'good.cloudfront.net': nginx.to, 'bad.cloudfront.net': bad.to, 'bad2.cloudfront.net': bad2.to }
const table = new Map()
for (const [host, faults] of [['bad', FAULTS], ['bad2', H2_FAULTS]])
  for (const [name, [, bytes, says]] of Object.entries(faults)) {
    table.set(cdn(host, name), { name, bytes, says })
    if (bytes) expected.set(name, bytes)
  }
const all = [...urls]
for (const url of table.keys()) all.splice(Math.floor((all.length * (url.charCodeAt(40) % 16)) / 16), 0, url)
const site = makeSite('site', all)
fs.mkdirSync(path.join(site, 'images/p3'), { recursive: true }) // one that is there already is not asked for
fs.writeFileSync(path.join(site, 'images/p3/picture 3.svg'), 'the site\'s own')
if (expected.has('images/p3/picture 3.svg')) expected.set('images/p3/picture 3.svg', Buffer.from('the site\'s own'))
const words = fetchWords(site, { ...hosts, 'inside.cloudfront.net': '10.1.2.3:443' }, certificates, '--attempts', '3', '--backoff', '100', '--stall-time', '2', '--asset-limit', '20000000')

const began = Date.now()
const first = await run(words)
const list = readList(first.out)
console.log(`${all.length} addresses in ${((Date.now() - began) / 1000).toFixed(1)} s, exit ${first.status}`)
if (first.err) console.log(first.err)
check(first.status === 1, `exit status 1 (findings), not ${first.status}`)
check(list.size === all.length, `${list.size} listed of ${all.length}`)

const there = filesOf(site)
for (const [name, bytes] of expected) check(there.get(name)?.equals(bytes), `${name} is there, byte for byte (${there.get(name)?.length} of ${bytes.length})`)
for (const name of there.keys()) check(expected.has(name), `${name} is none that can be had`)
for (const [url, { name, bytes, says }] of table) {
  const one = list.get(url)
  check(one?.state === (bytes ? 'here' : 'failed'), `${name}: ${one?.state}, ${one?.problem}`)
  if (says) check(says.test(bytes ? one?.finding : one?.problem), `${name}: ${bytes ? one?.finding : one?.problem} is not ${says}`)
  if (!bytes) check(one?.finding === 'asset-lost', `${name} is a loss`)
}
for (const url of urls) check(list.get(url)?.state === 'here', `${url}: ${list.get(url)?.state} ${list.get(url)?.problem}`)
if (FAULTS['images/reset-resume.png']) check(resumed > 0, 'a broken transfer was resumed')
check(!fs.readFileSync(nginx.log, 'utf8').includes('picture%203.svg'), 'what is in the checkout was not asked for')
if (FILES > 1) check(/HTTP\/2/.test(fs.readFileSync(nginx.log, 'utf8')), 'HTTP/2 is used')

const ledger = fs.readFileSync(path.join(site, '.isomerize/assets.tsv'), 'latin1')
check(!/x{100}|\x7f/.test(ledger), 'what a server calls a version is kept if it can be asked for again')

// ---- a second run asks only for what failed ----------------------------------------------------------------
const asked = fs.readFileSync(nginx.log, 'utf8').length, counts = new Map(bad.counts)
const second = await run(words)
check(fs.readFileSync(nginx.log, 'utf8').length === asked, 'nothing that is here was asked for again')
for (const [name, [, bytes]] of Object.entries(FAULTS))
  if (!/loop-/.test(name)) check(bytes ? bad.counts.get(name) === counts.get(name) : bad.counts.get(name) > counts.get(name) || /10-GB/.test(name), `${name} ${bytes ? 'was' : 'was not'} asked for again`)
const again = filesOf(site)
check(again.size === there.size && [...again].every(([name, bytes]) => there.get(name).equals(bytes)), 'the second run changed nothing')
check(second.status === 1, 'the second run ends like the first')

// ---- a refresh is conditional ------------------------------------------------------------------------------
fs.writeFileSync(path.join(root, 'images/p0/picture 0.png'), big(99))
const before = fs.readFileSync(nginx.log, 'utf8').length
await run([...words.slice(0, -1), '--refresh', site])
const lines = fs.readFileSync(nginx.log, 'utf8').slice(before).trim().split('\n')
check(lines.filter((l) => / 304 /.test(l)).length >= FILES - 2, `unchanged files are answered 304: ${lines.filter((l) => / 304 /.test(l)).length}`)
check(filesOf(site).get('images/p0/picture 0.png').equals(big(99)), 'a changed file is fetched again')
check(filesOf(site).size === there.size, 'a refresh loses nothing')
await finish(failureCount())
