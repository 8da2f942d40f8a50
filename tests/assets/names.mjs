// names.mjs PROGRAM: local names are safe, distinct and stable, for addresses that are meant to break them, and for
// generated ones. COUNT: how many generated (default 20000).
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { check, failureCount, finish, folder, program } from './servers.mjs'

const COUNT = Number(process.env.COUNT ?? 20000)
const cdn = (name, host = 'd1', digest = 'a'.repeat(40)) => `https://${host}.cloudfront.net/${digest}/12345/${name}`

function names(urls) { // address → local path, decoded; null: left as it is
  const file = path.join(folder, 'urls.txt')
  fs.writeFileSync(file, urls.join('\n') + '\n')
  const lines = execFileSync(program, ['debug', 'assets', '', '', 'all', file], { maxBuffer: 1 << 30 }).toString().split('\n')
  return new Map(urls.map((url, i) => {
    const got = / <- /.test(lines[i]) ? lines[i].replace(/ <- .*/, '').replace(/[#].*/, '') : null
    return [url, got === null ? null : [decodeURIComponent(got), lines[i].replace(/.* <- /, '')]]
  }))
}

const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])$/i
const seenWhole = (p) => p.startsWith('/') && p.length > 1
function isSafe(p) {
  if (!seenWhole(p) || Buffer.byteLength(p) > 240 || p !== p.normalize('NFC')) return false
  const parts = p.slice(1).split('/')
  return parts.length > 1 && parts.every((one) => one && one !== '.' && one !== '..' && Buffer.byteLength(one) <= 150 && !/^[._#~ -]|[. ~]$/.test(one)
    && !/[<>:"\\|?*\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.test(one) && !DEVICE.test(one.split('.')[0].trim()))
}
const folded = (p) => p.normalize('NFC').toLowerCase()

export function examine(urls, what) {
  const got = names(urls), owner = new Map()
  for (const [url, one] of got) {
    if (!one) continue
    const [name, remote] = one
    check(isSafe(name), `${what}: ${url.slice(0, 120)} → ${JSON.stringify(name)} is not safe`)
    const other = owner.get(folded(name))
    check(!other || other === remote, `${what}: ${name} is both ${other?.slice(0, 120)} and ${remote.slice(0, 120)}`)
    owner.set(folded(name), remote)
  }
  // the order in which they come does not matter
  const turned = names([...urls].reverse())
  for (const [url, one] of got) check(one?.[0] === turned.get(url)?.[0], `${what}: ${url.slice(0, 120)} has another name in another order`)
  return got
}

const p = (name) => cdn(`images/${name}`)
const HOSTILE = [
  ...['../../etc/passwd.png', '..%2f..%2fetc%2fpasswd.png', '%2e%2e/%2e%2e/x.png', '..\\..\\x.png', '%5c..%5cx.png', '..%5c..%5cwin.png', './x2.png', 'a/./b.png', 'a//b.png', 'a/../b2.png', '....//x.png', '%252e%252e%252fx.png',
    '.htaccess.png', '.git/config.png', '.git%2fhooks%2fx.png', 'git~1/x.png', 'GIT~1/config.png', '~root/x.png', '-rf.png', '_layouts/x.png', '#x.png', '%23x.png', '%7Ex.png', 'x.png%7E', 'x.png%00.jpg', 'x%00.png', '%00', 'a%0ab.png', 'a%0d%0ab.png', 'a%09b.png', 'a%1b[31m.png', 'a%7fb.png',
    'con.png', 'CON', 'Con.tar.gz', 'aux/x.png', 'nul.png', 'prn.jpg', 'com1.png', 'COM9.png', 'lpt1.gif', 'LPT0.png', 'com%C2%B9.png', 'conin$.png', 'CONOUT$.jpg', 'con%20.png', 'nul.', 'nul%20',
    'x.png.', 'x.png%20', 'x.png...', '%20x.png', 'a%20/b.png', 'a./b.png', 'x%3a.png', 'x%3ay.png', 'x%3Cy%3E.png', 'x%22.png', 'x%7Cy.png', 'x%3F.png', 'x*.png', 'C%3A%5Cx.png', 'x.png%3A%3A$DATA',
    '%E2%80%AEgnp.exe', '%E2%80%AEfdp.png', '%E2%80%8Bx.png', 'x%E2%80%8D.png', '%EF%BB%BFx.png', 'e%CC%81.png', '%C3%A9.png', '%E5%9B%BE.png', '%F0%9F%98%80.png', '%FF%FE.png', '%C0%AE%C0%AE/x.png', '%ED%A0%80.png', '%E2%84%AA.png', 'K.png', 'k.png', '%EF%BC%8E%EF%BC%8E/x.png', 'a%C2%A0b.png', 'a%E2%80%A8b.png', '%F4%8F%BF%BF.png', '%EE%80%80.png', 'stra%C3%9Fe.png', 'STRASSE.png',
    'A.png', 'a.png', 'a.PNG', 'a.png?v=1', 'a.png?v=2', 'a.png?w=100&h=50', 'a.png#one', 'a.png?', 'a.png??', 'a%2Epng', '%61.png', 'a%20.png', 'a+.png',
    'x.html', 'x.htm', 'x.php', 'x.js', 'x.svg.html', 'x.png.exe', 'x', 'x/', 'x.', 'x.png/', 'x.png/y.png', 'x.png/y.png/z.png', '{{ site.url }}.png', '%7B%7B x %7D%7D.png', '$(id).png', '`id`.png', 'a;b.png', 'a&b.png', "a'b.png", 'a,b.png', 'a=b.png', '100%.png', '%zz.png', '%', '%4', 'a%25b.png', '%2525.png',
    'x'.repeat(4000) + '.png', 'x'.repeat(4000), 'x'.repeat(3999) + 'y.png', 'a/'.repeat(2000) + 'x.png', '%E5%9B%BE'.repeat(400) + '.png', '../'.repeat(1000) + 'x3.png', 'x.' + 'p'.repeat(300), '.'.repeat(300) + 'png', '%2e'.repeat(300)].map(p),
  cdn('images/a.png', 'd2'), cdn('images/a.png', 'd1', 'b'.repeat(40)), cdn('images/a.png', 'D1'), cdn('Images/A.png', 'd3'), cdn('_config.yml'), cdn('.gitignore'), cdn('index.html'), cdn('CNAME'), cdn('robots.txt'), cdn('x.png'), cdn('x.pdf'), cdn('.github/workflows/x.yml'), cdn('_plugins/x.rb'),
  'https://i.ibb.co/aBc/image.png', 'https://i.ibb.co/abc/image.png', 'https://i.ibb.co/ABC/image.png', 'https://i.ibb.co/../x.png', 'https://i.ibb.co/..%2f..%2f/x.png',
  'https://user@d1.cloudfront.net/x', 'https://d1.cloudfront.net@evil.example/x.png', 'https://evil.example/https://d1.cloudfront.net/x.png', 'https://d1.cloudfront.net.evil.example/' + 'a'.repeat(40) + '/12345/x.png', 'javascript:alert(1)', 'data:image/png;base64,AAAA', 'file:///etc/passwd', 'https://[::1]/x.png', 'https://127.0.0.1/x.png', 'https://xcloudfront.net/' + 'a'.repeat(40) + '/12345/x.png',
]
const hostile = examine(HOSTILE, 'hostile')
console.log(`${HOSTILE.length} hostile addresses, ${[...hostile.values()].filter(Boolean).length} of them given names`)
check(HOSTILE.length >= 100, 'at least a hundred')
for (const url of HOSTILE.slice(-11)) check(/ibb/.test(url) || hostile.get(url) === null, `${url} is none of ours`)
// a plain address has its plain name, alone and among all the others
for (const [url, name] of [[cdn('images/a b.png'), '/images/a b.png'], [cdn('files/x.pdf'), '/files/x.pdf'], [cdn('images/Placeholders/Screenshot_2023.png'), '/images/Placeholders/Screenshot_2023.png']])
  check(names([url]).get(url)?.[0] === name, `${url} → ${names([url]).get(url)?.[0]}`)

// ---- generated: a small alphabet, so that they collide ------------------------------------------------------
let state = 1
const random = (n) => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return (state >>> 8) % n }
const PIECES = ['a', 'A', 'b', '.', '..', '/', '//', '%2e', '%2F', '%5C', '\\', '%00', ' ', '%20', '%C3%A9', 'e%CC%81', '%E2%80%8B', 'con', 'NUL', '.png', '.jpg', '.PNG', '.pdf', '?v=1', '?v=2', '#f', '~1', '_', '-', ':', '%', '%zz', '%25', '%F0%9F%98%80', '%FF', '\u00e9', 'x'.repeat(130)]
const generated = new Set()
while (generated.size < COUNT) {
  let name = random(3) ? 'images/' : ''
  for (let i = random(7) + 1; i > 0; i--) name += PIECES[random(PIECES.length)]
  generated.add(random(8) ? cdn(name, `d${random(2)}`, 'ab'[random(2)].repeat(40)) : `https://i.ibb.co/${['a', 'A', 'b'][random(3)]}/${name.replace('images/', '')}`)
}
const got = examine([...generated], 'generated')
console.log(`${generated.size} generated addresses, ${[...got.values()].filter(Boolean).length} of them given names`)
await finish(failureCount())
