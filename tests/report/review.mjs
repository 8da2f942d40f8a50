// review.mjs PROGRAM SITE: `isomerize review` as a person uses it, in headless Chromium, and as others try to: requests of
// other origins, names, methods and sizes are refused; pages opened a thousand times need no more memory.
import assert from 'node:assert/strict';
import {spawn, execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, existsSync} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createRequire} from 'node:module';

const [program, from] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'isomerize-review-')), site = join(folder, 'site');
cpSync(from, site, {recursive: true});
process.env.XDG_STATE_HOME = join(folder, 'state');
process.env.XDG_CONFIG_HOME = join(folder, 'config');
const server = spawn(program, ['review', site], {stdio: ['ignore', 'pipe', 'pipe']});
const ended = new Promise(resolve => server.on('exit', resolve));
const url = await new Promise((resolve, reject) => {
  let text = '';
  server.stdout.on('data', data => { text += data; if (text.includes('\n')) resolve(text.trim()); });
  server.on('exit', () => reject(new Error('it ended')));
});
const {port, pathname: base, host} = new URL(url), origin = `http://${host}`;

// The status of a request; node sends what it is told.
const request = (path, {method = 'GET', headers = {}, body} = {}) => new Promise((resolve, reject) => {
  const one = http.request({host: '127.0.0.1', port, path, method, headers: {Host: host, ...headers}}, answer => {
    let text = '';
    answer.on('data', data => { text += data; });
    answer.on('end', () => resolve({status: answer.statusCode, text, headers: answer.headers}));
  });
  one.on('error', error => error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve({status: 0, text: ''}) : reject(error));
  one.end(body);
});
const raw = text => new Promise(resolve => {
  const socket = net.connect(port, '127.0.0.1', () => socket.end(text));
  let got = '';
  socket.on('data', data => { got += data; });
  socket.on('close', () => resolve({status: +(/^HTTP\/1\.1 (\d+)/.exec(got) || [])[1] || 0, text: got}));
  socket.on('error', () => {});
});
const own = {'X-Isomerize': '1'}, ownPost = {...own, Origin: origin, 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin'};
const page = 'pages/services/map.md', content = `${'0'.repeat(32)}.${'1'.repeat(32)}`;
const post = (what, body, headers = ownPost) => request(base + what, {method: 'POST', headers, body: JSON.stringify(body)});
const without = (object, key) => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
const bytes = () => readFileSync(join(site, page), 'utf8');
const memory = () => +/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1];

const hostile = {
  'no token': () => request('/'),
  'a wrong token': () => request(`/${'0'.repeat(32)}/`),
  'a part of the token': () => request(base.slice(0, -3) + '/'),
  'a token without its slash': () => request(base.slice(0, -1)),
  'another Host (DNS rebinding)': () => request(base, {headers: {Host: `attacker.example:${port}`}}),
  'localhost as Host': () => request(base, {headers: {Host: `localhost:${port}`}}),
  'no Host': () => raw(`GET ${base} HTTP/1.0\r\n\r\n`),
  'another port as Host': () => request(base, {headers: {Host: '127.0.0.1:1'}}),
  'the report for a frame of another site': () => request(base, {headers: {'Sec-Fetch-Site': 'cross-site'}}),
  'a page without the header of its own': () => request(base + 'page?path=' + page),
  'a page for another origin': () => request(base + 'page?path=' + page, {headers: {...own, Origin: 'https://attacker.example'}}),
  'a change without an origin': () => post('convert', {path: page}, without(ownPost, 'Origin')),
  'a change from another origin': () => post('convert', {path: page}, {...ownPost, Origin: 'https://attacker.example'}),
  'a change from the origin null': () => post('convert', {path: page}, {...ownPost, Origin: 'null'}),
  'a change as a form sends it': () => post('convert', {path: page}, {...without(ownPost, 'X-Isomerize'), 'Content-Type': 'text/plain'}),
  'a change as text': () => post('convert', {path: page}, {...ownPost, 'Content-Type': 'text/plain'}),
  'a change by GET': () => request(base + 'convert?path=' + page, {headers: own}),
  'a page above the site': () => request(base + 'page?path=../../../etc/passwd', {headers: own}),
  'an encoded page above the site': () => request(base + 'page?path=..%2f..%2fetc%2fpasswd%00.md', {headers: own}),
  'a file of the site that is no page': () => request(base + 'page?path=_config.yml', {headers: own}),
  'another path of the server': () => request(base + '../../etc/passwd', {headers: own}),
  'a change to what is no page': () => post('revert', {path: '.isomerize/state'}),
  'a huge body': () => post('decide', {path: page, comment: 'x'.repeat(1 << 20)}),
  'a body in parts without end': () => request(base + 'decide', {method: 'POST', headers: {...ownPost, 'Transfer-Encoding': 'chunked'}, body: 'x'.repeat(200000)}),
  'a head without end': () => raw(`GET ${base} HTTP/1.1\r\nHost: ${host}\r\nX: ${'x'.repeat(200000)}\r\n\r\n`),
  'what is no JSON': () => request(base + 'decide', {method: 'POST', headers: ownPost, body: '{"path":'}),
  'a decision that is none': () => post('decide', {path: page, decision: 'maybe', content}),
  'another method': () => request(base, {method: 'DELETE', headers: ownPost}),
  'the method OPTIONS of another origin': () => request(base + 'convert', {method: 'OPTIONS', headers: {Origin: 'https://attacker.example', 'Access-Control-Request-Method': 'POST'}}),
  'what is no HTTP': () => raw('\x16\x03\x01\x00\r\n\r\n'),
};

