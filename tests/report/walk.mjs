// walk.mjs PROGRAM SETTINGS [FOLDERS]: the whole way of a team of two, with a site of FOLDERS (15) times 20 pages: Ann and Ben review its report in two
// browsers, by the keyboard, each a half and some pages of the other's; export; put together; settle what they disagree on;
// what is accepted is converted; authors edit, rules change, a merge takes theirs, pages are put back. After each step the
// program is asked for the state. What it says is what the manual shows of it, isomerize-team(7): the examples there are held
// against it, one behind the other (with 15 folders, which they are of). TRANSCRIPT=1 prints all of it.
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {chromium} from 'playwright-core';

const [program, settings, folders = 15] = process.argv.slice(2), manual = new URL('../../src/cli/manual/isomerize-team.7', import.meta.url);
const all = folders * 20, half = all / 2;
const folder = mkdtempSync(join(tmpdir(), 'isomerize-walk-')), site = join(folder, 'site'), report = join(folder, 'report.html');
Object.assign(process.env, {XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config'),
  GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@town.example', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@town.example'});

const transcript = [];
// What the program says, in the site's folder; with another exit status than that, the test fails.
function run(status, ...words) {
  const done = spawnSync(program, words, {cwd: site, encoding: 'utf8', maxBuffer: 1 << 28});
  const said = done.stdout.length < 4000 ? done.stdout + done.stderr : done.stderr;
  transcript.push(`$ isomerize ${words.join(' ')}\n${said}`.replace(/ in [0-9.]+ s\n/g, ' in 0.1 s\n').trimEnd());
  if (process.env.TRANSCRIPT) console.log(transcript[transcript.length - 1]);
  assert.equal(done.status, status, `${words.join(' ')}: ${said.slice(-500)}`);
  return done.stdout + done.stderr;
}
const git = (...words) => spawnSync('git', words, {cwd: site, encoding: 'utf8'}).status;
const file = name => join(site, name), read = name => readFileSync(file(name), 'utf8');
const change = (name, from, to) => { assert.ok(read(name).includes(from), name); writeFileSync(file(name), read(name).replace(from, to)); };
// How many pages are in which state.
function states() {
  const count = {};
  for (const line of run(0, 'status', '--json', '.').split('\n').filter(line => line.startsWith('{"page"'))) {
    const {state} = JSON.parse(line);
    count[state] = (count[state] || 0) + 1;
  }
  return count;
}

mkdirSync(site);
cpSync(settings, file('_config.yml'));
for (let copy = 1; copy <= folders; copy++) {
  mkdirSync(file(`pages${copy}`));
  for (let page = 1; page <= 20; page++) {
    const more = page === 1 ? '<div class="fold"><h4>Opening hours</h4><p>Nine to five.</p></div>\n' : page === 2 ? '<form action="/subscribe"><input></form>\n' : '';
    writeFileSync(file(`pages${copy}/page${page}.md`), `---\ntitle: Page ${page} of ${copy}\npermalink: /p${copy}/${page}/\n---\n# Heading\n\nText *${page}* with [a link](/p1/1/).\n\n* one\n* two\n${more}`);
  }
}
git('init', '-q', '-b', 'main', '.'); git('add', '-A'); git('commit', '-qm', 'start');
const paths = run(0, 'diff', '-q', '--format=csv', '.').split(/\r?\n/).map(line => (/^"([^"]*\.md)"/.exec(line) || [])[1]).filter(Boolean);
assert.equal(paths.length, all);
writeFileSync(report, execFileSync(program, ['diff', '-q', '--format=html', '.'], {cwd: site, maxBuffer: 1 << 28}));

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic']});

