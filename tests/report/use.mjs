// use.mjs MADE_UP_REPORT [REPORT.html REPORT.json]: uses the HTML report as a reviewer would, in headless Chromium.
// Given a report of real pages, and the same as JSON, it holds that one against what the JSON says, and prints the times.
// SCREENSHOTS=DIR leaves pictures of what it saw there; ONLY=EXPRESSION runs the tests whose names match.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {chromium} from 'playwright-core';

const [madeUp, given, givenJson] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'isomerize-report-'));
const context = await chromium.launchPersistentContext(join(folder, 'browser'), {
  executablePath: '/usr/bin/chromium', headless: true, viewport: {width: 1360, height: 850}, reducedMotion: 'reduce', // scrolling that glides is waited for, hundreds of times
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const page = context.pages()[0] || await context.newPage();
page.setDefaultTimeout(30000);
const complaints = [], requests = [];
page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`));
page.on('pageerror', error => complaints.push(`error: ${error.message}`));
page.on('request', request => { if (!/^(data|blob|about):/.test(request.url())) requests.push(request.url()); });
await context.route(/^https?:/, route => route.abort());

const shot = async name => { if (process.env.SCREENSHOTS) await page.screenshot({path: join(process.env.SCREENSHOTS, name + '.png')}); };
const text = selector => page.textContent(selector);
// How many pages the filters leave.
const rows = async () => parseInt((await text('#count')).replace(/,/g, ''), 10);
// The frame of the old page, or of the new one; those in them hold only words.
const frame = i => page.mainFrame().childFrames()[i];
const opened = name => page.waitForFunction(wanted => document.querySelector('#page-title').textContent === wanted && !document.querySelector('#page').hidden, name);
// Both frames have loaded what they show.
const rendered = () => page.waitForFunction(() => [...document.querySelectorAll('#renderings iframe')].every(one => one.contentDocument && one.contentDocument.readyState === 'complete' && one.contentDocument.body.childNodes.length));

async function open(file) {
  const start = performance.now();
  await page.goto('file://' + file);
  await page.waitForFunction(() => document.querySelector('#count').textContent !== '');
  return performance.now() - start;
}

function makeReport(count, changed = -1) {
  const file = join(folder, `report-${count}.html`);
  writeFileSync(file, execFileSync(madeUp, ['html', String(count), String(changed)], {maxBuffer: 1 << 30}));
  return file;
}

// What a button saves: the file's text.
async function saved(button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return readFileSync(await download.path(), 'utf8');
}

// The rows of the list are alike: thirty stand for hundreds.
async function checkAccessibility(where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await axe.run({exclude: [['#pages li:nth-child(n+31)']]}, {iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})).violations
    .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + (node.any[0] ? node.any[0].message : '')).join('; ')}`));
  assert.deepEqual(found, [], where);
}