const tests = {
  async 'requests that mean harm are refused'() {
    const before = bytes();
    for (const [name, send] of Object.entries(hostile)) {
      const {status, text} = await send();
      assert.ok(status === 0 || status >= 400, `${name}: ${status} ${text.slice(0, 100)}`);
      assert.ok(!/harbourtown|root:/.test(text), `${name}: it says something`);
    }
    assert.equal(bytes(), before);
    assert.ok(!existsSync(join(site, '.isomerize/decisions.json')));
    console.log(`  ${Object.keys(hostile).length} requests refused`);
    const {headers} = await request(base);
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.equal(headers['x-frame-options'], 'DENY');
  },

  async 'it listens on this machine only'() {
    const listening = readFileSync('/proc/net/tcp', 'utf8').split('\n').map(line => line.trim().split(/\s+/)).filter(one => one[3] === '0A' && parseInt((one[1] || '').split(':')[1], 16) === +port);
    assert.deepEqual(listening.map(one => one[1].split(':')[0]), ['0100007F']);
  },

  // Connections that come back at once when they are closed: silent ones, ones that say a byte a second, ones with a whole
  // request that has no token.
  async 'seven hundred connections that come back at once keep nobody out'() {
    let over = false;
    const sockets = new Set();
    const hold = kind => {
      if (over) return;
      const socket = net.connect(port, '127.0.0.1', () => { if (kind) socket.write(kind === 1 ? 'GET /' : `GET / HTTP/1.1\r\nHost: ${host}\r\nX: 0123456789abcdef\r\n\r\n`); });
      const drip = setInterval(() => { if (kind === 1) socket.write('x'); }, 1000);
      socket.on('error', () => {});
      socket.on('data', () => {});
      socket.on('close', () => { clearInterval(drip); sockets.delete(socket); hold(kind); });
      sockets.add(socket);
    };
    for (let i = 0; i < 700; i++) hold(i % 3);
    try {
      for (let i = 0; i < 20; i++) {
        const answer = await Promise.race([request(base + 'page?path=' + page, {headers: {...own, Connection: 'close'}}),
          new Promise(resolve => { setTimeout(() => resolve({status: 'none'}), 60000).unref(); })]);
        assert.equal(answer.status, 200, `request ${i}`);
      }
    } finally {
      over = true;
      for (const socket of sockets) socket.destroy();
    }
  },

  async 'the last word is said last, whatever a file dates in the future'() {
    const say = (decision, what, time) => post(what, {path: page, decision, name: 'Ann', time, content});
    assert.equal((await say('mend', 'import', '2999-01-01T00:00:00Z')).status, 200);
    assert.equal((await say('leave', 'decide', '2024-01-01T00:00:00Z')).status, 200);
    assert.equal((await say('mend', 'import', '2024-01-02T00:00:00Z')).status, 200);
    assert.match(readFileSync(join(site, '.isomerize/decisions.json'), 'utf8'), /"decision":"leave","name":"Ann"/);
    rmSync(join(site, '.isomerize/decisions.json'));
  },

  async 'a page that cannot be converted is not accepted by hand either'() {
    const say = decision => post('decide', {path: 'pages/about/refused.md', decision, name: 'Ann', time: '2024-01-01T00:00:00Z', content});
    const {status, text} = await say('accepted');
    assert.equal(status, 409);
    assert.match(JSON.parse(text).error, /cannot be converted.*mend it by hand/);
    assert.ok(!existsSync(join(site, '.isomerize/decisions.json')));
    assert.equal((await say('mend')).status, 200);
    rmSync(join(site, '.isomerize/decisions.json'));
  },

  async 'pages opened and decided on a thousand times need no more memory'() {
    const one = async i => {
      assert.equal((await request(base + 'page?path=' + page, {headers: own})).status, 200);
      if (i % 10 === 0) assert.equal((await post('decide', {path: page, decision: 'mend', name: 'Ann', time: '2024-01-01T00:00:00Z', content})).status, 200);
    };
    for (let i = 0; i < 100; i++) await one(i);
    const before = memory();
    for (let i = 0; i < 1000; i++) await one(i);
    console.log(`  ${before} KiB after 100 pages, ${memory()} KiB after 1,100`);
    assert.ok(memory() < before * 1.1 + 1024, 'it grows');
    rmSync(join(site, '.isomerize/decisions.json'));
  },

  async 'in a browser: decide, convert, put back'() {
    const {chromium} = await import('playwright-core');
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic']});
    try {
      const tab = await browser.newPage({viewport: {width: 1360, height: 850}});
      const complaints = [];
      tab.setDefaultTimeout(30000);
      tab.on('console', message => complaints.push(message.text() + ' ' + message.location().url));
      tab.on('pageerror', error => complaints.push(error.message));
      await tab.goto(url + '#' + page);
      await tab.waitForFunction(() => document.querySelector('#page-title').textContent === 'map.md');
      await tab.fill('#name', 'Ann');
      await tab.keyboard.press('Tab');
      await tab.click('[data-decision=accepted]');
      await tab.waitForFunction(() => document.querySelector('#said').textContent === 'Saved.');
      assert.match(readFileSync(join(site, '.isomerize/decisions.json'), 'utf8'), /"path":"pages\/services\/map.md","decision":"accepted","name":"Ann"/);
      const before = bytes();
      await tab.click('#convert-page');
      await tab.waitForFunction(() => document.querySelector('#said').textContent === 'Done.');
      assert.match(bytes(), /variant: tiptap/);
      assert.match(await tab.textContent('#decision-state'), /^Accepted by Ann\.$/);
      assert.equal(await tab.isDisabled('#convert-page'), true);
      await tab.evaluate(axe);
      assert.deepEqual(await tab.evaluate(async () => (await axe.run(document, {iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})).violations.map(one => one.id)), []);
      await tab.click('#revert-page');
      await tab.waitForFunction(() => document.querySelector('#said').textContent === 'Done.');
      assert.equal(bytes(), before);
      // Converting what somebody wants otherwise is asked for first.
      const {content: now} = JSON.parse((await request(base + 'page?path=' + page, {headers: own})).text).entry;
      assert.equal((await post('decide', {path: page, decision: 'leave', name: 'Ben', time: '2024-01-01T00:00:00Z', content: now})).status, 200);
      await tab.reload();
      await tab.waitForFunction(() => document.querySelector('#decision-state').textContent.startsWith('People disagree'));
      const asked = [];
      tab.once('dialog', dialog => { asked.push(dialog.message()); return dialog.dismiss(); });
      await tab.click('#convert-page');
      await tab.waitForFunction(() => document.querySelector('#said').textContent === 'It stays as it is.');
      assert.match(asked[0], /^People disagree: .*Ben.*Ann.* Convert the page all the same\?$/);
      assert.equal(bytes(), before);
      assert.equal((await post('decide', {path: page, decision: 'none', name: 'Ben', time: '2024-01-01T00:00:00Z', content: now})).status, 200);
      // What cannot be converted cannot be accepted; its old page is there to be read.
      await tab.evaluate(() => { location.hash = '#pages/about/refused.md'; });
      await tab.waitForFunction(() => document.querySelector('#page-title').textContent === 'refused.md');
      assert.equal(await tab.isVisible('[data-decision=accepted]'), false);
      assert.equal(await tab.isVisible('[data-decision=mend]'), true);
      assert.match(await tab.textContent('#decision-state'), /^It cannot be converted, .*mend it by hand/);
      assert.match(await tab.textContent('#renderings figcaption'), /^Old page/);
      const {before: old} = JSON.parse((await request(base + 'page?path=pages/about/refused.md', {headers: own})).text);
      assert.match(old, /cannot be read/);
      assert.doesNotMatch(old, /<del/); // it stays as it is
      await tab.keyboard.press('a');
      await tab.waitForFunction(() => document.querySelector('#said').textContent.startsWith('It cannot be accepted'));
      assert.doesNotMatch(readFileSync(join(site, '.isomerize/decisions.json'), 'utf8'), /refused\.md/);
      await tab.keyboard.press('j');
      await tab.waitForFunction(() => document.querySelector('#page-title').textContent !== 'refused.md');
      // Another site in the same browser can neither read nor drive it.
      const other = await browser.newPage();
      await other.route('https://attacker.example/', route => route.fulfill({contentType: 'text/html', body: '<h1>x</h1>'}));
      await other.goto('https://attacker.example/');
      const tried = await other.evaluate(async ([target, of]) => {
        const read = await fetch(target, {credentials: 'include'}).then(answer => answer.text(), () => 'refused');
        const driven = await fetch(target + 'convert', {method: 'POST', mode: 'no-cors', body: JSON.stringify({path: of})}).then(() => 'sent', () => 'refused');
        return [read, driven];
      }, [url, page]);
      assert.equal(tried[0], 'refused');
      assert.equal(bytes(), before);
      assert.deepEqual(complaints, []);
    } finally { await browser.close(); }
  },

  async 'Ctrl-C ends it, and what was saved is there'() {
    server.kill('SIGINT');
    assert.equal(await ended, 0);
    assert.match(execFileSync(program, ['decisions', site], {encoding: 'utf8'}), /1 accepted/);
  },
};

let failed = 0;
for (const [name, run] of Object.entries(tests)) {
  try {
    await run();
    console.log('ok', name);
  } catch (error) {
    failed++;
    console.log('FAILED', name, error.message, (error.stack.match(/review\.mjs:\d+/) || [''])[0]);
  }
}
if (server.exitCode === null) server.kill('SIGKILL');
rmSync(folder, {recursive: true, force: true});
process.exit(failed ? 1 : 0);
