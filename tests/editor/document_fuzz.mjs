// node document_fuzz.mjs PROGRAM [COUNT] [SEED]: generated bodies through `PROGRAM debug save --bodies` and through the
// editor's own cycle from npm: the first save and the save of what came out must give the same bytes, and what `--settle`
// writes must stay as it is in the npm cycle. A body that is not one block of raw HTML is read as Markdown in part, by cmark-gfm
// here and by markdown-it there; of such a body the verdict must be the same (is it in save form?), and the bytes are only
// counted. Prints each difference; exit status 1 if there is one. ONLY=class,class runs
// some classes of documents, ONLY_SETTLED=1 the last check alone, SHOW=1 prints the documents whole.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFragment, serialize } from 'parse5'
import { edit, sanitise } from './cycle.mjs'
import { below, chance, pick, random, seed, times } from './random.mjs'

const [program, count = '500', number = '1'] = process.argv.slice(2)
seed(number)

const some = (most, f) => times(below(most + 1), f).join('')
const many = (most, f) => times(1 + below(most), f).join('')

const WORDS = ['the', 'a', 'of', 'Ministry', 'programme', 'committee’s', 'Singapore', 'and', '&amp;', 'co-operation', '2023', '(new)', 'e.g.', 'Q&amp;A', '50%', '"quoted"', "it's",
  'incomprehensibilities', 'x'.repeat(40), 'y'.repeat(75), '中文字', '日本語テキスト', '😀', '👩‍👩‍👧', 'naïve', 'e\u0301', '&nbsp;', '&lt;b&gt;', '&lt;/strong&gt;', '&lt;style&gt;', '{{ page.title }}', '${x}', '{% if %}',
  '&copy;', '&#8203;', '&#xFEFF;', '\u2028', '\u200d', '*star*', '_under_', '# no', '- no', '1. no', '`tick`', '~~s~~', '[a](b)', '![i](j)', '&gt; no', '---', '***', '|', '\\', '~', '=', '\u3000', '\u00ad', '\u202e']
const TEXT_LINKS = ['www.example.org', 'https://example.org/a', 'mail@example.org', 'example.com', 'example.org.', '(example.com)', 'localhost', 'a.b', 'ftp://x.y', 'mailto:me@x.sg', 'http://localhost:80', 'exa_mple.com', 'example.singapore', 'EXAMPLE.COM/path?x=1#y', '192.168.0.1', 'x@y', 'gov.sg', 'https://中文.com', 'a.co.uk,', 'http://x.y/"z', 'tel:123']
const URLS = ['/a/', 'https://example.org/x?a=1&amp;b=2', '#id', '', 'mailto:a@b.sg', 'tel:+6512345678', 'javascript:alert(1)', 'JaVaScRiPt:x', 'data:text/html,x', '//x.y/z', 'ftp://a.b', 'a b.pdf', ' /spaces ', '/x"y', '/x&quot;y', '/x&lt;b&gt;', '/&lt;/strong&gt;x', '/&lt;/a&gt;x', 'sms:1', 'foo:bar', '/a:b', '?a:b', 'x--&gt;y', '/é', '/中 文', '&nbsp;/n', 'vbscript:x', '7', '007', 'http://x.y/' + 'z'.repeat(80)]
const word = () => pick(WORDS)
const text = () => times(1 + below(chance(0.1) ? 30 : 4), word).join(pick([' ', ' ', ' ', '  ', '', '\n', ' \n', '\t'])).replace(/\n[ \t\u3000]*(?=\n)/g, '')
const value = () => pick(['x', '', 'a b', '100%', '7', '007', '1.50', '-0', '.5', '+3', '1e5', '1234567890123456789012', '0.0000001', 'true', 'false', 'auto', 'a&amp;b', 'a&quot;b', "it's", 'a&lt;b&gt;c', '&lt;/a&gt;', '&lt;/strong&gt;', ' x ', '&nbsp;', '中文', '😀', '--&gt;', ']&gt;', '&lt;/style', 'javascript:x', 'width: 50%', '&lt;/a&gt; x y', 'two  spaces'])
const attribute = (name, values, p = 0.5) => (chance(p) ? ` ${name}="${typeof values === 'function' ? values() : pick(values)}"` : '')
const shuffled = (parts) => { const list = [...parts]; for (let i = list.length - 1; i > 0; i--) { const j = below(i + 1); [list[i], list[j]] = [list[j], list[i]] } return list.join('') }

