// links.mjs PROGRAM: no symbolic link leads a file out of the site; a second run at the same time is turned away.
import fs from 'node:fs'
import path from 'node:path'
import { bytesOf, cdn, check, failureCount, fetchWords, finish, folder, makeCertificates, makeSite, need, readList, run, startNginx } from './servers.mjs'

need('nginx', 'openssl')
const certificates = makeCertificates(['good.cloudfront.net'])
const root = path.join(folder, 'www'), names = ['images/a.png', 'images/deep/b.png', 'files/c.pdf', 'shots/d.png', 'images/twin.png']
for (const name of names) {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), bytesOf(name.split('.').pop(), 3000, name))
}
const nginx = await startNginx(certificates, root), hosts = { 'good.cloudfront.net': nginx.to }
const twin = cdn('good', 'images/twin.png'), urls = [...names.map((n) => cdn('good', n)), `${twin}?v=1`, `${twin}?v=2`]
const site = makeSite('site', urls), outside = path.join(folder, 'outside')
fs.mkdirSync(outside)
fs.symlinkSync(outside, path.join(site, 'images')) // a folder elsewhere
fs.symlinkSync('../outside', path.join(site, 'shots'))
fs.mkdirSync(path.join(site, 'files'))
fs.symlinkSync(path.join(outside, 'c.pdf'), path.join(site, 'files/c.pdf')) // a file elsewhere, which is not there
const words = fetchWords(site, hosts, certificates, '--attempts', '1')
const both = await Promise.all([run(words), run(words)])
check(fs.readdirSync(outside).length === 0, `nothing outside: ${fs.readdirSync(outside)}`)
check(both.some((one) => one.status !== 4), 'one of two runs at a time goes on')
const list = readList((await run(words)).out)
check(fs.readdirSync(outside).length === 0, 'still nothing outside')
for (const name of ['images/a.png', 'images/deep/b.png', 'shots/d.png']) check(/symbolic link/.test(list.get(cdn('good', name))?.problem), `${name}: ${JSON.stringify(list.get(cdn('good', name)))}`)
check(fs.lstatSync(path.join(site, 'files/c.pdf')).isSymbolicLink(), 'the link is left as it is')
// a state folder elsewhere
const other = makeSite('other', urls)
fs.symlinkSync(outside, path.join(other, '.isomerize'))
check((await run(fetchWords(other, hosts, certificates))).status === 4 && fs.readdirSync(outside).length === 0, 'no state outside')
// the same bytes under several addresses are stored once
const plain = makeSite('plain', urls), stored = readList((await run(fetchWords(plain, hosts, certificates))).out)
check(fs.readdirSync(path.join(plain, 'images')).sort().join() === 'a.png,deep,twin.png', `stored once: ${fs.readdirSync(path.join(plain, 'images'))}`)
check(stored.get(`${twin}?v=2`)?.path === 'images/twin.png', 'and used by all')
// a ledger that was tampered with names no file outside
const evil = makeSite('evil', urls)
fs.mkdirSync(path.join(evil, '.isomerize'))
fs.writeFileSync(path.join(evil, '.isomerize/assets.tsv'), urls.map((u) => `${u}\t../outside/x.png\twanted\t0\t\t\t\t\n`).join(''))
await run(fetchWords(evil, hosts, certificates))
check(fs.readdirSync(outside).length === 0, `a tampered ledger writes nothing outside: ${fs.readdirSync(outside)}`)
check(fs.existsSync(path.join(evil, 'images/a.png')), 'and the files have their own names')
await finish(failureCount())
