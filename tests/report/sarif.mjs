// sarif.mjs PROGRAM MADE_UP_REPORT: SARIF reports hold against the schema of SARIF 2.1.0, and say what the JSON reports say:
// of made-up pages, of the sample site, of files with hostile names, of many sites at once, of real pages where they are.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const [program, madeUp] = process.argv.slice(2).map(name => resolve(name));
const here = dirname(fileURLToPath(import.meta.url)), root = join(here, '../..');
const folder = mkdtempSync(join(tmpdir(), 'isomerize-sarif-'));
process.on('exit', () => rmSync(folder, {recursive: true, force: true}));
const schema = readFileSync(join(here, 'node_modules/@datadog/datadog-ci-plugin-sarif/dist/json-schema/sarif-schema-2.1.0.json'), 'utf8');
const ajv = new Ajv({allErrors: true, strict: false});
addFormats(ajv);
const validate = ajv.compile(JSON.parse(schema));

function output(command, ...words) {
  const done = spawnSync(command, words, {maxBuffer: 1 << 30});
  assert.ok([0, 3].includes(done.status), `${words.join(' ')}: exit status ${done.status}: ${done.stderr}`);
  return done.stdout;
}
const linesOf = json => json.toString().trim().split('\n').map(line => JSON.parse(line));
const pathOf = page => page.path_uri || encodeURIComponent(page.path).replace(/%2F/g, '/');
const decoded = uri => uri.replace(/%[0-9A-Fa-f]{2}/g, code => String.fromCharCode(parseInt(code.slice(1), 16)));

// What the schema cannot say: places that are there, rules by their index, and every finding of the JSON report, once.
// Paths are from the root of the repository that the site is in; the gravest come first, and no more than are shown.
const RESULTS_MOST = 5000;
function compare(sarif, json, below) {
  const run = sarif.runs[0], rules = run.tool.driver.rules, expected = [];
  for (const page of json.filter(line => line.type === 'page'))
    for (const one of page.findings)
      expected.push(`${below}${decoded((page.site ? encodeURIComponent(page.site) + '/' : '') + pathOf(page))}:${one.line}:${one.line && one.column} ${one.code}`);
  const got = run.results.map(result => {
    assert.equal(rules[result.ruleIndex].id, result.ruleId);
    const {artifactLocation, region = {}} = result.locations[0].physicalLocation;
    assert.ok(!artifactLocation.uri.startsWith('/') && !/^[a-z]+:/i.test(artifactLocation.uri), `${artifactLocation.uri} is relative`);
    return `${decoded(artifactLocation.uri)}:${region.startLine || 0}:${region.startColumn || 0} ${result.ruleId}`;
  });
  assert.equal(got.length, Math.min(expected.length, RESULTS_MOST));
  if (got.length === expected.length) assert.deepEqual(got.sort(), expected.sort());
  else assert.deepEqual(got.filter(one => !expected.includes(one)), []);
  assert.equal(new Set(rules.map(rule => rule.id)).size, rules.length);
}

// The judge judges.
for (const [from, to] of [['"uri":"', '"uri":"a b%'], ['"startLine":', '"startLine":-'], ['"level":"', '"level":"x'], ['"message":', '"massage":']])
  assert.ok(!validate(JSON.parse(output(madeUp, 'sarif').toString().replace(from, to))), `${to} is taken`);

let failed = 0;
function check(what, sarifBytes, json, below = '') {
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(sarifBytes), sarif = JSON.parse(text);
    assert.ok(validate(sarif), JSON.stringify((validate.errors || []).slice(0, 5).map(error => `${error.instancePath} ${error.message}`)));
    if (json) compare(sarif, json, below);
    console.log(`ok ${what}: ${sarif.runs[0].results.length} results`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${what}: ${error.message}`);
  }
}
const checkSite = (what, site, below = '') => check(what, output(program, 'diff', '--quiet', '--format=sarif', site), linesOf(output(program, 'diff', '--quiet', '--format=json', site)), below);

check('made-up pages', output(madeUp, 'sarif', '50'), linesOf(output(madeUp, 'json', '50')));
checkSite('sample site', join(root, 'samples/site'), existsSync(join(root, '.git')) ? 'samples/site/' : '');

// Names that are hostile to JSON, to URIs and to terminals; pages whose findings quote the same.
const hostile = join(folder, 'hostile');
for (const below of ['c:', 'x..y']) mkdirSync(join(hostile, below), {recursive: true});
const names = ['line\nbreak.md', 'quo\'te".md', ' space .md', '-dash.md', '*.md', 'ünï.md', '%41%zz.md', 'a#b?c.md', 'back\\slash.md', 'c:/drive.md',
  'x..y/up.md', 'http:x.md', '\u202Eover.md', '\u0001\u007F.md', '{}[]^`|<>.md', '😀.md', 'x'.repeat(252) + '.md', Buffer.from('bytes\xff\xfe.md', 'latin1')];
for (const name of names)
  writeFileSync(Buffer.concat([Buffer.from(hostile + '/'), Buffer.from(name)]),
    Buffer.from('---\ntitle: x\n---\n<form action="\u0000\u0001\u202E\\"></form>\n\n<script>"\xff\xc3\u2028</script>\n\n<p style="color: red" align=right>\x1b[31m</p>\n', 'latin1'));
checkSite('hostile names', hostile);
const hostileReport = output(program, 'diff', '--quiet', '--format=json', hostile);
assert.equal(linesOf(hostileReport).filter(line => line.type === 'page').length, names.length);

// Many sites, one of them with a hostile name.
const town = join(folder, 'town "a"#%\n');
cpSync(join(root, 'samples/site'), town, {recursive: true});
writeFileSync(join(town, '_config.yml'), '');
const reports = [join(folder, 'hostile.json'), join(folder, 'town.json')];
writeFileSync(reports[0], hostileReport);
writeFileSync(reports[1], output(program, 'diff', '--quiet', '--format=json', town));
check('many sites', output(program, 'report', '--format=sarif', ...reports), linesOf(output(program, 'report', '--format=json', ...reports)));

const corpus = join(process.env.SHARED || join(root, '../shared'), 'corpus/legacy');
if (existsSync(corpus)) checkSite('real pages', corpus);
process.exit(failed ? 1 : 0);