// ---- documents of the schema, in the editor's own markup

const MARKS = ['strong', 'code', 'em', 's', 'mark', 'u', 'sup', 'sub', 'a', 'b', 'i', 'del']
const link = (inner) => `<a${shuffled([attribute('href', URLS, 0.9), attribute('target', ['_self', '_blank', '', 'x'], 0.4), attribute('rel', ['noopener', 'noopener noreferrer nofollow', '', 'me'], 0.4), attribute('class', ['x', ''], 0.1)])}>${inner}</a>`
const inline = (depth) => {
  const r = random()
  if (depth <= 0 || r < 0.45) return text() + pick(['', ' ', ''])
  if (r < 0.52) return '<br>'
  if (r < 0.56) return ' '
  const mark = pick(MARKS), inner = many(2, () => inline(depth - 1))
  return (mark === 'a' ? link(inner) : `<${mark}>${inner}</${mark}>`) + pick(['', ' ', ''])
}
const inlines = () => (chance(0.08) ? '' : many(4, () => inline(3)) + (chance(0.06) ? ' ' + pick(TEXT_LINKS) : ''))
const image = () => {
  const img = `<img${shuffled([` src="${pick(URLS)}"`, attribute('alt', () => (chance(0.5) ? value() : text().replace(/"/g, ''))), attribute('title', value, 0.2), attribute('width', value), attribute('height', value), attribute('style', ['width: 50%', value()], 0.5)])}>`
  return chance(0.3) ? `<a class="isomer-image-wrapper" href="${pick(URLS)}">${img}</a>` : `<div class="isomer-image-wrapper">${img}</div>`
}
const plain = () => (chance(0.1) ? '' : text())
const paragraph = () => `<p>${inlines()}</p>`
const item = (depth) => `<li>${paragraph()}${chance(0.3) ? some(2, () => block(depth - 1)) : ''}</li>`
const cell = (depth) => { const t = pick(['td', 'td', 'th']); return `<${t}${attribute('colspan', ['1', '2', '3', '0', '5'], 0.2)}${attribute('rowspan', ['1', '2', '3', '0', '9'], 0.2)}>${many(2, () => block(depth - 1))}</${t}>` }
const cardBody = () => { const parts = ['title', 'description', 'link'].filter(() => chance(0.7)); if (!parts.length) parts.push('title'); return `<div class="isomer-card-body">${parts.map((p) => `<div class="isomer-card-${p}">${plain()}</div>`).join('')}</div>` }
const card = (tag) => `<${tag} class="isomer-card"${tag === 'a' ? attribute('href', URLS, 0.9) + attribute('rel', ['noopener noreferrer nofollow', 'x'], 0.7) : ''}>${chance(0.5) ? `<div class="isomer-card-image">${image()}</div>` : ''}${cardBody()}</${tag}>`
const BLOCKS = {
  paragraph: [10, paragraph],
  heading: [3, () => { const n = 1 + below(6); return `<h${n}>${inlines()}</h${n}>` }],
  rule: [1, () => '<hr>'],
  image: [2, image],
  bullet: [3, (d) => `<ul${chance(0.5) ? ' data-tight="true" class="tight"' : ''}>${many(3, () => item(d))}</ul>`],
  ordered: [2, (d) => `<ol${attribute('start', ['1', '4', '0', '-2', 'x', '3.7', '007'], 0.3)}${chance(0.5) ? ' data-tight="true" class="tight"' : ''}>${many(3, () => item(d))}</ol>`],
  quote: [1, (d) => `<blockquote>${many(2, () => block(d - 1))}</blockquote>`],
  code: [1, () => `<pre><code${attribute('class', ['language-js', 'x'], 0.4)}>${times(below(4), () => pick(['', '  ']) + text()).join('\n')}${pick(['', '\n', ' '])}</code></pre>`],
  table: [2, (d) => `<table>${chance(0.3) ? '<colgroup><col><col></colgroup>' : ''}<tbody>${many(3, () => `<tr>${some(4, () => cell(d - 1))}</tr>`)}</tbody></table>`],
  tasks: [1, () => `<ul data-type="taskList">${many(3, () => `<li data-checked="${pick(['true', 'false', 'x'])}" data-type="taskItem"><label><input type="checkbox"><span></span></label><div>${many(2, paragraph)}</div></li>`)}</ul>`],
  frame: [1, () => `<div class="iframe-wrapper"><iframe${shuffled([attribute('src', URLS, 0.9), attribute('frameborder', value), attribute('allowfullscreen', ['true', '', 'false']), attribute('width', value), attribute('height', value), attribute('style', value, 0.3)])}></iframe></div>`],
  cards: [2, () => `<div class="isomer-card-grid">${many(3, () => card(pick(['a', 'a', 'div'])))}</div>`],
  details: [1, (d) => `<details class="isomer-details"><summary>${inlines()}</summary><div data-type="detailsContent" class="isomer-details-content">${many(2, () => block(d - 1))}</div></details>`],
  accordion: [1, (d) => `<div class="${pick(['isomer-accordion-white isomer-accordion', 'isomer-accordion isomer-accordion-gray', 'isomer-accordion'])}" data-type="detailGroup">${many(3, () => BLOCKS.details[1](d))}</div>`],
}
const WEIGHTED = Object.values(BLOCKS).flatMap(([weight, make]) => times(weight, () => make))
const block = (depth) => (depth <= 0 ? paragraph() : pick(WEIGHTED)(depth))
const documentHtml = () => many(3, () => block(chance(0.2) ? 3 : 2))

