// node front_matter_fuzz.mjs PROGRAM [COUNT] [SEED]: generated front matters through `PROGRAM debug page --batch`
// and through the npm save cycle: the same bytes, at rest. Prints each difference; exit status 1 if there is one.
//
// Where the cycle cannot read or write a front matter, the program refuses, or mends with a finding what then is at rest.
// `FILES=1 node front_matter_fuzz.mjs PROGRAM FILE...` does the same with the front matters of real pages.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { read, write } from './cycle.mjs'
import { below, pick, random, seed, times } from './random.mjs'

const [program, ...rest] = process.argv.slice(2)

// ---- hostile front matters

const PIECES = ['a', 'word', 'Lorem ipsum', ' ', '  ', ':', ': ', ' :', '#', ' #', '- ', '-', '? ', '?', "'", '"', '\\', '\\n', '&amp;', '&lt;',
  '&quot;', '&#39;', '&nbsp;', '&copy;', '&', '&amp;amp;', '<b>', '</b>', '<br>', '<', '>', ' < ', '{', '}', '[', ']', ',', ', ', '%', '@', '`', '!', '|', '*', '=',
  '\u00a0', '\u3000', 'é', '—', '“', '…', '中文', '😀', '🇸🇬', '--', '...', 'https://example.org/a?b=c&d=e', '/images/A b (1).png', '\t',
  'true', 'null', '~', '12', '1e3', '0x1F', '2020-01-01', '10:30', 'yes', 'incomprehensibilities', 'x'.repeat(25), '\u200b', '$', '(', ')', '/', ';']
const WORDS = ['the', 'Ministry', 'of', 'a', 'programme', 'committee’s', 'in', 'Singapore', 'and', '&', 'co-operation', '2023', '(new)', 'e.g.', 'Q&A', '50%', 'https://www.example.gov.sg/path/to/some-page/']
const ATOMS = ['true', 'True', 'TRUE', 'tRue', 'false', 'no', 'yes', 'on', 'null', 'Null', 'NULL', '~', '', '0', '-0', '+1', '007', '1.0', '1.50', '.5', '5.', '-.5e-3', '1e3', '1E+21',
  '1e21', '123456789012345678901234567890', '0.000001', '0.0000001', '1e-7', '0o17', '0x1f', '0xFFFFFFFFFF', '0b11', '1_000', '.inf', '-.INF', '.nan', '.NaN', '2020-01-01', '2020-01-01 10:00:00 +0800',
  '12:30', '12:30:45', '1,000', '-', '?', ':', '...', '=', '<<', '!', '@x', '`x`', '%x', '1.2.3', '+', '.', 'e5', '1e400', '9007199254740993']
const phrase = () => times(1 + below(25), () => pick(random() < 0.02 ? PIECES : WORDS)).join(' ')
const nasty = () => times(1 + below(pick([3, 6, 30])), () => pick(PIECES)).join('')
const edge = () => { // around the 80th column
  let s = ''
  while (s.length < 60 + below(30)) s += pick(['a', 'bb ', 'ccc ', 'dddd', '"', "'", ' ', '\\', 'é ', '😀', '- ', 'x: ', '# ', '& '])
  return s + pick(['', ' end', 'end more words here', ': tail'])
}
const text = () => pick([phrase, phrase, nasty, nasty, edge, () => pick(ATOMS)])()
const markup = () => pick(['<b>bold</b> ', '<a href="/x" target="_blank">link</a> ', 'x < y ', '<br>', '<span style="color: red">s &amp; t</span>', '<script>alert(1)</script>', '<p title="&quot;q&quot;">', '<!-- c -->', '<i>un', '&lt;b&gt; ']) + text()

