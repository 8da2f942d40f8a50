// What the tests of fetching stand on: pictures, certificates, nginx, a server that misbehaves, a site, the program.
//
// Everything is on loopback, on free ports, below one temporary folder, and ends with the test. Hosts keep their real
// names: the program is told to connect elsewhere (--connect-to) and that loopback may be used (--allow-address). Each
// server has a loopback address of its own: curl 7.88 keeps connections by the address that --connect-to names, without its
// port, and would take an HTTP/1.1 server for one that speaks HTTP/2 because another at that address does.
import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

export const SKIP = 77
export const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'isomerize-assets-'))
const ending = []
for (const event of ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM'])
  process.once(event, (error) => { fs.writeSync(2, `${error?.stack ?? error}\n`); finish(1) })
process.stdout.on('error', () => process.exit(1))
export function atEnd(f) { ending.push(f) }
export async function finish(failures) {
  for (const f of ending.reverse()) await f()
  if (!process.env.KEEP) fs.rmSync(folder, { recursive: true, force: true })
  console.log(failures ? `${failures} FAILED` : 'all as it should be')
  process.exit(failures ? 1 : 0)
}

export function need(...programs) {
  for (const p of programs) {
    try { execFileSync('sh', ['-c', `command -v ${p} || test -x /usr/sbin/${p}`]) } catch {
      console.log(`SKIP: ${p} is not installed`)
      process.exit(SKIP)
    }
  }
}

let failures = 0
export function check(holds, what) {
  if (!holds) { failures++; console.log(`FAILED: ${what}`) }
  return holds
}
export const failureCount = () => failures

// ---- pictures ------------------------------------------------------------------------------------------

// The same size and seed give the same bytes. Only the signature, the end and the length are those of the kind.
export function bytesOf(kind, size, seed) {
  const noise = Buffer.alloc(Math.max(size - 64, 16))
  let block = createHash('sha256').update(String(seed)).digest(), at = 0
  for (; at < noise.length; at += 32) {
    block.copy(noise, at)
    if (at % 4096 === 0) block = createHash('sha256').update(block).digest()
  }
  for (let i = 0; i < noise.length; i++) if (noise[i] === 0xff || noise[i] === 0x49) noise[i] = 0
  switch (kind) {
    case 'png': return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), noise, Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1')])
    case 'jpg': return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), noise, Buffer.from([0xff, 0xd9])])
    case 'gif': return Buffer.concat([Buffer.from('GIF89a'), noise, Buffer.from(';')])
    case 'pdf': return Buffer.concat([Buffer.from('%PDF-1.7\n'), noise, Buffer.from('\n%%EOF\n')])
    case 'svg': return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><!-- ${noise.toString('hex')} --></svg>\n`)
  }
  throw new Error(kind)
}

export const cdn = (host, name) => {
  const digest = createHash('sha1').update(host + name).digest('hex')
  return `https://${host}.cloudfront.net/${digest}/${digest.slice(0, 5)}/${name}`
}

// ---- certificates --------------------------------------------------------------------------------------

export function makeCertificates(names) {
  const at = (name) => path.join(folder, name)
  const run = (...words) => execFileSync('openssl', words, { stdio: 'pipe' })
  fs.writeFileSync(at('names.cnf'), `subjectAltName=${names.map((n) => `DNS:${n}`).join(',')}\n`)
  run('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2',
    '-subj', '/CN=isomerize tests', '-addext', 'basicConstraints=critical,CA:TRUE')
  run('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=server')
  run('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names.cnf'), '-out', at('server.pem'))
  return { ca: at('ca.pem'), key: at('server.key'), certificate: at('server.pem') }
}

// ---- nginx ---------------------------------------------------------------------------------------------

let lastAddress = 1
const nextAddress = () => `127.0.0.${++lastAddress}`
export const freePort = (address = '127.0.0.1') => new Promise((done) => {
  const probe = net.createServer().listen(0, address, () => {
    const { port } = probe.address()
    probe.close(() => done(port))
  })
})

const answers = (address, port) => new Promise((done) => {
  const socket = net.connect(port, address, () => { socket.destroy(); done(true) })
  socket.on('error', () => done(false))
})