// ---- HTML as people write it: wrappers nobody knows, parts in the wrong place, text on its own

const TAGS = ['div', 'span', 'p', 'section', 'center', 'font', 'b', 'i', 'u', 'a', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th', 'caption', 'h2', 'h5', 'strong', 'em', 'code', 'pre', 'blockquote',
  'details', 'summary', 'figure', 'figcaption', 'dl', 'dt', 'dd', 'sup', 'sub', 'small', 'label', 'article', 'header', 'button', 'mark', 'del', 'ins', 's', 'strike', 'abbr', 'kbd', 'address', 'iframe', 'video', 'object', 'noscript', 'style', 'script', 'x-y', 'unknown', 'form']
const STYLES = ['font-weight: bold', 'font-weight:700', 'font-weight: normal', 'font-style: italic', 'font-style:normal', 'text-decoration: underline line-through', 'vertical-align: super', 'vertical-align: sub', 'color: red; font-weight: 500', 'text-align:center', 'FONT-WEIGHT: bold', 'font-weight', ';;:', 'text-decoration:none']
const CLASSES = ['x', 'isomer-card', 'isomer-card-grid', 'isomer-card-body', 'isomer-card-title', 'isomer-card-image', 'isomer-accordion', 'isomer-image-wrapper', 'isomer-details', 'tight', 'language-c', 'isomer-card isomer-image-wrapper']
const anyAttributes = () => shuffled([attribute('style', STYLES, 0.15), attribute('class', CLASSES, 0.25), attribute('href', URLS, 0.2), attribute('src', URLS, 0.2), attribute('id', ['a', 'title', 'x'], 0.1), attribute('data-type', ['detailsContent', 'taskList', 'taskItem', 'detailGroup', 'x'], 0.15), attribute('data-tight', ['true', 'false'], 0.1), attribute('onclick', ['x'], 0.05), attribute('colspan', ['2', '1'], 0.1), attribute('rowspan', ['2', '1'], 0.1), attribute('title', value, 0.1), attribute('start', ['3', ''], 0.1)])
const soup = (depth) => {
  const r = random()
  if (depth <= 0 || r < 0.3) return text() + pick(['', ' ', '\n'])
  if (r < 0.36) return pick(['<br>', '<hr>', `<img${anyAttributes()} src="/x.png">`, `<img${anyAttributes()}>`, '<!-- c -->', '<input type="checkbox">', '<wbr>', '<col>'])
  if (r < 0.42) return block(2)
  const tag = pick(TAGS)
  if (tag === 'script' || tag === 'style' || tag === 'noscript' || tag === 'iframe' || tag === 'object') return `<${tag}${anyAttributes()}>${pick(['', 'x', 'a{b}'])}</${tag}>`
  const inner = some(3, () => soup(depth - 1))
  const close = chance(0.9) ? `</${tag}>` : pick(['', `</${pick(TAGS)}>`])
  return `<${tag}${anyAttributes()}>${inner}${close}` + pick(['', '\n', ' '])
}
// Put in order by a parser first: jsdom, against the standard, puts text that stands loose in a table behind the table, not
// before it (its insertTextBefore).
const messy = () => serialize(parseFragment(`<div${anyAttributes()}>${many(4, () => soup(4))}</div>`)).replace(/\n\s*\n/g, '\n')