// A person with a browser of their own.
async function person(name) {
  const context = await browser.newContext({viewport: {width: 1000, height: 700}, reducedMotion: 'reduce'});
  const tab = await context.newPage();
  tab.setDefaultTimeout(60000);
  const titleOf = path => path.replace(/^pages(\d+)\/page(\d+)\.md$/, 'Page $2 of $1');
  const opened = path => tab.waitForFunction(title => !document.querySelector('#page').hidden && (document.querySelector('#page-names span') || {}).textContent === title &&
    document.querySelector('#decision button'), titleOf(path)).catch(async () => { throw new Error(`${name}: ${path} is not opened, but ${await tab.textContent('#page-names')}`); });
  const go = async path => { await tab.goto('file://' + report + '#' + path); await opened(path); };
  const saved = async button => {
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click(button)]);
    return readFileSync(await download.path(), 'utf8');
  };
  // From the page at `first` on, as many, by keys only.
  const review = async (first, count, keyOf) => {
    await go(paths[first]);
    for (let tabs = 0; tabs < 300 && await tab.evaluate(() => document.activeElement.id) !== 'name'; tabs++) await tab.keyboard.press('Tab');
    await tab.keyboard.type(name);
    await tab.keyboard.press('Tab');
    for (let i = first; i < first + count; i++) {
      await opened(paths[i]);
      await tab.keyboard.press(keyOf(paths[i]));
      await tab.waitForFunction(() => document.querySelector('#said').textContent === 'Saved.');
      if (i < first + count - 1) await tab.keyboard.press('j');
    }
    await tab.keyboard.press('o');
    await tab.waitForFunction(() => !document.querySelector('#overview').hidden);
  };
  return {tab, go, saved, review};
}

// The examples of the manual, each what was said to that command behind the one before it; those that only write a file say nothing.
function compareManual() {
  const plain = text => text.replace(/\\f./g, '').replace(/\\-/g, '-').replace(/\\&/g, '').replace(/\\e/g, '\\');
  const examples = [...readFileSync(manual, 'utf8').matchAll(/^\.nf\n([^]*?)\n\.fi$/gm)].map(match => plain(match[1])).filter(text => text.includes('\n'));
  let at = 0;
  for (const example of examples) {
    const command = example.split('\n')[0], place = transcript.findIndex((said, i) => i >= at && said.split('\n')[0] === command);
    assert.ok(place >= 0, `the manual shows ${command}, which is not said there`);
    assert.equal(example, transcript[place], 'src/cli/manual/isomerize-team.7');
    at = place + 1;
  }
  assert.ok(examples.length > 5);
  return examples.length;
}

