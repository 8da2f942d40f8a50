// fetch.mjs PROGRAM: how long the same pictures from the same server take: this program, curl --parallel, wget.
// FILES (default 2000), ROUNDS (default 5): they take turns; the median counts. All with TLS; wget knows no HTTP/2.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { bytesOf, cdn, check, failureCount, fetchWords, filesOf, finish, folder, makeCertificates, makeSite, need, program, startNginx } from '../assets/servers.mjs'

need('nginx', 'openssl', 'curl', 'wget')
const FILES = Number(process.env.FILES ?? 2000), ROUNDS = Number(process.env.ROUNDS ?? 5)
const certificates = makeCertificates(['good.cloudfront.net'])
const root = path.join(folder, 'www'), urls = []
let total = 0
for (let i = 0; i < FILES; i++) {
  const name = `images/${i % 10}/p${i}.png`, bytes = bytesOf('png', i % 100 === 99 ? 1000000 : 2000 + (i * 7919) % 60000, i)
  total += bytes.length
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), bytes)
  urls.push(cdn('good', name))
}
const nginx = await startNginx(certificates, root), hosts = { 'good.cloudfront.net': nginx.to }
const list = path.join(folder, 'list.txt')
// A new folder each time: ext4 is slow to create files where many were deleted in the last seconds.
let number = 0
const fresh = (name) => { const at = path.join(folder, `${name}-${++number}`); fs.mkdirSync(at); return at }

const RUNNERS = {
  isomerize: () => { const site = makeSite(`site-${++number}`, urls); return [program, fetchWords(site, hosts, certificates), site] },
  curl: () => {
    const at = fresh('curl')
    fs.writeFileSync(list, urls.map((u, i) => `url = "${u}"\noutput = "${at}/${i}.png"\n`).join(''))
    return ['curl', ['--silent', '--parallel', '--cacert', certificates.ca, '--connect-to', `good.cloudfront.net:443:${nginx.to}`, '-K', list], at]
  },
  wget: () => {
    const at = fresh('wget')
    fs.writeFileSync(list, urls.map((u) => u.replace('good.cloudfront.net', nginx.to)).join('\n'))
    return ['wget', ['--quiet', '--no-check-certificate', '-x', '-P', at, '-i', list], at]
  },
}
const times = Object.fromEntries(Object.keys(RUNNERS).map((k) => [k, []]))
for (let round = 0; round < ROUNDS; round++)
  for (const [name, prepare] of Object.entries(RUNNERS)) {
    const [command, words, at] = prepare(), began = process.hrtime.bigint()
    const done = spawnSync(command, words, { maxBuffer: 1 << 28 })
    times[name].push(Number(process.hrtime.bigint() - began) / 1e9)
    check(done.status === 0, `${name} ends with ${done.status} ${done.stderr.toString().slice(0, 300)}`)
    if (round === 0) check(filesOf(at).size === FILES, `${name} has ${filesOf(at).size} files of ${FILES}`)
  }
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]
console.log(`${FILES} files, ${(total / 1e6).toFixed(1)} MB, median of ${ROUNDS} rounds:`)
for (const [name, list] of Object.entries(times)) {
  const m = median(list)
  console.log(`  ${name.padEnd(10)} ${m.toFixed(2)} s  (${list[0].toFixed(2)} to ${list[list.length - 1].toFixed(2)})  ${(total / 1e6 / m).toFixed(0)} MB/s`)
}
await finish(failureCount())