// Bodies that do not begin with a block of raw HTML, or that a blank line tears: Markdown comes into play.
const torn = () => pick([() => image() + documentHtml(), () => BLOCKS.code[1]() + documentHtml(), () => documentHtml() + '\n\n' + documentHtml(), () => text() + documentHtml()])()

const CLASSES_OF_DOCUMENTS = { schema: documentHtml, messy, torn }

// ---- both sides

const cycle = (body) => {
  try { const clean = body ? sanitise(body).trim() : ''; const out = edit(clean); return out ? sanitise(out) : '' } catch (e) { return `ERROR ${e.message}` }
}
const folder = mkdtempSync(join(tmpdir(), 'document-fuzz-'))
const ours = (bodies, how = '--bodies') => {
  const file = join(folder, 'bodies')
  writeFileSync(file, bodies.map((b) => b + '\0').join(''))
  const run = spawnSync(program, ['debug', 'save', how, file], { maxBuffer: 1 << 30 })
  if (run.status !== 0) throw new Error(`${program}: status ${run.status ?? run.signal} ${run.stderr}`)
  return run.stdout.toString().split('\0').slice(0, bodies.length)
}
const show = (label, source, have, want) => {
  let i = 0
  while (i < want.length && have[i] === want[i]) i++
  console.log(`DIFF ${label} @${i}\n  C   ${JSON.stringify(have.slice(Math.max(0, i - 80), i + 100))}\n  npm ${JSON.stringify(want.slice(Math.max(0, i - 80), i + 100))}`)
  if (process.env.SHOW) console.log(`  source ${JSON.stringify(source)}`)
}

let differences = 0, compared = 0, unstable = 0, refused = 0, asMarkdown = 0
// CommonMark 0.31 §4.6: an element of type 6 begins a block that only a blank line ends.
const HEAD_OF_TABLE = /^[^\n]*\|[^\n]*\n {0,3}[-:|][-:|\s]*(?:\n|$)/ // which markdown-it looks for before it looks for HTML
const isOneBlock = (body) => /^<(?!(?:a|pre|img|code|span|font|button|label|strong|em|b|i|u|s|sup|sub|small|del|ins|mark|kbd|abbr|strike|input|video|br|script|style|textarea)\b)[a-z]/.test(body) && !/\n[ \t]*\n/.test(body) && !HEAD_OF_TABLE.test(body)
const compare = (label, source, have, want, written = false) => {
  compared++
  if (have === want) return
  const body = written ? source : sanitise(source).trim()
  if (!written && !isOneBlock(body) && have !== body && want !== body) {
    asMarkdown++
    return
  }
  differences++
  show(label, source, have, want)
}
for (const [name, make] of Object.entries(CLASSES_OF_DOCUMENTS)) {
  if (process.env.ONLY && !process.env.ONLY.split(',').includes(name)) continue
  const total = name === 'schema' ? Number(count) : Math.ceil(Number(count) / 4)
  for (let done = 0; done < total; done += 250) {
    const bodies = times(Math.min(250, total - done), make)
    if (process.env.ONLY_SETTLED !== '1') {
      const first = bodies.map(cycle), second = first.map(cycle)
      const ourFirst = ours(bodies), ourSecond = ours(first)
      bodies.forEach((body, i) => {
        if (first[i] !== second[i]) unstable++
        compare(`${name} ${done + i} first save`, body, ourFirst[i], first[i])
        compare(`${name} ${done + i} second save`, first[i], ourSecond[i], second[i])
      })
    }
    ours(bodies, '--settle').forEach((body, i) => {
      if (body === '') {
        refused++
        if (process.env.SHOW) console.log(`UNSETTLED ${name} ${done + i}\n  source ${JSON.stringify(bodies[i])}`)
      }
      else compare(`${name} ${done + i} settled`, bodies[i], body, cycle(body), true)
    })
  }
}
rmSync(folder, { recursive: true })
console.log(`${compared} saves compared, ${differences} differences (${unstable} documents change at the second save by themselves; ${refused} do not settle; ${asMarkdown} that are in save form on neither side are read as Markdown differently)`)
process.exit(differences ? 1 : 0)
