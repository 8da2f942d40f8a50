// node express_holds.mjs PROGRAM CASES: what `debug express` writes for each golden case passes through the editor's
// parser with every word, picture and link; and it holds those of the case itself, but where a finding says otherwise.
import './dom.mjs'
import { Editor } from '@tiptap/core'
import { DOMParser as Parser } from '@tiptap/pm/model'
import { extensions } from './schema.mjs'
import { spawnSync } from 'child_process'
import fs from 'fs'
import path from 'path'

const BREAKS = new Set(('address article aside blockquote br button caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
  'header hr legend li main nav ol option p pre section select summary table tbody td textarea th thead tr ul img iframe').split(' '))
const HIDDEN = new Set('script style noscript title iframe template'.split(' '))
// The findings that name words, pictures or links which are gone, or words that were added.
const EXPLAINS = new Set(('embedded-media icon-written icon-name font-sign link-without-text link-without-address script-link picture-without-source picture-in-source ' +
  'list-marker-text generated-text quotation-marks words-apart drawing image-map frame-without-source code-link refused-address icon-link icon-link-without-words ruby picture-made lazy-picture').split(' '))

function view(body) {
  let text = '', images = 0
  const links = new Set()
  const visit = (node) => {
    if (node.nodeType === 3) text += node.textContent
    if (node.nodeType !== 1) return
    const name = node.localName
    if (name === 'img') images++
    const href = (node.getAttribute('href') ?? '').trim()
    if (name === 'a' && href) links.add(href)
    if (BREAKS.has(name)) text += ' '
    const summary = name === 'details' && [...node.children].find((child) => child.localName === 'summary')
    if (summary) node.prepend(summary) // where it is read
    if (!HIDDEN.has(name)) node.childNodes.forEach(visit)
    if (BREAKS.has(name)) text += ' '
  }
  visit(body)
  return { words: text.split(/[ \t\r\n\f]+/).filter(Boolean).join(' '), images, links: [...links].sort().join(' ') }
}

const parse = (html) => new window.DOMParser().parseFromString(`<body>${html}</body>`, 'text/html').body
const editor = new Editor({ extensions, element: document.createElement('div') })
function edited(html) {
  const doc = Parser.fromSchema(editor.schema).parse(parse(html))
  doc.check()
  editor.commands.setContent(doc.toJSON())
  return editor.getHTML()
}

// The stage prints the tree, then the findings, one a line, each change of text on an indented line behind it.
function express(program, file) {
  const args = fs.existsSync(file.replace(/\.in$/, '.args')) ? fs.readFileSync(file.replace(/\.in$/, '.args'), 'utf8').trim().split(/\s+/) : []
  const lines = spawnSync(program, ['debug', 'express', ...args, file], { encoding: 'utf8' }).stdout.trimEnd().split('\n')
  const codes = []
  for (let found; (found = lines.at(-1)?.match(/^\d+: ([a-z-]+): |^    .* ->/)); lines.pop()) if (found[1]) codes.push(found[1])
  return { html: lines.join('\n'), codes }
}

const [program, folder] = process.argv.slice(2)
let failed = 0, passed = 0
const same = (name, what, a, b) => {
  for (const key of Object.keys(a))
    if (a[key] !== b[key]) { failed++; console.log(`FAILED ${name}: ${key} ${what}\n  ${a[key]}\n  ${b[key]}`) }
}
for (const file of fs.readdirSync(folder).filter((f) => f.endsWith('.in')).sort()) {
  const source = path.join(folder, file), { html, codes } = express(program, source)
  same(file, 'lost in the editor', view(parse(html)), view(parse(edited(html))))
  if (!codes.some((code) => EXPLAINS.has(code))) same(file, 'lost without a finding', view(parse(fs.readFileSync(source, 'utf8'))), view(parse(html)))
  passed++
}
console.log(`${passed} cases, ${failed} failures`)
process.exit(failed || !passed ? 1 : 0)
