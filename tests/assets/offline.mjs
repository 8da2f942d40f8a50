// offline.mjs PROGRAM: what must not touch the network opens no socket at all, and writes no file.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { cdn, check, failureCount, finish, folder, makeSite, need, program, SKIP } from './servers.mjs'

need('strace')
if (spawnSync('strace', ['-o', '/dev/null', 'true']).status !== 0) { console.log('SKIP: strace may not trace here'); process.exit(SKIP) }
const site = makeSite('site', ['png', 'jpg', 'pdf'].map((kind) => cdn('good', `images/a.${kind}`)))
const page = path.join(site, 'page-0.md'), before = fs.readFileSync(page, 'utf8')
const commands = [['diff', site], ['check', page], ['explain', page], ['assets', site], ['assets', '--offline', site], ['mappings'], ['status', site], ['convert', '--offline', site]]
let seen = 0
for (const words of commands) {
  const trace = path.join(folder, 'trace')
  const done = spawnSync('strace', ['-f', '-e', 'trace=%network', '-o', trace, program, ...words])
  if (/there is no command/.test(done.stderr.toString())) { console.log(`${words[0]}: not a command yet`); continue }
  seen++
  const calls = fs.readFileSync(trace, 'utf8').split('\n').filter((line) => /(socket|connect|sendto|bind)\(/.test(line))
  check(calls.length === 0, `${words.slice(0, 2).join(' ')}: ${calls[0]}`)
  if (words[0] !== 'convert') check(fs.readFileSync(page, 'utf8') === before && !fs.existsSync(path.join(site, '.isomerize/fetch')), `${words[0]} writes nothing`)
}
const after = fs.readFileSync(page, 'utf8')
check(after !== before && after.includes(cdn('good', 'images/a.png')), 'offline, the page is converted and keeps the remote address')
console.log(`${seen} of ${commands.length} commands traced`)
await finish(failureCount())
