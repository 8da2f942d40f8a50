// node fixpoint.mjs FILE...: does the editor's own cycle from npm save each page as it is? A file without front matter is a
// body. `-`: the names come on standard input, one a line. Prints the first difference of each page that would change.
import { readFileSync } from 'node:fs'
import { save } from './cycle.mjs'

const given = process.argv.slice(2)
const files = given[0] === '-' ? readFileSync(0, 'utf8').trim().split('\n') : given
let held = 0
for (const file of files) {
  const text = readFileSync(file, 'utf8').trimEnd()
  const have = text.startsWith('---') ? text : `---\nvariant: tiptap\n---\n${text}`
  let saved
  try { saved = save(have).trimEnd() } catch (e) { saved = `ERROR ${e.message}` }
  if (saved === have) { held++; continue }
  let i = 0
  while (i < have.length && have[i] === saved[i]) i++
  console.log(`CHANGES ${file} @${i}\n  have ${JSON.stringify(have.slice(Math.max(0, i - 60), i + 90))}\n  npm  ${JSON.stringify(saved.slice(Math.max(0, i - 60), i + 90))}`)
}
console.log(`${held} of ${files.length} pages stay as they are`)
process.exit(held === files.length && held > 0 ? 0 : 1)
