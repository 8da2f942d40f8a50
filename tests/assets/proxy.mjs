// proxy.mjs PROGRAM: through the user's proxy, as curl's users set it (https_proxy, no_proxy), and with the certificates that
// they set (SSL_CERT_DIR, SSL_CERT_FILE, CURL_CA_BUNDLE). No address is allowed here but the proxy's own, which needs no option.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { atEnd, bytesOf, cdn, check, failureCount, filesOf, finish, folder, freePort, makeCertificates, makeSite, need, readList, run, startFaults } from './servers.mjs'

need('openssl')
const certificates = makeCertificates(['good.cloudfront.net'])
const picture = bytesOf('png', 3000, 1), url = cdn('good', 'images/a.png')
const server = await startFaults(certificates, (name, count, q, r) => r.writeHead(200, { 'content-type': 'image/png', 'content-length': picture.length }).end(picture))

// What each answers to CONNECT; where it may, it leads to the server.
async function startProxy(address, port, answer = () => 'HTTP/1.1 200 here you are\r\nETag: "the proxy"\r\n', leadsTo = server.to) {
  const asked = [], open = new Set()
  const proxy = http.createServer((q, r) => { asked.push(q.url); r.writeHead(400).end() })
  proxy.on('connect', (q, socket) => {
    asked.push(q.url)
    const head = answer(asked.length)
    socket.on('error', () => {})
    socket.write(`${head}\r\n`)
    if (!/ 200 /.test(head)) return socket.end()
    const [to, at] = leadsTo.split(':'), there = net.connect(at, to)
    for (const one of [socket, there]) { open.add(one); one.on('error', () => {}); one.on('close', () => { socket.destroy(); there.destroy() }) }
    there.pipe(socket).pipe(there)
  })
  await new Promise((done, fail) => proxy.on('error', fail).listen(port, address, done))
  atEnd(() => { for (const one of open) one.destroy(); proxy.close() })
  return { asked, at: `${address}:${proxy.address().port}` }
}

let sites = 0
const trusting = { CURL_CA_BUNDLE: certificates.ca }
async function fetch(environment, ...words) {
  const site = makeSite(`site${++sites}`, [url])
  const done = await run(['assets', '--fetch', '--json', '--attempts', '2', '--backoff', '20', ...words, site],
    { env: { https_proxy: '', HTTPS_PROXY: '', all_proxy: '', ALL_PROXY: '', no_proxy: '', NO_PROXY: '', CURL_CA_BUNDLE: '', SSL_CERT_DIR: '', SSL_CERT_FILE: '', ...environment } })
  return { ...done, one: readList(done.out).get(url), kept: filesOf(site).get('images/a.png')?.equals(picture), site }
}
const fetched = (got, what) => check(got.kept && got.one?.state === 'here', `${what}: ${got.one?.problem} ${got.err}`)
const failed = (got, says, what) => check(!got.kept && says.test(got.one?.problem), `${what}: ${got.one?.state} ${got.one?.problem} ${got.err}`)