// The real server: TLS, HTTP/2, ETag, ranges. The CDN's digests are taken off: /<40 hex>/<5 hex>/images/a → /images/a.
export async function startNginx(certificates, root) {
  const address = nextAddress(), port = await freePort(address), at = (name) => path.join(folder, name)
  fs.writeFileSync(at('nginx.conf'), `
    daemon off; worker_processes 2; pid ${at('nginx.pid')}; error_log ${at('nginx-error.log')};
    ${process.getuid() === 0 ? 'user root;' : ''}
    events { worker_connections 512; }
    http {
      access_log ${at('nginx-access.log')};
      types { image/png png; image/jpeg jpg; image/gif gif; image/svg+xml svg; application/pdf pdf; }
      client_body_temp_path ${at('tmp1')}; proxy_temp_path ${at('tmp2')}; fastcgi_temp_path ${at('tmp3')};
      uwsgi_temp_path ${at('tmp4')}; scgi_temp_path ${at('tmp5')};
      sendfile on; tcp_nopush on; keepalive_requests 100000;
      server {
        listen ${address}:${port} ssl http2;
        ssl_certificate ${certificates.certificate}; ssl_certificate_key ${certificates.key};
        root ${root};
        rewrite "^/[0-9a-f]{40}/[0-9a-f]{5}(/.*)$" $1 break;
      }
    }`)
  const nginx = spawn(fs.existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx', ['-c', at('nginx.conf'), '-p', folder], { stdio: 'ignore' })
  atEnd(() => new Promise((done) => { nginx.on('exit', done); nginx.kill('SIGTERM') }))
  while (!(await answers(address, port))) await new Promise((r) => setTimeout(r, 20))
  return { to: `${address}:${port}`, log: at('nginx-access.log') }
}

// ---- a server that misbehaves --------------------------------------------------------------------------

// `answer(name, count, request, response, socket)`: name without the digests, count of requests for it so far.
export async function startFaults(certificates, answer, { h2 = false } = {}) {
  const counts = new Map(), open = new Set()
  const options = { key: fs.readFileSync(certificates.key), cert: fs.readFileSync(certificates.certificate) }
  const listener = (request, response) => {
    const name = decodeURIComponent(request.url.replace(/^\/[0-9a-f]{40}\/[0-9a-f]{5}\//, '').replace(/\?.*/, ''))
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    answer(name, count, request, response)
  }
  const server = h2 ? http2.createSecureServer(options, listener) : https.createServer(options, listener)
  server.on('connection', (s) => { open.add(s); s.on('close', () => open.delete(s)); s.on('error', () => {}) })
  server.on('tlsClientError', () => {})
  server.on('sessionError', () => {})
  const address = nextAddress()
  await new Promise((done) => server.listen(0, address, done))
  atEnd(() => { for (const s of open) s.destroy(); server.close() })
  return { to: `${address}:${server.address().port}`, counts }
}

// ---- the site and the program --------------------------------------------------------------------------

export function makeSite(name, urls, perPage = 50) {
  const root = path.join(folder, name)
  fs.mkdirSync(root, { recursive: true })
  for (let i = 0; i * perPage < urls.length; i++) {
    const lines = urls.slice(i * perPage, (i + 1) * perPage).map((u) => (/\.pdf$/.test(u) ? `[a file](${u})\n` : `![a picture](${u})\n`))
    fs.writeFileSync(path.join(root, `page-${i}.md`), `---\ntitle: Page ${i}\npermalink: /page-${i}/\n---\n${lines.join('\n')}`)
  }
  return root
}

export const program = process.argv[2] ?? 'isomerize'

// Where each host is: { 'd1.cloudfront.net': '127.0.0.2:4711' }.
export function fetchWords(site, hosts, certificates, ...more) {
  const words = ['assets', '--fetch', '--json', '--cacert', certificates.ca]
  for (const [host, to] of Object.entries(hosts)) words.push('--connect-to', `${host}:443:${to}`)
  for (let i = 2; i <= lastAddress; i++) words.push('--allow-address', `127.0.0.${i}`)
  return [...words, ...more, site]
}

export function run(words, { killAfter, env } = {}) {
  return new Promise((done) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    let out = '', err = ''
    child.stdout.on('data', (d) => { out += d })
    child.stderr.on('data', (d) => { err += d })
    const timer = killAfter === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfter)
    child.on('close', (status, signal) => { clearTimeout(timer); done({ status, signal, out, err }) })
  })
}

export const readList = (out) => new Map(out.split('\n').filter(Boolean).map((line) => JSON.parse(line)).map((one) => [one.remote, one]))

// Every file of the site but its pages and the program's own state: path → bytes.
export function filesOf(root, below = '') {
  const found = new Map()
  for (const one of fs.readdirSync(path.join(root, below), { withFileTypes: true })) {
    const name = path.join(below, one.name)
    if (one.name === '.isomerize' || one.name.endsWith('.md')) continue
    if (one.isDirectory()) for (const [k, v] of filesOf(root, name)) found.set(k, v)
    else found.set(name, fs.readFileSync(path.join(root, name)))
  }
  return found
}
export { randomBytes }
