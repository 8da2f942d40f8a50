// pages.mjs PROGRAM: pages whose pictures are on the CDN, converted while the CDN still answers: the files are there, the
// pages point at them, in save form (judged where tests/editor has its packages); one that is gone keeps its address.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { bytesOf, cdn, check, failureCount, fetchWords, filesOf, finish, folder, makeCertificates, need, run, startNginx } from './servers.mjs'

need('nginx', 'openssl')
const certificates = makeCertificates(['d1town.cloudfront.net', 'www.town.example'])
const root = path.join(folder, 'www'), expected = new Map()
for (const name of ['images/talk.jpg', 'images/first steps.png', 'images/square.png', 'files/plan.pdf', 'images/own.gif']) {
  const bytes = bytesOf(name.split('.').pop(), 5000, name)
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), bytes)
  expected.set(name, bytes)
}
const nginx = await startNginx(certificates, root)
const at = (name) => encodeURI(cdn('d1town', name))
const site = path.join(folder, 'site')
fs.mkdirSync(site)
fs.writeFileSync(path.join(site, '_config.yml'), 'url: https://www.town.example\nbaseurl: ""\n')
fs.writeFileSync(path.join(site, 'cards.md'), `---
title: What we do
permalink: /what-we-do/
image: ${at('images/square.png')}
variant: markdown
---
###### Three things

<div class="row">
  <div style="text-align: center" class="col">
    <a target="_blank" href="https://www.town.example/talks/"><img alt="A talk" src="${at('images/talk.jpg')}"></a><br>
    <figcaption><b>Talks</b></figcaption>
    <div>Every Monday.</div>
  </div>
  <div style="text-align: center" class="col">
    <a target="_blank" href="https://example.org/steps"><img alt="First steps" src="${at('images/first steps.png')}"></a>
    <figcaption><b>First steps</b></figcaption>
  </div>
</div>

![The square](${at('images/square.png')})

![Our own](http://www.town.example/images/own.gif)

[The plan](${at('files/plan.pdf')})

![Gone](${at('images/gone.png')})
`)
const words = fetchWords(site, { 'd1town.cloudfront.net': nginx.to, 'www.town.example': nginx.to }, certificates)
words.splice(0, 3, 'convert', '--json')
const done = await run([...words.slice(0, -1), '--attempts', '2', '--backoff', '50', site])
const page = fs.readFileSync(path.join(site, 'cards.md'), 'utf8'), there = filesOf(site)
there.delete('_config.yml')
check(done.status === 0 || done.status === 1, `convert ends with ${done.status}: ${done.err}`)
for (const [name, bytes] of expected) check(there.get(name)?.equals(bytes), `${name} is there`)
check(there.size === expected.size, `nothing else is: ${[...there.keys()]}`)
check(/variant: tiptap/.test(page), 'the page is converted')
for (const url of ['/images/talk.jpg', '/images/first%20steps.png', '/images/square.png', '/images/own.gif']) check(page.includes(`src="${url}"`), `the page shows ${url}`)
check(page.includes('href="/files/plan.pdf"'), 'the page links to the file')
check(/^image: \/images\/square.png$/m.test(page), 'the front matter names the local picture')
check(page.includes(at('images/gone.png')) && (page.match(/cloudfront/g) ?? []).length === 1, 'what is gone, and only that, keeps its address')
check(/asset-lost/.test(done.out), 'and is a finding')
const editor = new URL('../editor', import.meta.url).pathname
if (fs.existsSync(path.join(editor, 'node_modules')) && fs.existsSync(path.join(editor, 'fixpoint.mjs'))) {
  const judged = spawnSync('node', ['fixpoint.mjs', path.join(site, 'cards.md')], { cwd: editor })
  check(judged.status === 0, `save form: ${judged.stdout}${judged.stderr}`)
} else if (process.env.FIXPOINT) {
  const judged = spawnSync('node', [process.env.FIXPOINT, path.join(site, 'cards.md')], { cwd: path.dirname(process.env.FIXPOINT) })
  console.log(judged.stdout.toString().trim())
} else console.log('save form not judged: tests/editor has no packages')
// the picture comes back: it is fetched, and the next run puts it into the page, and not into one that a person edited since
fs.copyFileSync(path.join(site, 'cards.md'), path.join(site, 'other.md')) // a page that names it and is no work of ours
const gone = bytesOf('png', 3000, 'gone')
fs.writeFileSync(path.join(root, 'images/gone.png'), gone)
const unchanged = await run(['convert', '--offline', site])
check(/1 as the last run left them/.test(unchanged.err), `nothing is new: ${unchanged.err}`)
const listed = await run([...fetchWords(site, { 'd1town.cloudfront.net': nginx.to, 'www.town.example': nginx.to }, certificates)])
check(listed.status === 0 && /"state":"here"[^}]*cards.md/.test(listed.out), `assets --fetch brings it: ${listed.out}${listed.err}`)
check(/next: isomerize convert --cacert=.* --connect-to=/.test(listed.err) && listed.err.includes(` ${site},`), `it says what to type next: ${listed.err}`)
check(filesOf(site).get('images/gone.png')?.equals(gone), 'it is there')
const before = fs.readFileSync(path.join(site, 'cards.md'))
fs.appendFileSync(path.join(site, 'cards.md'), '<p>By hand.</p>\n')
const kept = await run(['convert', '--offline', site])
check(/1 edited since/.test(kept.err) && fs.readFileSync(path.join(site, 'cards.md'), 'utf8').includes('cloudfront'), `an edit is kept: ${kept.err}`)
fs.writeFileSync(path.join(site, 'cards.md'), before)
const dry = await run(['diff', site])
check(/^\+.*src="\/images\/gone.png"/m.test(dry.out) && /1 would be converted[^]*1 of them was converted already/.test(dry.err), `the dry run tells: ${dry.out}${dry.err}`)
const again = await run(['convert', '--offline', site])
const later = fs.readFileSync(path.join(site, 'cards.md'), 'utf8')
check(/1 converted/.test(again.err) && later.includes('src="/images/gone.png"') && !later.includes('cloudfront'), `the page shows it: ${again.err}${later}`)
check(later === page.replace(at('images/gone.png'), '/images/gone.png'), 'nothing else of it changed')
const last = await run(['convert', '--offline', site])
check(/1 as the last run left them/.test(last.err) && !/ converted/.test(last.err), `nothing is left to do: ${last.err}`)
await run(['revert', '--quiet', site])
check(fs.readFileSync(path.join(site, 'cards.md'), 'utf8').includes('###### Three things'), 'the original is still there')
// files that were fetched go with the last page that names them; the site's own, and those that a style sheet names, stay
check([...expected.keys()].every((name) => filesOf(site).has(name)), 'another page names them: they stay')
check(!filesOf(site).has('images/gone.png'), 'what it does not name goes')
fs.rmSync(path.join(site, 'other.md'))
fs.mkdirSync(path.join(site, 'misc'))
fs.writeFileSync(path.join(site, 'misc/own.css'), 'body { background: url("../images/talk.jpg") }\n')
fs.writeFileSync(path.join(site, 'images/drawn.png'), bytesOf('png', 100, 'drawn'))
await run(['convert', '--quiet', '--offline', site])
const back = await run(['revert', site])
check(/1 put back.*; 3 fetched files removed/.test(back.err), `revert removes files: ${back.err}`)
const left = [...filesOf(site).keys()].filter((name) => /^(images|files)/.test(name)).sort().join(' ')
check(left === 'images/drawn.png images/own.gif images/talk.jpg', `and no other: ${left}`)
check(!fs.existsSync(path.join(site, 'files')), 'nor the folder that held nothing else')
if (process.env.SHOW) console.log(page, done.out)
await finish(failureCount())