const tests = {
  async 'the overview counts the pages by grade'() {
    const took = await open(makeReport(300));
    console.log(`  306 pages: first view after ${took.toFixed(0)} ms`);
    assert.equal(await text('#count'), '306 pages');
    assert.match(await text('#lead'), /306 pages looked at; 303 would be converted/);
    assert.equal((await page.$$('#tiles button')).length, 6);
    await shot('overview');
    await checkAccessibility('overview');
  },

  async 'filters by grade, finding and folder, and the search'() {
    await page.click('.tile.clean');
    assert.equal(await rows(), 61);
    await page.click('#clear');
    assert.equal(await rows(), 306);
    await page.selectOption('#code', 'html-nesting');
    assert.equal(await rows(), 242);
    await page.selectOption('#folder', 'folder-3/');
    assert.equal(await rows(), 20);
    await page.click('#clear');
    await page.fill('#search', 'folder-11 page-2');
    assert.equal(await rows(), 10);
    await page.uncheck('#grades input[value=review]');
    assert.equal(await rows(), 2);
    await shot('filtered');
    await page.click('#clear');
  },

  async 'a page opens with both renderings, and what changed is marked'() {
    await page.click('#pages a >> nth=0');
    await opened('about us.md');
    await rendered();
    assert.equal(await frame(0).textContent('del.iz'), 'the');
    assert.equal(await frame(1).textContent('ins.iz'), 'bus');
    assert.equal(await frame(0).getAttribute('mark.iz >> nth=0', 'title'), 'no longer aligned to the centre or the right');
    assert.match(await frame(1).getAttribute('img', 'src'), /^data:image\/png;base64,/);
    assert.equal(await frame(1).evaluate(() => document.querySelector('img').naturalWidth).catch(() => 1), 1);
    for (const one of await page.$$('#renderings iframe')) assert.equal(await one.getAttribute('sandbox'), 'allow-same-origin');
    await shot('page');
    await checkAccessibility('page');
  },

  async 'the panes have the column, the window and the sheets of the site'() {
    for (const [name, width, column] of [['desk', 1280, 803], ['phone', 390, 342]]) {
      await page.selectOption('#window', name);
      await rendered();
      const seen = await frame(0).evaluate(() => ({width: innerWidth, column: document.querySelector('main.page > div.content').clientWidth,
        size: getComputedStyle(document.querySelector('p')).fontSize, colour: getComputedStyle(document.querySelector('p')).color, background: getComputedStyle(document.querySelector('p')).backgroundImage,
        right: document.querySelector('.content').getBoundingClientRect().right, picture: document.querySelector('img').parentElement.tagName}));
      assert.deepEqual({...seen, right: 0}, {width, column, size: '20px', colour: 'rgb(1, 2, 3)', background: 'none', right: 0, picture: 'P'});
      const box = await page.locator('#renderings .window >> nth=0').boundingBox(), inner = await page.locator('#renderings iframe >> nth=0').boundingBox();
      const right = inner.x + seen.right * inner.width / width; // the whole column is in sight
      assert.ok(right <= box.x + box.width && right - column * inner.width / width >= box.x, name);
    }
    await page.selectOption('#window', 'desk');
    await page.check('#below');
    const [one, other] = await Promise.all([0, 1].map(i => page.locator(`#renderings .window >> nth=${i}`).boundingBox()));
    assert.ok(other.y >= one.y + one.height && one.width > 900);
    await page.uncheck('#below');
    await page.uncheck('#marks');
    await rendered();
    assert.equal(await frame(0).evaluate(() => document.querySelectorAll('.iz').length), 0);
    await page.check('#marks');
    await rendered();
    await checkAccessibility('panes');
  },

  async 'a finding leads to its place in both renderings and in the source'() {
    await page.click('#finding-list button >> nth=1');
    assert.equal(await frame(0).textContent('.iz-here'), 'Take the number 12 bus.');
    assert.equal(await frame(1).textContent('.iz-here'), 'Take bus number 12.');
    await page.click('#show-source');
    assert.equal(await page.textContent('#source tr.here td:nth-child(1)'), '17');
    assert.match(await page.textContent('#source tr.here'), /Take the number 12 bus/);
    await shot('source');
    await checkAccessibility('source');
    await page.click('#show-pages');
  },

  async 'the keyboard goes everywhere, from inside a frame too'() {
    await page.keyboard.press('j');
    await opened('new.md');
    await page.keyboard.press('k');
    await opened('about us.md');
    await rendered();
    await page.keyboard.press('n');
    assert.equal(await page.getAttribute('#finding-list button >> nth=0', 'aria-current'), 'true');
    await frame(0).click('p >> nth=0');
    await page.keyboard.press('s');
    assert.equal(await page.getAttribute('#show-source', 'aria-pressed'), 'true');
    await page.keyboard.press('s');
    await page.keyboard.press('c');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'comment');
    await page.keyboard.type('as it was, only newer');
    await page.keyboard.press('Escape');
    await page.keyboard.press('a');
    await page.waitForFunction(() => document.querySelector('#decide [data-decision=accepted]').getAttribute('aria-pressed') === 'true');
    assert.match(await text('#decision-state'), /^Accepted \(as it was, only newer\)\.$/);
    await page.keyboard.press('?');
    assert.equal(await page.isVisible('#help'), true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('page-77');
    await page.keyboard.press('Enter');
    await opened('page-77.md');
    await page.keyboard.press('o');
    await page.waitForFunction(() => !document.querySelector('#overview').hidden);
    await page.click('#clear');
    await page.selectOption('#decided', 'accepted');
    assert.equal(await rows(), 1);
    await page.click('#clear');
  },

  async 'places are stable, titles are found, and the text of pages where that is asked for'() {
    await page.goto('file://' + join(folder, 'report-300.html') + '#folder-5/sub-2/page-77.md');
    await opened('page-77.md');
    assert.equal(await text('#page-names span'), 'Number 77 & others');
    assert.equal(await page.getAttribute('#page-names a', 'href'), 'https://www.town.example/page-77/');
    await page.fill('#search', 'number 123 &');
    assert.equal(await rows(), 1);
    await page.fill('#search', 'paragraph much about');
    assert.equal(await rows(), 0);
    await page.check('#in-text');
    await page.waitForFunction(() => document.querySelector('#count').textContent.startsWith('300 of'));
    await page.fill('#search', '“bus number” 12.');
    await page.fill('#search', 'bus number 12.');
    assert.equal(await rows(), 1);
    await page.uncheck('#in-text');
    await page.click('#clear');
  },

  async 'a whole review, by the keyboard alone'() {
    await open(makeReport(30));
    await page.keyboard.press('/');
    await page.keyboard.type('folder');
    await page.keyboard.press('Enter');
    await opened('page-0.md');
    for (let tabs = 0; tabs < 200 && await page.evaluate(() => document.activeElement.id) !== 'name'; tabs++) await page.keyboard.press('Tab');
    await page.keyboard.type('Ann');
    await page.keyboard.press('Tab');
    for (let i = 0; i < 30; i++) {
      await opened(`page-${i}.md`);
      await page.keyboard.press(['a', 'm', 'l'][i % 3]);
      await page.waitForFunction(() => document.querySelector('#said').textContent === 'Saved.');
      await page.keyboard.press('j');
    }
    await page.keyboard.press('o');
    await page.waitForFunction(() => !document.querySelector('#overview').hidden);
    await checkAccessibility('overview with decisions');
    assert.match(await text('#decided-counts'), /^11 accepted, 10 to mend by hand, 10 to be left as they are, 2 not decided$/);
    await shot('decided');
    for (let tabs = 0; tabs < 200 && await page.evaluate(() => document.activeElement.id) !== 'export-json'; tabs++) await page.keyboard.press('Tab');
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    const list = JSON.parse(readFileSync(await download.path(), 'utf8')).decisions;
    assert.equal(list.length, 31);
    assert.deepEqual(list.filter(one => one.name === 'Ann').map(one => one.decision).sort(), [...Array(10).fill('accepted'), ...Array(10).fill('leave'), ...Array(10).fill('mend')]);
  },

  async 'a new page wipes no decision, and a changed one loses its mark visibly'() {
    await open(makeReport(31, 4));
    await page.waitForFunction(() => document.querySelector('#decided-counts').textContent.includes('changed since'));
    assert.match(await text('#decided-counts'), /11 accepted, 9 to mend by hand, 10 to be left as they are, 1 changed since, 3 not decided/);
    await page.goto('file://' + join(folder, 'report-31.html') + '#folder-4/sub-1/page-4.md');
    await opened('page-4.md');
    assert.equal(await text('#decision-state'), 'To mend by hand by Ann; the page has changed since.');
    await checkAccessibility('a page that was changed');
  },

  async 'two people, two browsers: put together, where they disagree is shown, and settled'() {
    await open(makeReport(30));
    const ann = await saved('#export-json'), asCsv = await saved('#export-csv');
    assert.match(asCsv, /^\ufeff"path","title","grade","decision"/);
    await page.evaluate(() => localStorage.clear());
    await open(join(folder, 'report-30.html'));
    assert.match(await text('#decided-counts'), /^33 not decided$/);
    await page.goto('file://' + join(folder, 'report-30.html') + '#folder-0/sub-0/page-0.md');
    await opened('page-0.md');
    await page.fill('#name', 'Ben');
    await page.fill('#comment', 'the table; is =wrong');
    await page.click('[data-decision=mend]');
    await page.click('#home');
    writeFileSync(join(folder, 'ann.json'), ann);
    writeFileSync(join(folder, 'ann.csv'), asCsv.replace(/,/g, ',')); // the same again, as a spreadsheet has it
    await page.setInputFiles('#import', [join(folder, 'ann.json'), join(folder, 'ann.csv')]);
    await page.waitForFunction(() => document.querySelector('#imported').textContent.includes('disagree'));
    assert.match(await text('#imported'), /^62 decisions read\. +On 1 page people disagree: see them$/);
    await page.click('#imported button');
    assert.equal(await rows(), 1);
    await page.click('#pages a >> nth=0');
    await opened('page-0.md');
    assert.match(await text('#decision-state'), /^People disagree: to mend by hand by Ben \(the table; is =wrong\), accepted by Ann\./);
    await shot('disputed');
    await checkAccessibility('disputed');
    await page.click('[data-decision=accepted]');
    assert.match(await text('#decision-state'), /^Accepted by Ben/);
    await page.click('#home');
    await page.click('#clear');
    assert.doesNotMatch(await text('#decided-counts'), /disputed/);
  },

  async 'in parts: a list leads to each page, places are found from everywhere, decisions are shared'() {
    const parts = join(folder, 'parts'), size = 200000;
    mkdirSync(parts);
    execFileSync(madeUp, ['html', '600', '-1', parts, String(size)]);
    const files = readdirSync(parts).sort();
    assert.ok(files.length > 4 && files.includes('report.html') && files.includes('report-pages.html'), files.join(' '));
    for (const file of files.filter(name => name !== 'report.html')) assert.ok(statSync(join(parts, file)).size <= size, file);
    await open(join(parts, 'report.html'));
    assert.equal(await text('#count'), '606 pages');
    assert.match(await text('#lead'), new RegExp(`The pages are in ${files.length - 1} files beside this one`));
    assert.equal(await page.isVisible('#in-text'), false);
    await page.fill('#search', 'page-402');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /report-[^/]+\.html#folder-6\/sub-0\/page-402\.md$/.test(location.href));
    await opened('page-402.md');
    await rendered();
    await page.fill('#name', 'Cleo');
    await page.click('[data-decision=mend]');
    await page.waitForFunction(() => document.querySelector('#said').textContent === 'Saved.');
    await checkAccessibility('a part');
    assert.equal(await page.getAttribute('#whole', 'href'), 'report.html');
    // Another window has decided since: nobody's decision is lost.
    const other = await context.newPage();
    await other.goto('file://' + join(parts, 'report.html') + '#folder-7/sub-1/page-67.md');
    await other.waitForFunction(() => document.querySelector('#page-title').textContent === 'page-67.md' && !document.querySelector('#page').hidden);
    await other.fill('#name', 'Dan');
    await other.click('[data-decision=leave]');
    await other.waitForFunction(() => document.querySelector('#said').textContent === 'Saved.');
    await other.close();
    await page.click('[data-decision=accepted]');
    await page.waitForFunction(() => document.querySelector('#decision-state').textContent.startsWith('Accepted by Cleo'));
    // A place that this part does not hold.
    await page.evaluate(() => { location.hash = '#pages/about%20us.md'; });
    await page.waitForFunction(() => location.href.endsWith('/report-pages.html#pages/about%20us.md'));
    await opened('about us.md');
    await page.click('#whole');
    await page.waitForFunction(() => location.href.endsWith('/report.html') && document.querySelector('#count').textContent === '606 pages');
    await page.selectOption('#decided', 'leave');
    assert.deepEqual([...new Set(await page.$$eval('#pages .name', all => all.map(one => one.firstChild.textContent)))].includes('page-67.md'), true);
    const both = JSON.parse(await saved('#export-json')).decisions.filter(one => ['Cleo', 'Dan'].includes(one.name));
    assert.deepEqual(both.map(one => `${one.path} ${one.decision} ${one.name}`), ['folder-6/sub-0/page-402.md accepted Cleo', 'folder-7/sub-1/page-67.md leave Dan']);
    await checkAccessibility('the list of a report in parts');
    await page.click('#clear');
    // What fits into one file is one file.
    execFileSync(madeUp, ['html', '3', '-1', join(parts), '20000000']);
    await open(join(parts, 'report.html'));
    await page.click('#pages a >> nth=0');
    await opened('about us.md');
    assert.equal(await page.isVisible('#whole'), false);
    await page.evaluate(() => localStorage.setItem('isomerize-name', ''));
  },

  async 'a hostile page runs nothing and asks for nothing'() {
    await open(makeReport(300));
    await page.click('#pages a >> nth=5');
    await rendered();
    await page.click('#show-source');
    await page.click('#show-pages');
    assert.match(await frame(0).textContent('body'), /The end \{\{script\}\}/);
    for (const one of page.frames()) assert.equal(await one.evaluate(() => window.top.hacked).catch(() => undefined), undefined);
    assert.equal(await frame(0).evaluate(() => document.querySelectorAll('script,link,meta[http-equiv=refresh],base,iframe[src],iframe:not([sandbox=""]),object,embed,video,form,[onclick],[onerror],[href]').length), 0);
    await frame(0).click('a');
    await shot('hostile');
  },

  async 'nothing was complained of, and no request has left the file'() {
    assert.deepEqual(complaints, []);
    assert.deepEqual([...new Set(requests)].filter(url => !url.startsWith('file://' + folder)), []);
    requests.length = 0;
  },

  async 'pictures of the internet are asked for only when the reviewer says so'() {
    assert.equal(await page.isVisible('#remote-choice'), true);
    await page.check('#remote');
    await rendered();
    assert.deepEqual([...new Set(requests)].sort(), ['https://hostile.invalid/bare.png', 'https://hostile.invalid/pixel.png', 'https://hostile.invalid/set.png']);
    await page.uncheck('#remote');
    complaints.length = 0;
  },

  async 'it reads on a phone'() {
    await page.setViewportSize({width: 390, height: 844});
    await page.keyboard.press('o');
    await page.waitForFunction(() => !document.querySelector('#overview').hidden);
    const fits = () => page.evaluate(() => [document.scrollingElement, ...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth));
    assert.equal(await fits(), true);
    await shot('phone-overview');
    await page.click('#open-list');
    await shot('phone-list');
    await page.click('#pages a >> nth=0');
    await opened('about us.md');
    await rendered();
    assert.equal(await fits(), true);
    await shot('phone-page');
    await checkAccessibility('phone');
    await page.emulateMedia({colorScheme: 'dark'});
    await checkAccessibility('dark phone, a page');
    await page.keyboard.press('o');
    await page.waitForFunction(() => !document.querySelector('#overview').hidden);
    await page.click('#open-list');
    await checkAccessibility('dark phone, the list');
    await page.click('#pages a >> nth=0');
    await opened('about us.md');
    await rendered();
    await page.emulateMedia({colorScheme: 'light'});
    await page.setViewportSize({width: 1360, height: 850});
  },

  async 'dark mode keeps its contrast'() {
    await page.emulateMedia({colorScheme: 'dark'});
    await checkAccessibility('dark page');
    await shot('dark-page');
    await page.keyboard.press('o');
    await page.waitForFunction(() => !document.querySelector('#overview').hidden);
    await checkAccessibility('dark overview');
    await shot('dark-overview');
    await page.emulateMedia({colorScheme: 'light'});
  },

  async 'it prints'() {
    const overview = await page.pdf({format: 'A4'});
    await page.click('#pages a >> nth=0');
    await opened('about us.md');
    await rendered();
    const one = await page.pdf({format: 'A4'});
    await page.click('#home');
    await page.waitForFunction(() => !document.querySelector('#overview').hidden);
    await page.emulateMedia({media: 'print'});
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    await checkAccessibility('what is printed');
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    await page.emulateMedia({media: 'screen'});
    for (const pdf of [overview, one]) assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    if (process.env.SCREENSHOTS) {
      writeFileSync(join(process.env.SCREENSHOTS, 'overview.pdf'), overview);
      writeFileSync(join(process.env.SCREENSHOTS, 'page.pdf'), one);
    }
  },

  async 'it stays quick at 5,000 pages'() {
    const took = await open(makeReport(5000));
    const start = performance.now();
    await page.keyboard.press('/');
    await page.keyboard.type('page-4999');
    assert.equal(await rows(), 1);
    await page.keyboard.press('Enter');
    await opened('page-4999.md');
    console.log(`  5,006 pages: first view after ${took.toFixed(0)} ms; search and open another ${(performance.now() - start).toFixed(0)} ms`);
    assert.deepEqual(complaints, []);
  },
};