// ---- where the proxy is -----------------------------------------------------------------------------------
const proxy = await startProxy('127.0.1.1', 0)
for (const [name, value] of [['https_proxy', `http://${proxy.at}`], ['HTTPS_PROXY', proxy.at], ['all_proxy', `http://${proxy.at}/`], ['ALL_PROXY', `http://user:word@${proxy.at}`]]) {
  proxy.asked.length = 0
  fetched(await fetch({ ...trusting, [name]: value }), `${name}=${value}`)
  check(proxy.asked.join() === 'good.cloudfront.net:443', `${name}: the proxy was asked for ${proxy.asked}`)
}
const ledger = fs.readFileSync(path.join((await fetch({ ...trusting, https_proxy: proxy.at })).site, '.isomerize/assets.tsv'), 'utf8')
check(!ledger.includes('the proxy'), `the file has what the proxy said of itself: ${ledger}`)
proxy.asked.length = 0
failed(await fetch({ ...trusting, https_proxy: proxy.at, no_proxy: 'cloudfront.net', }, '--connect-to', `good.cloudfront.net:443:${server.to}`), /not public/, 'no_proxy')
check(proxy.asked.length === 0, 'the proxy was asked in spite of no_proxy')
failed(await fetch({ ...trusting, https_proxy: proxy.at, no_proxy: '*' }, '--connect-to', `good.cloudfront.net:443:127.0.1.99:${proxy.at.split(':')[1]}`), /not public/, 'another address on the port of the proxy')
failed(await fetch({ ...trusting, https_proxy: 'http://nowhere.invalid:8080' }), /the proxy's name cannot be resolved/, 'a proxy of no such name')
failed(await fetch({ ...trusting, https_proxy: `http://127.0.1.2:${await freePort('127.0.1.2')}` }), /no connection/, 'a proxy that is not there')

// Its port where the address names none.
const plain = await startProxy('127.0.1.3', 1080).catch(() => null)
if (plain) fetched(await fetch({ ...trusting, https_proxy: 'http://127.0.1.3' }), 'a proxy without a port')
let reached = 0
const secure = net.createServer((socket) => { reached++; socket.on('error', () => {}).end('no TLS\r\n') })
if (await new Promise((done) => secure.on('error', () => done(false)).listen(443, '127.0.1.4', () => done(true)))) {
  failed(await fetch({ ...trusting, https_proxy: 'https://127.0.1.4' }), /TLS|SSL/, 'a proxy that is asked by https')
  check(reached > 0, 'a proxy by https, without a port, is asked at 443')
  secure.close()
}
failed(await fetch({ ...trusting, https_proxy: 'http://[127.0.1.3' }), /./, 'a proxy whose address is none')

// ---- what it answers --------------------------------------------------------------------------------------
for (const [status, second] of [[407, 407], [503, 200]]) {
  const odd = await startProxy(`127.0.1.${status === 407 ? 5 : 6}`, 0, (count) => `HTTP/1.1 ${count === 1 ? status : second} so\r\nETag: "the proxy"\r\nRetry-After: 9000\r\nLocation: https://elsewhere.example/\r\n`)
  const got = await fetch({ ...trusting, https_proxy: odd.at })
  if (second === 200) fetched(got, `${status}, then 200`)
  else failed(got, new RegExp(`the proxy answered ${status}`), status)
  check(odd.asked.length === 2, `${status}: the proxy was asked ${odd.asked.length} times`)
}

// A proxy's answer is none of the server: a connection on which the server never said a word is not used again.
let first = null
const silent = await startFaults(certificates, (name, count, q, r) => {
  first ??= r.stream.session
  if (r.stream.session !== first) r.writeHead(200, { 'content-type': 'image/png' }).end(picture)
}, { h2: true })
const before = await startProxy('127.0.1.7', 0, undefined, silent.to)
fetched(await fetch({ ...trusting, https_proxy: before.at }, '--stall-time', '1'), 'a connection that is silent')
check(before.asked.length === 2, `the silent connection: the proxy was asked ${before.asked.length} times`)

// ---- certificates -----------------------------------------------------------------------------------------
const trusted = path.join(folder, 'trusted')
fs.mkdirSync(trusted)
fs.copyFileSync(certificates.ca, path.join(trusted, 'ca.pem'))
execFileSync('openssl', ['rehash', trusted])
const through = { https_proxy: proxy.at }
failed(await fetch(through), /certificate/i, 'a certificate that nobody knows')
fetched(await fetch({ ...through, SSL_CERT_DIR: trusted }), 'SSL_CERT_DIR')
fetched(await fetch({ ...through, SSL_CERT_FILE: certificates.ca }), 'SSL_CERT_FILE')
fetched(await fetch(through, '--cacert', certificates.ca), '--cacert')
failed(await fetch({ ...through, SSL_CERT_FILE: certificates.ca }, '--cacert', '/dev/null'), /certificate/i, '--cacert goes before the environment')
await finish(failureCount())
