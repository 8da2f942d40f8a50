// kill.mjs PROGRAM: a run killed at random moments and run again ends like one that was left alone.
// KILLS: how many (default 5; the full measure is 20). FILES: pictures (default 200).
import fs from 'node:fs'
import path from 'node:path'
import { bytesOf, cdn, check, failureCount, fetchWords, filesOf, finish, folder, makeCertificates, makeSite, need, readList, run, startFaults, startNginx } from './servers.mjs'

need('nginx', 'openssl')
const KILLS = Number(process.env.KILLS ?? 5), FILES = Number(process.env.FILES ?? 200)
const certificates = makeCertificates(['good.cloudfront.net', 'slow.cloudfront.net'])
const root = path.join(folder, 'www'), expected = new Map(), urls = []
for (let i = 0; i < FILES; i++) {
  const name = `images/${i % 5}/p${i}.png`, bytes = bytesOf('png', i % 20 === 0 ? 3000000 : 1000 + i * 137, i)
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), bytes)
  expected.set(name, bytes)
  urls.push(cdn('good', name))
}
// a large file that comes slowly and can be resumed: most kills hit it half-way
const slow = bytesOf('png', 4000000, 'slow')
expected.set('images/slow.png', slow)
urls.push(cdn('slow', 'images/slow.png'), cdn('slow', 'images/gone.png'))
let resumed = 0
const nginx = await startNginx(certificates, root)
const faults = await startFaults(certificates, (name, count, request, response) => {
  if (name !== 'images/slow.png') return response.writeHead(404).end()
  let at = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (at) resumed++
  const headers = { 'content-type': 'image/png', etag: '"slow"', 'content-length': slow.length - at }
  response.writeHead(at ? 206 : 200, at ? { ...headers, 'content-range': `bytes ${at}-${slow.length - 1}/${slow.length}` } : headers)
  const timer = setInterval(() => {
    if (request.socket.destroyed) return clearInterval(timer)
    response.write(slow.subarray(at, at + 100000))
    if ((at += 100000) >= slow.length) { clearInterval(timer); response.end() }
  }, 15)
})
const hosts = { 'good.cloudfront.net': nginx.to, 'slow.cloudfront.net': faults.to }

function examine(site, what, whole) {
  const there = filesOf(site)
  for (const [name, bytes] of there) check(expected.get(name)?.equals(bytes), `${what}: ${name} is whole`)
  if (whole) check(there.size === expected.size, `${what}: ${there.size} of ${expected.size} are there`)
}
const calm = makeSite('calm', urls), began = Date.now()
const first = await run(fetchWords(calm, hosts, certificates, '--backoff', '50'))
const length = Date.now() - began
check(first.status === 1, `the calm run ends with findings: ${first.status} ${first.err}`)
examine(calm, 'calm', true)
const states = (out) => [...readList(out)].map(([remote, one]) => `${remote} ${one.path} ${one.state} ${one.size} ${one.problem}`).sort().join('\n')

const site = makeSite('killed', urls), words = fetchWords(site, hosts, certificates, '--backoff', '50')
for (let i = 0; i < KILLS; i++) {
  if (i % 5 === 4) fs.rmSync(site, { recursive: true }), makeSite('killed', urls) // also from the beginning
  const after = Math.random() * length
  const killed = await run(words, { killAfter: after })
  examine(site, `killed after ${after.toFixed(0)} ms (${killed.signal ?? 'it was faster'})`, false)
}
const last = await run(words)
examine(site, 'after the kills', true)
check(states(last.out) === states(first.out), 'the same end state')
check(fs.readdirSync(path.join(site, '.isomerize/fetch')).length === 0, 'no parts are left')
console.log(`${KILLS} kills within ${length} ms, ${resumed} transfers resumed`)
await finish(failureCount())