// ---- a report of real pages

const lines = givenJson ? readFileSync(givenJson, 'utf8').trim().split('\n').map(line => JSON.parse(line)) : [];
const real = lines.filter(line => line.type === 'page'), summary = lines[lines.length - 1];

// The first page with each finding, and every two-hundredth one.
function pagesToOpen() {
  const seen = new Set();
  return real.filter((one, i) => {
    const fresh = one.findings.filter(finding => !seen.has(finding.code));
    for (const finding of fresh) seen.add(finding.code);
    return one.state === 'changed' && (fresh.length || i % 200 === 0);
  }).slice(0, 30); // the rarest finding is not worth minutes
}

// The first few by searching for them, which reads all texts; the rest by their address in the report.
let searched = 0;
async function openPage(path) {
  const place = '#' + encodeURI(path).replace(/#/g, '%23');
  if (searched++ < 5) {
    await page.fill('#search', path);
    await page.click(`#pages a[href="${place}"]`); // titles and texts are found too: it is one of several
  } else await page.evaluate(hash => { location.hash = hash; }, place);
  await opened(path.split('/').pop());
  await rendered();
}

// Frames without scripts have no timers either: it is asked from here, until scrolling has ended.
async function comesIntoSight(place) {
  for (let i = 0; i < 30; i++) {
    const {top, bottom, height} = await place.evaluate(element => {
      const {top, bottom} = element.getBoundingClientRect();
      return {top, bottom, height: element.ownerDocument.defaultView.innerHeight};
    });
    if (bottom > 0 && top < height) return true;
    await page.waitForTimeout(100);
  }
  return false;
}

// Each finding, clicked in both views, is shown where it is; false: it has no place to show.
async function followFindings() {
  let places = 0;
  const count = await page.locator('#finding-list button').count();
  for (const view of ['#show-pages', '#show-source']) {
    await page.click(view);
    for (let i = 0; i < Math.min(count, 3); i++) {
      await page.click(`#finding-list button >> nth=${i}`);
      const place = view === '#show-source' ? page.locator('#source tr.here') : page.frameLocator('#renderings iframe >> nth=0').locator('.iz-here');
      places += await place.count();
      if (await place.count()) assert.ok(await comesIntoSight(place.first()), `finding ${i} is out of sight`);
    }
  }
  await page.click('#show-pages');
  return places;
}

const realTests = {
  async 'the first view counts what the run counted'() {
    const took = await open(given);
    console.log(`  ${real.length} pages, ${(readFileSync(given).length / 1e6).toFixed(1)} MB: first view after ${took.toFixed(0)} ms`);
    assert.equal(await rows(), real.length);
    for (const grade of ['clean', 'review', 'loss', 'refused'])
      assert.equal(await text(`.tile.${grade} strong`), summary.grades[grade].toLocaleString('en'), grade);
    await shot('real-overview');
    await checkAccessibility('overview');
    await page.setViewportSize({width: 390, height: 844});
    assert.ok(await page.evaluate(() => [document.scrollingElement, ...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth)), 'it is wider than a phone');
    await shot('real-phone');
    await page.setViewportSize({width: 1360, height: 850});
  },

  async 'filters and search find what the run found'() {
    for (const grade of ['review', 'loss']) {
      await page.click(`.tile.${grade}`);
      assert.equal(await rows(), summary.grades[grade], grade);
      await page.click('#clear');
    }
    for (const [code, {pages}] of Object.entries(summary.findings)) {
      await page.selectOption('#code', code);
      assert.equal(await rows(), pages, code);
    }
    await page.click('#clear');
    const folder = real[real.length >> 1].path.split('/')[0] + '/';
    await page.selectOption('#folder', folder);
    assert.equal(await rows(), real.filter(one => one.path.startsWith(folder)).length, folder);
    await page.fill('#search', 'a e');
    const inFolder = real.filter(one => one.path.startsWith(folder)), byPath = inFolder.filter(one => /a/i.test(one.path) && /e/i.test(one.path));
    const found = await rows(); // words of titles and texts count as well
    assert.ok(found >= byPath.length && found <= inFolder.length, `${found} pages`);
    await page.click('#clear');
  },

  async 'pages open, findings lead to their places, nothing of the pages runs'() {
    let places = 0, slowest = 0;
    const some = pagesToOpen();
    for (const one of some) {
      const start = performance.now();
      await openPage(one.path);
      slowest = Math.max(slowest, performance.now() - start);
      assert.equal(await page.locator('#finding-list button').count(), one.findings.length, one.path);
      places += await followFindings().catch(error => { throw new Error(`${one.path}: ${error.message}`); });
      for (const inner of page.frames().filter(frame => frame.parentFrame()))
        assert.equal(await inner.evaluate(() => document.querySelectorAll('script,link,meta[http-equiv=refresh],base,iframe[src],iframe:not([sandbox=""]),object,embed,video,form,[onclick],[onerror],[href]').length), 0, one.path);
    }
    for (const inner of page.frames()) assert.equal(await inner.evaluate(() => window.top.hacked).catch(() => undefined), undefined);
    console.log(`  ${some.length} pages opened, the slowest after ${slowest.toFixed(0)} ms; ${places} places shown`);
    assert.ok(places > some.length);
    await shot('real-page');
    await page.click('#clear');
  },

  async 'nothing was complained of, and no request has left the file'() {
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, ['file://' + given]);
  },
};

let failed = 0;
for (const [name, run] of Object.entries(given ? realTests : tests).filter(([name]) => new RegExp(process.env.ONLY || '').test(name))) {
  const start = performance.now(), took = () => `(${((performance.now() - start) / 1000).toFixed(1)} s)`;
  try {
    await run();
    console.log('ok', name, took());
  } catch (error) {
    failed++;
    console.log('FAILED', name, took(), error.message, (error.stack.match(/use\.mjs:\d+/) || [''])[0]);
  }
}
await context.close();
rmSync(folder, {recursive: true, force: true});
process.exit(failed ? 1 : 0);