let status = 1;
try {
  const [ann, ben] = await Promise.all([person('Ann'), person('Ben')]);
  const shared = paths[half + 2]; // both look at the ten pages before the middle and behind it, and differ on this one
  await Promise.all([ann.review(0, half + 10, path => path.endsWith('/page2.md') ? 'm' : 'a'),
    ben.review(half - 10, half + 10, path => path.endsWith('/page2.md') ? 'm' : path.endsWith('/page7.md') || path === shared ? 'l' : 'a')]);
  const differ = paths.slice(half - 10, half + 10).filter(path => path.endsWith('/page7.md') || path === shared);
  writeFileSync(join(folder, 'ann.json'), await ann.saved('#export-json'));
  writeFileSync(join(folder, 'ben.csv'), await ben.saved('#export-csv'));
  assert.match(run(1, 'decisions', '.', '../ann.json', '../ben.csv'), new RegExp(`${differ[0]}: people disagree: .*Ann.*Ben|${differ[0]}: people disagree: .*Ben.*Ann`));
  // Ann takes Ben's in, and settles what is disputed.
  await ann.tab.setInputFiles('#import', join(folder, 'ben.csv'));
  await ann.tab.waitForFunction(() => document.querySelector('#imported').textContent.includes('disagree'));
  for (const path of differ) {
    await ann.go(path);
    assert.match(await ann.tab.textContent('#decision-state'), /^People disagree/);
    await ann.tab.keyboard.press('Escape');
    await ann.tab.click('[data-decision=leave]');
    await ann.tab.waitForFunction(() => document.querySelector('#decision-state').textContent.startsWith('To be left as it is by Ann'));
  }
  await ann.tab.click('#home');
  writeFileSync(join(folder, 'settled.json'), await ann.saved('#export-json'));
  const counts = /(\d+) accepted, (\d+) to mend by hand, (\d+) to be left as they are, 0 disputed/.exec(run(0, 'decisions', '.', '../settled.json'));
  const [accepted, mend, leave] = counts.slice(1).map(Number);
  assert.equal(accepted + mend + leave, all);
  assert.equal(mend, +folders);
  console.log(`  decided: ${accepted} accepted, ${mend} to mend by hand, ${leave} to be left; ${differ.length} were disputed`);

  // What is accepted is converted, and nothing else.
  git('add', '-A'); git('commit', '-qm', 'decided');
  const page = copy => `pages${copy}/page${12 + copy}.md`;
  assert.match(run(0, 'convert', '--offline', '--decisions', '.isomerize/decisions.json', '.'), new RegExp(`${accepted} converted`));
  assert.deepEqual(states(), {legacy: mend + leave, converted: accepted});
  assert.match(run(0, 'status', '.'), new RegExp(`decisions: ${accepted} accepted, ${mend} to mend by hand, ${leave} to be left as they are, 0 disputed, 0 on pages`));
  assert.equal(git('diff', '--quiet', '--', 'pages1/page2.md'), 0);
  git('add', '-A'); git('commit', '-qm', 'the new editor');

  // An author edits; the rules change.
  change(page(1), 'one', 'one, by hand');
  git('commit', '-qam', 'by hand');
  assert.deepEqual(states(), {legacy: mend + leave, converted: accepted - 1, edited: 1});
  assert.match(run(0, 'status', '--verbose', '.'), new RegExp(`edited +${page(1)}.*the new page was edited since`));
  mkdirSync(file('.isomerize/mappings'), {recursive: true});
  writeFileSync(file('.isomerize/mappings/folds.yml'), 'rules:\n  - name: folds\n    match: div.fold\n    make: accordion\n    parts: {summary: h4, content: rest}\n');
  const lag = /(\d+) would come out differently now, left alone/.exec(run(0, 'convert', '--offline', 'pages1/page1.md', 'pages2/page1.md'));
  assert.equal(lag[1], '2');
  assert.match(run(0, 'diff', '--update', 'pages1/page1.md'), /1 would be converted/);
  assert.match(run(0, 'convert', '--offline', '--update', 'pages1/page1.md', 'pages2/page1.md'), /2 converted/);
  assert.match(read('pages1/page1.md'), /<summary>Opening hours/);
  assert.match(read(page(1)), /by hand/);
  git('add', '-A'); git('commit', '-qm', 'with accordions');

  // A branch from before is merged, and theirs taken.
  git('checkout', '-q', '-b', 'theirs', 'HEAD~3');
  change(page(2), 'Heading', 'Their heading');
  git('commit', '-qam', 'theirs');
  git('checkout', '-q', 'main');
  assert.notEqual(git('merge', '-q', 'theirs'), 0, 'no conflict');
  git('checkout', '-q', '--theirs', page(2)); git('commit', '-qam', 'merged, theirs taken');
  assert.deepEqual(states(), {legacy: mend + leave + 1, converted: accepted - 2, edited: 1});
  assert.match(run(0, 'status', '--verbose', '.'), new RegExp(`legacy +${page(2)}.*the page has changed since`));
  assert.match(run(0, 'convert', '--offline', page(2)), /1 converted/);
  assert.match(read(page(2)), /Their heading/);

  // Three pages go back.
  assert.match(run(0, 'revert', 'pages1/page1.md', 'pages2/page3.md', page(2)), /3 put back/);
  assert.equal(git('diff', '--quiet', 'HEAD~5', '--', 'pages1/page1.md', 'pages2/page3.md'), 0);
  assert.match(read(page(2)), /# Their heading/);
  assert.deepEqual(states(), {legacy: mend + leave + 3, converted: accepted - 4, edited: 1});
  console.log('ok the walk of a team of two');
  if (+folders === 15) console.log(`ok the manual's ${compareManual()} examples are what was said`);
  status = 0;
} catch (error) {
  console.log('FAILED', error.message, (error.stack.match(/walk\.mjs:\d+/) || [''])[0]);
}
await browser.close();
rmSync(folder, {recursive: true, force: true});
process.exit(status);