const single = (s) => "'" + s.replace(/'/g, "''").replace(/[\n\r]/g, ' ') + "'"
const double = (s) => JSON.stringify(s)
function scalar(indent) {
  const s = random() < 0.08 ? markup() : text()
  switch (below(12)) {
    case 0: case 1: return single(s)
    case 2: case 3: return double(s)
    case 4: return '|' + pick(['', '-', '+']) + '\n' + times(1 + below(3), () => ' '.repeat(indent + 2) + phrase()).join('\n')
    case 5: return '>' + pick(['', '-', '+']) + '\n' + times(1 + below(4), () => ' '.repeat(indent + 2) + phrase()).join(pick(['\n', '\n\n']))
    case 6: return phrase() + '\n' + ' '.repeat(indent + 1) + phrase()
    case 7: return pick(ATOMS)
    case 8: return random() < 0.1 ? pick(['!!str ', '!!int ', '!x ', '&a ', '&a ', '*a', '!!binary ']) + pick(ATOMS) : phrase()
    case 9: return flow(2)
    default: return random() < 0.15 ? s.replace(/[\n\r]/g, ' ') : pick([phrase, () => pick(ATOMS)])()
  }
}
const flowText = () => pick([() => pick(ATOMS), () => single(text()), () => double(text()), () => pick(WORDS)])()
function flow(depth) {
  if (!depth || random() < 0.4) return flowText()
  return random() < 0.5 ? '[' + times(below(4), () => flow(depth - 1)).join(', ') + ']'
    : '{' + times(below(4), () => pick(['a', 'b', '1', '"c"', 'd e']) + ': ' + flow(depth - 1)).join(', ') + '}'
}
const KEYS = ['title', 'permalink', 'description', 'image', 'date', 'layout', 'file_url', 'third_nav_title', 'variant', 'tags', 'a b', '1', '10', '2', '"q"', "'s'", 'true', 'null', 'x-y', 'é', '0x10', '1.0', '<<', '? k', '"1"', 'k&amp;', '__proto__', 'constructor', '"a: b"', '"#"', '...', '"- x"']
function value(indent, depth) {
  const kind = depth ? below(8) : 7
  const pad = '\n' + ' '.repeat(indent + 2)
  if (kind === 0) return distinct(1 + below(4)).map((k) => pad + pair(indent + 2, depth - 1, k)).join('')
  if (kind === 1) return times(1 + below(4), () => pad + '- ' + (random() < 0.3 ? pair(indent + 4, depth - 1) : scalar(indent + 4))).join('')
  if (random() < 0.03) return ''
  return ' ' + scalar(indent) + (random() < 0.03 ? ' # comment' : '')
}
const key = () => (random() < 0.8 ? pick(KEYS.slice(0, 14)) : random() < 0.1 ? double(nasty()) : pick(KEYS))
const distinct = (n) => { const keys = times(n, key); return random() < 0.1 ? keys : [...new Set(keys)] }
const pair = (indent, depth, name = key()) => name + ':' + value(indent, depth)
const page = () => {
  const lines = distinct(below(9)).map((k) => (random() < 0.03 ? '# a comment\n' : '') + pair(0, 2, k))
  const end = pick(['\n', '\n', '\n', '\r\n'])
  return '---' + pick(['', '', ' ', '  ']) + '\n' + lines.map((l) => l + '\n').join('').replace(/\n/g, end) + '---\n<p>x</p>\n'
}

// MUTATE=1: some characters of each front matter deleted, doubled, replaced or put in.
const SIGNS = [...':?-[]{},#&*!|>\'"%@`<=~\\ \t\n\u2028\u2029\u0085\u00a0\ufeff\u200b\u0008é中😀01xaN./$+_^()'].concat('&a ', '*a', '*a:b', '&a:b ', '? ', '!!binary ', '!!set ', '!t ', ' #', '\n ', '\n  ', '"\\b"', '<!--', '-->', '<b>', '</b>', '<x', '---', '...', '&lt;', '&amp;', '%2D', '<<: ')
const mutate = (text) => {
  const from = text.indexOf('\n') + 1, to = text.lastIndexOf('\n---')
  if (to <= from) return text
  let chars = [...text.slice(from, to)]
  for (let n = 1 + below(3); n > 0 && chars.length; n--) {
    const at = below(chars.length + 1), length = 1 + below(3)
    const put = pick([[], [], [pick(SIGNS)], [pick(SIGNS)], [pick(SIGNS), pick(SIGNS)], chars.slice(at, at + length * 2)])
    chars.splice(at, pick([0, 0, 1, length]), ...put)
  }
  return text.slice(0, from) + chars.join('') + text.slice(to)
}

// ---- the cycle and the judgement
const BODY = '<p>x</p>'
const save = (text) => write({ ...read(text).front, variant: 'tiptap' }, BODY) // the cycle without its editor
const front = (saved) => {
  if (!saved.endsWith('---\n' + BODY)) throw new Error('front matter cut: ' + saved.slice(-60))
  return saved.slice(0, -BODY.length)
}
function cycle(text) { // saved as often as it takes to come to rest
  let once = save(text)
  for (let i = 0; i < 8; i++) {
    const next = save(once)
    if (next === once) return front(once)
    once = next
  }
  throw new Error('never at rest')
}
const attempt = (f) => { try { return { value: f() } } catch (e) { return { error: e.message ?? String(e) } } }

function judge(text, status, ours) {
  if (status === 'R') {
    const theirs = attempt(() => cycle(text))
    return theirs.error ? 'both-refuse' : 'we-refuse'
  }
  const held = attempt(() => front(save(ours + BODY)))
  if (held.value !== ours) return 'NOT AT REST ' + JSON.stringify(held)
  const theirs = attempt(() => cycle(text))
  if (theirs.value === ours) return 'same'
  if (theirs.error) return status === 'M' ? 'mended' : 'read-by-us'
  return status === 'M' ? 'mended-otherwise' : 'DIFFERENT ' + JSON.stringify(theirs.value)
}

console.warn = () => {}
process.emitWarning = () => {}
const files = process.env.FILES ? rest : null
const count = files ? files.length : Number(rest[0] ?? 2000), base = Number(rest[1] ?? 1)
const counts = {}
let bad = 0
for (let from = 0; from < count; from += 1000) {
  seed(base * 7919 + from)
  const pages = times(Math.min(1000, count - from), (_, i) => {
    if (!files) return process.env.MUTATE ? mutate(page()) : page()
    const m = /^\uFEFF?---\s*?\n([\s\S]*?)^(?:---|\.\.\.)\s*$/m.exec(readFileSync(files[from + i], 'utf8'))
    return m ? `---\n${m[1]}---\n${BODY}\n` : `---\n---\n${BODY}\n`
  })
  const run = spawnSync(program, ['debug', 'page', '--batch', '-'], { input: pages.map((p) => p + '\0').join(''), maxBuffer: 1 << 30 })
  const results = run.stdout.toString().split('\0')
  if (run.status !== 0 || results.length !== pages.length + 1) throw new Error(`the program ended with ${run.status} ${run.signal}: ${run.stderr}`)
  pages.forEach((text, i) => {
    const verdict = judge(text, results[i][0], results[i].slice(1))
    const word = verdict.split(' ')[0]
    counts[word] = (counts[word] ?? 0) + 1
    if (word === process.env.SHOW || /^[A-Z]/.test(word)) {
      bad += /^[A-Z]/.test(word)
      if (bad <= Number(process.env.MAX ?? 10)) console.log(`${files ? files[from + i] : `#${from + i}`} ${verdict}\n  page ${JSON.stringify(text)}\n  ours ${JSON.stringify(results[i])}`)
    }
  })
}
console.log(JSON.stringify(counts))
process.exit(bad ? 1 : 0)
