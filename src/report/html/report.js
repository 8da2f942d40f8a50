// The report's behaviour. Page content is text here: it becomes a document only as the srcdoc of a sandboxed frame,
// under a policy of its own that allows no script and no request.
(() => {
'use strict';

const GRADES = ['loss', 'refused', 'review', 'cosmetic', 'clean'];
const SIGNS = {clean: '✓', cosmetic: '~', review: '!', loss: '✕', refused: '⊘', other: '–'};
const MEANINGS = {
  clean: 'Nothing to look at.',
  cosmetic: 'Only looks differ: spacing, colours, sizes, fonts, borders.',
  review: 'Text, pictures and links are all there, but a person should look at it.',
  loss: 'Something a visitor could read or do is gone or unclear.',
  refused: 'Left exactly as they were, with the reason.',
  other: 'Already in the new form, edited by a person since, or not published.',
};
const STATES = {
  changed: 'Converted', already: 'Already in the new editor’s form: left alone',
  kept: 'Edited by a person since it was converted: left alone', refused: 'Left exactly as it was',
  failed: 'Could not be read or written', unpublished: 'Left out by the site’s own build: left alone',
  legacy: 'Not converted yet', left: 'Left as it is, by what people decided',
};
const ASSET_STATES = [['to-fetch', 'To fetch', 'A real run fetches these into the site.'],
  ['fetched', 'Fetched', 'Now in the site.'], ['present', 'Present', 'Were in the site already.'],
  ['failed', 'Failed', 'Could not be fetched: the old address was kept.']];

const $ = id => document.getElementById(id);
const run = JSON.parse($('run').textContent), totals = JSON.parse($('totals').textContent), look = JSON.parse($('look').textContent);
look.around ||= 'div.content';
const number = new Intl.NumberFormat('en').format;
const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many || one + 's'}`;

const sentence = text => text ? text[0].toUpperCase() + text.slice(1) + '.' : '';

// An element with attributes, properties that begin with 'on', and children.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) element[key] = value;
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter(child => child != null));
  return element;
}

// ---- pages ---------------------------------------------------------------------------------------------

const pages = [...document.querySelectorAll('script[data-entry]')].map((block, index) => {
  const page = JSON.parse(block.dataset.entry);
  const full = (page.site ? page.site + '/' : '') + page.path;
  const cut = full.lastIndexOf('/');
  const kind = ['changed', 'legacy'].includes(page.state) || page.state === 'left' && page.content || page.state === 'kept' && run.looks_back ? page.grade : page.state === 'refused' || page.state === 'failed' ? 'refused' : 'other';
  if (page.site) delete page.content; // decisions are made in a site's own report
  return Object.assign(page, {index, block, full, part: block.dataset.part, codes: page.codes || {}, folder: full.slice(0, cut + 1),
    name: full.slice(cut + 1), kind, search: (full + ' ' + (page.title || '')).toLowerCase()});
});
const inParts = pages.some(page => page.part);
const byPath = new Map(pages.map(page => [page.full, page]));
// Of a report in parts, the list of all pages leads to the part that holds the page.
const placeOf = page => (page.part || '') + '#' + encodeURI(page.full).replace(/#/g, '%23');

// ---- decisions -----------------------------------------------------------------------------------------

// What people have decided: of each person the latest about a page. Kept by path and by what the page was (`content`),
// in the browser, where it allows that, beside those that came with the report; exported, and put together, as files.
const DECISIONS = {
  accepted: ['✓', 'accepted', 'Accept', 'a'], mend: ['✎', 'to mend by hand', 'Mend by hand', 'm'],
  leave: ['=', 'to be left as it is', 'Leave as it is', 'l'],
};
const store = {
  key: 'isomerize-decisions ' + (run.site || ''),
  all: new Map(), // path → Map of name → decision
  add(one) {
    if (!one || typeof one.path !== 'string' || !(one.decision in DECISIONS || one.decision === 'none') || !/^[0-9a-f]{32}\.[0-9a-f]{32}$/.test(one.content || '')) return false;
    const text = key => typeof one[key] === 'string' ? one[key].slice(0, 4000) : '';
    const clean = {path: one.path, decision: one.decision, name: text('name'), comment: text('comment'), time: text('time'), content: one.content};
    if (clean.time > new Date(Date.now() + 6e5).toISOString()) clean.time = ''; // not come yet: it is not to have the last word
    if (one.settles === true) clean.settles = true;
    if (!this.all.has(clean.path)) this.all.set(clean.path, new Map());
    const of = this.all.get(clean.path), before = of.get(clean.name);
    if (!before || before.time <= clean.time) of.set(clean.name, clean);
    return true;
  },
  load() {
    for (const page of pages) for (const one of page.decisions || []) this.add(one);
    if (run.live) return; // the program keeps them
    this.take();
  },
  // What another window, or another part of the report, has saved since; but for the one decision that was made here just now.
  take(made = {}) {
    let saved = [];
    try { saved = JSON.parse(localStorage.getItem(this.key) || '[]'); } catch { /* not allowed: kept until closed */ }
    for (const one of saved) {
      const own = (this.all.get(one.path) || new Map()).get(one.name);
      if (!(one.path === made.path && one.name === made.name) && (!own || own.time < one.time)) this.add(one);
    }
  },
  save(made) { this.take(made); try { localStorage.setItem(this.key, JSON.stringify(this.list())); } catch { /* the same */ } },
  list() { return [...this.all.values()].flatMap(of => [...of.values()]).sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : a.name < b.name ? -1 : 1); },
};
store.load();

// A page that cannot be converted cannot be accepted.
const canBe = (decision, page) => decision !== 'accepted' || page.kind !== 'refused';
// As decide_about of the program: {state: 'open' | 'decided' | 'changed' | 'disputed', one, other}.
function decisionAbout(page) {
  const all = [...(store.all.get(page.path) || new Map()).values()].filter(one => one.decision !== 'none' && canBe(one.decision, page)).sort((a, b) => a.time < b.time ? 1 : -1);
  const valid = all.filter(one => one.content === page.content);
  const settled = valid.findIndex(one => one.settles), named = valid.find(one => one.name);
  // Without a name: often the same person, before the name was put in.
  const counts = (settled < 0 ? valid : valid.slice(0, settled + 1)).filter(one => one.name || !named || one.time > named.time);
  if (!counts.length) return all.length ? {state: 'changed', one: all[0]} : {state: 'open'};
  const other = counts.find(one => one.decision !== counts[0].decision);
  return other ? {state: 'disputed', one: counts[0], other} : {state: 'decided', one: counts[0]};
}
const by = one => (one.name ? ' by ' + one.name : '') + (one.comment ? ` (${one.comment})` : '');
function describeDecision({state, one, other}, page) {
  if (state === 'open') return 'Not decided.';
  if (state === 'disputed') return `People disagree: ${DECISIONS[one.decision][1]}${by(one)}, ${DECISIONS[other.decision][1]}${by(other)}. Decide to settle it.`;
  const since = state === 'changed' ? (one.content.split('.')[0] === (page.content || '').split('.')[0] ? (page.state === 'kept' ? '; the new page was edited since' : '; it comes out differently since') : '; the page has changed since') : '';
  return (DECISIONS[one.decision][1] + by(one) + since + '.').replace(/^./, c => c.toUpperCase());
}
const SHORT = {open: '', changed: 'changed since', disputed: 'disputed'};
const shortDecision = view => view.state === 'decided' ? DECISIONS[view.one.decision][1] : SHORT[view.state];

const badge = (kind, word = kind === 'other' ? 'left alone' : kind) =>
  make('span', {class: 'badge ' + kind}, make('span', {'aria-hidden': 'true'}, SIGNS[kind]), word);
// A finding that does not change the page's grade is a note.
const findingBadge = code => badge(run.codes[code].grade, run.codes[code].grade === 'clean' ? 'note' : undefined);

function makeRow(page) {
  const link = make('a', {href: placeOf(page)},
    make('span', {class: 'sign ' + page.kind, title: page.kind}, SIGNS[page.kind]),
    make('span', {class: 'name'}, page.name), make('span', {class: 'seen'}));
  if (page.title) link.append(make('span', {class: 'folder title'}, page.title));
  if (page.folder) link.append(make('span', {class: 'folder'}, page.folder));
  const spoken = make('span', {class: 'skip'}, ', ' + page.kind);
  link.children[1].append(spoken);
  page.link = link;
  page.row = make('li', {}, link);
  showSeen(page);
  return page.row;
}

function showSeen(page) {
  if (page.link) page.link.children[2].textContent = shortDecision(decisionAbout(page));
}

// ---- filters -------------------------------------------------------------------------------------------

function tally(key) {
  const counts = new Map();
  for (const page of pages)
    for (const value of key(page)) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
}

// Every folder down to the third level, with the number of pages below it.
function foldersOf(page) {
  const parts = page.folder.split('/').slice(0, -1), folders = [];
  for (let i = 1; i <= Math.min(parts.length, 3); i++) folders.push(parts.slice(0, i).join('/') + '/');
  return folders;
}

const merged = run.merges ? totals : null; // of many sites, the list holds only the gravest pages
const kinds = merged ? new Map(Object.entries(merged.kinds)) : tally(page => [page.kind]), codes = tally(page => Object.keys(page.codes)), folders = tally(foldersOf);
const byGrade = (a, b) => GRADES.indexOf(run.codes[a[0]].grade) - GRADES.indexOf(run.codes[b[0]].grade) || b[1] - a[1];
const codeCounts = (merged ? Object.entries(merged.codes).map(([code, [count]]) => [code, count]) : [...codes]).sort(byGrade);

function fillFilters() {
  for (const kind of [...GRADES, 'other'])
    $('grades').append(make('label', {hidden: !kinds.get(kind)},
      make('input', {type: 'checkbox', value: kind, checked: true}), badge(kind),
      make('span', {class: 'n'}, number(kinds.get(kind) || 0))));
  for (const [code, count] of codeCounts)
    $('code').append(make('option', {value: code}, `${run.codes[code].title} (${number(count)})`));
  for (const [folder, count] of [...folders].sort((a, b) => a[0] < b[0] ? -1 : 1))
    $('folder').append(make('option', {value: folder}, `${folder} (${number(count)})`));
  for (const [value, words] of [['open', 'not decided'], ...Object.entries(DECISIONS).map(([key, info]) => [key, info[1]]), ['changed', 'changed since it was decided on'], ['disputed', 'people disagree']])
    $('decided').append(make('option', {value}, words));
}

const decisionKey = page => { const view = decisionAbout(page); return view.state === 'decided' ? view.one.decision : view.state; };

let shown = pages, limit = 0;
const LIMIT = 300;

// The first rows of the list, and a button for more of them: a browser lays out hundreds at once, not thousands.
function showRows(count) {
  limit = count;
  const rows = shown.slice(0, limit).map(page => page.row || makeRow(page));
  if (shown.length > limit)
    rows.push(make('li', {class: 'more'}, make('button', {type: 'button', onclick: () => showRows(limit + LIMIT)}, `Show more of ${plural(shown.length, 'page')}`)));
  $('pages').replaceChildren(...rows);
}

function filter() {
  const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const boxes = [...$('grades').querySelectorAll('input')];
  const wanted = new Set(boxes.filter(box => box.checked).map(box => box.value));
  const code = $('code').value, folder = $('folder').value, decided = $('decided').value;
  const finds = (page, word) => page.search.includes(word) || ($('in-text').checked && page.text !== undefined && page.text.includes(word));
  shown = pages.filter(page => wanted.has(page.kind) && (!code || code in page.codes) && page.folder.startsWith(folder) &&
    words.every(word => finds(page, word)) && (!decided || decisionKey(page) === decided));
  $('count').textContent = shown.length === pages.length ? plural(pages.length, 'page') : `${number(shown.length)} of ${plural(pages.length, 'page')}`;
  $('clear').hidden = shown.length === pages.length;
  showRows(LIMIT);
}

// The text of all pages, read once it is searched: some at a time, so that the browser stays with the reader.
let reading = false;
async function readTexts() {
  if (reading || !$('in-text').checked) return filter();
  reading = true;
  for (let i = 0, next = 0; i < pages.length; i++) {
    if (pages[i].text !== undefined) continue;
    const content = await contentOf(pages[i]).catch(() => ({}));
    pages[i].text = ((content.before || '') + ' ' + (content.after || '')).replace(/<[^>]*>/g, ' ').replace(/&amp;/g, '&').replace(/\s+/g, ' ').toLowerCase();
    if (performance.now() < next) continue;
    $('count').textContent = `${number(i + 1)} of ${number(pages.length)} pages read…`;
    await new Promise(resolve => setTimeout(resolve));
    next = performance.now() + 50;
  }
  reading = false;
  filter();
}

function setFilter({kind, code, folder, decided, search}) {
  $('search').value = search || '';
  $('decided').value = decided || '';
  for (const box of $('grades').querySelectorAll('input')) box.checked = !kind || box.value === kind;
  $('code').value = code || '';
  $('folder').value = folder || '';
  filter();
  openList(true);
}

function openList(open) {
  $('list').classList.toggle('open', open);
  $('open-list').setAttribute('aria-expanded', open);
}

// ---- overview ------------------------------------------------------------------------------------------

function makeTable(headings, rows, label) {
  return make('div', {class: 'scroll'}, make('table', {class: 'stack', 'aria-label': label},
    make('thead', {}, make('tr', {}, ...headings.map(([text, kind]) => make('th', {scope: 'col', class: kind || false}, text)))),
    make('tbody', {}, ...rows)));
}

const cell = (content, label, kind) => make('td', {class: kind || false, 'data-label': label || false}, ...[].concat(content));
const block = (title, text, table) => make('section', {class: 'block'}, make('h2', {}, title), text ? make('p', {}, text) : null, table);
const choose = (text, choice) => make('button', {type: 'button', class: 'link', onclick: () => setFilter(choice)}, text);
const accepted = () => pages.reduce((sum, page) => sum + Object.values(page.accepted || {}).reduce((a, b) => a + b, 0), 0);
const acceptedLoss = () => pages.reduce((sum, page) => sum + Object.entries(page.accepted || {}).reduce((a, [code, n]) => a + (run.codes[code].grade === 'loss' ? n : 0), 0), 0);

function pagesToLookAt() {
  const gravity = ['refused', 'loss', 'review', 'cosmetic'];
  const weight = page => Object.entries(page.codes).reduce((sum, [code, n]) => sum + (run.codes[code].grade === page.grade ? n : 0), 0);
  return pages.filter(page => page.kind !== 'clean' && page.kind !== 'other')
    .map(page => ({page, weight: weight(page)}))
    .sort((a, b) => gravity.indexOf(a.page.kind) - gravity.indexOf(b.page.kind) || b.weight - a.weight)
    .slice(0, 10).map(entry => entry.page);
}

function makeFirst() {
  const rows = pagesToLookAt().map(page => make('tr', {},
    make('th', {scope: 'row'}, make('a', {href: placeOf(page)}, page.full), page.title ? make('small', {}, page.title) : null),
    cell(badge(page.kind)),
    cell(page.state === 'failed' ? page.message || '' : Object.keys(page.codes).filter(code => run.codes[code].grade !== 'clean').sort((a, b) => byGrade([a, 0], [b, 0]))
      .slice(0, 3).map(code => run.codes[code].title).join('; '))));
  return rows.length ? block('Look at these first', 'The pages with the gravest findings, and most of them.', makeTable([['Page'], ['Grade'], ['Findings']], rows, 'Pages to look at first')) : null;
}

// The same finding many times, in words; and what accepts it, to be typed.
function makeGroups() {
  const groups = (totals.groups || []).filter(group => group.times > 3 && group.accepted < group.times).slice(0, 30);
  const rows = groups.map(group => make('tr', {},
    cell(findingBadge(group.code)), make('th', {scope: 'row'}, choose(`${number(group.times)} × ${group.words}`, {code: group.code})),
    cell(run.live ? [make('button', {type: 'button', onclick: event => acceptGroup(group, event.target)}, 'Accept all')]
      : [make('code', {}, group.command)]),
    cell(number(group.pages), 'Pages', 'num')));
  return rows.length ? block('The same, many times', 'What a team has looked at once and wants so, it accepts for all pages: it stays listed, and grades none of them.',
    makeTable([['Grade'], ['What is found'], ['To accept it'], ['Pages', 'num']], rows, 'The same, many times')) : null;
}

function makeCodes() {
  const times = new Map(), taken = new Map(), add = (to, counts) => { for (const [code, n] of Object.entries(counts || {})) to.set(code, (to.get(code) || 0) + n); };
  for (const page of pages) {
    add(times, page.codes);
    add(taken, page.accepted);
  }
  if (merged) for (const [code, [, n, m]] of Object.entries(merged.codes)) times.set(code, n), taken.set(code, m);
  const rows = codeCounts.map(([code, count]) => make('tr', {},
    cell(findingBadge(code)),
    make('th', {scope: 'row'}, choose(run.codes[code].title, {code})),
    cell([sentence(run.codes[code].became), make('small', {}, sentence(run.codes[code].advice))]),
    cell(number(count), 'Pages', 'num'),
    cell([number(times.get(code)), taken.get(code) ? make('small', {}, `${number(taken.get(code))} accepted`) : ''], 'Times', 'num')));
  return rows.length ? block('Findings', 'What was found, what became of it, and what a person can do. Choose one to see its pages.',
    makeTable([['Grade'], ['What was there'], ['What became of it'], ['Pages', 'num'], ['Times', 'num']], rows, 'Findings')) : null;
}

// Of many sites: a line each.
function makeSites() {
  const columns = [...GRADES].reverse();
  const rows = merged.sites.map(site => make('tr', {}, make('th', {scope: 'row'}, folders.has(site.site + '/') ? choose(site.site, {folder: site.site + '/'}) : site.site,
    site.most ? make('small', {}, `most often: ${run.codes[site.most].title} (${plural(site.most_pages, 'page')})`) : null),
    cell(number(site.pages), 'Pages', 'num'), ...columns.map(grade => cell(number(site.grades[grade] + (grade === 'refused' ? site.failed : 0)), grade, 'num')),
    cell(number(site.others), 'left alone', 'num'), cell(number(site.files), 'Files of other hosts', 'num'), cell(number(site.to_decide), 'To decide', 'num')));
  return block('Sites', 'Choose a site to list its pages with loss, and those refused; the site’s own report lists all of them. To decide: how many different findings ask for a person, each counted once.',
    makeTable([['Name'], ['Pages', 'num'], ...columns.map(grade => [grade, 'num']), ['left alone', 'num'], ['Files of other hosts', 'num'], ['To decide', 'num']], rows, 'Sites'));
}

function makeFolders() {
  if (merged) return makeSites();
  const tops = [...folders].filter(([folder]) => folder.split('/').length === 2).sort((a, b) => a[0] < b[0] ? -1 : 1);
  const counts = new Map(tops.map(([folder]) => [folder, {}]));
  for (const page of pages) {
    const of = counts.get(page.folder.split('/')[0] + '/');
    if (of) of[page.kind] = (of[page.kind] || 0) + 1;
  }
  const columns = [...GRADES, 'other'].filter(kind => kinds.get(kind));
  const rows = tops.map(([folder, count]) => make('tr', {}, make('th', {scope: 'row'}, choose(folder, {folder})), cell(number(count), 'Pages', 'num'),
    ...columns.map(kind => cell(number(counts.get(folder)[kind] || 0), kind === 'other' ? 'left alone' : kind, 'num'))));
  return rows.length > 1 ? block(pages.some(page => page.site) ? 'Sites' : 'Folders', '',
    makeTable([['Name'], ['Pages', 'num'], ...columns.map(kind => [kind === 'other' ? 'left alone' : kind, 'num'])], rows, 'Folders')) : null;
}

function makeAssets() {
  const rows = ASSET_STATES.map(([, name, meaning], i) => [name, meaning, (totals.assets || [])[i]])
    .filter(row => row[2]).map(([name, meaning, count]) => make('tr', {}, make('th', {scope: 'row'}, name), cell(meaning), cell(number(count), 'Files', 'num')));
  return rows.length ? block('Pictures and files', 'Those that the pages name; one counts once, however many pages show it.',
    makeTable([['State'], ['Meaning'], ['Files', 'num']], rows, 'Pictures and files')) : null;
}

function countDecisions() {
  const counts = new Map();
  const decidable = pages.filter(page => page.content && page.kind !== 'other');
  $('together').hidden = !decidable.length;
  for (const page of decidable) counts.set(decisionKey(page), (counts.get(decisionKey(page)) || 0) + 1);
  const parts = [...Object.keys(DECISIONS), 'disputed', 'changed', 'open'].filter(key => counts.get(key)).map(key =>
    choose(`${number(counts.get(key))} ${key === 'leave' && counts.get(key) > 1 ? 'to be left as they are' : key in DECISIONS ? DECISIONS[key][1] : {open: 'not decided', changed: 'changed since', disputed: 'disputed'}[key]}`, {decided: key}));
  $('decided-counts').replaceChildren(...parts.flatMap((part, i) => i ? [', ', part] : [part]));
}

function fillOverview() {
  const converted = merged ? merged.changed : pages.filter(page => page.state === 'changed').length, legacy = pages.filter(page => page.state === 'legacy').length, left = merged ? merged.left : pages.filter(page => page.state === 'left').length;
  $('subtitle').textContent = run.dry_run ? 'Dry run: nothing has been changed' : run.looks_back ? 'The site as it is' : 'Run finished';
  const takenOut = accepted();
  $('lead').textContent = `${plural(merged ? merged.pages : pages.length, 'page')} looked at${merged ? ' in ' + plural(merged.sites.length, 'site') : ''}; ${number(converted)} ${run.dry_run ? 'would be' : converted === 1 ? 'was' : 'were'} converted to the new editor${legacy ? `, ${number(legacy)} not yet` : ''}${left ? `, ${number(left)} left as they are, by what people decided` : ''}. ` +
    (merged ? 'Listed here are the pages with loss, and those refused.' : inParts ? `The pages are in ${plural(new Set(pages.map(page => page.part)).size, 'file')} beside this one; each shows its pages’ old and new forms side by side.` : 'Each page shows its old and its new form side by side, with what changed marked.') +
    (takenOut ? ` ${plural(takenOut, 'finding')} a person has accepted, of which ${number(acceptedLoss())} of loss: they are listed, and grade no page.` : '');
  for (const kind of ['clean', 'cosmetic', 'review', 'loss', 'refused', 'other']) {
    const count = kinds.get(kind) || 0;
    if (!count && kind === 'other') continue;
    $('tiles').append(make('button', {type: 'button', class: `tile ${kind}${count ? '' : ' none'}`, onclick: () => setFilter({kind})},
      make('strong', {}, number(count)), make('b', {}, SIGNS[kind] + ' ' + (kind === 'other' ? 'left alone' : kind)), make('span', {}, MEANINGS[kind])));
  }
  $('tables').append(...[merged ? makeFolders() : null, makeGroups(), makeFirst(), makeCodes(), merged ? null : makeFolders(), makeAssets()].filter(Boolean));
}

// ---- a page --------------------------------------------------------------------------------------------

let current = null, content = null, currentFinding = -1, view = 'pages';

// Behind the theme's layout and before the site's own sheets: the look that the theme gives text, and the new editor's
// components, which old sheets do not know.
const LOOK_CSS = `
html{background:#fff;color-scheme:light}hr{background-color:#d6d6d6}body{font-family:Lato,BlinkMacSystemFont,-apple-system,"Segoe UI","Helvetica Neue",Helvetica,Arial,sans-serif;color:#484848;overflow-wrap:break-word}
a{color:#0b5394}a[data-href]{cursor:help}.content a{text-decoration:underline;line-height:1.25;margin-bottom:2rem}.content strong,.content b{font-weight:700}.content table td,.content table th{border-color:#d6d6d6}.content table th{color:#323232}.content blockquote{border-color:#8996a3}
.content .tight>li>p{margin:0}
.isomer-card-grid{display:flex;flex-wrap:wrap;gap:1.5rem;margin-bottom:1.5rem}.isomer-card-grid:not(:first-child){margin-top:1.5rem}
.isomer-card-grid .isomer-card{display:block;flex:0 0 calc((100% - 1.5rem)/2);max-width:calc((100% - 1.5rem)/2);border:1px solid #d0d5dd;text-decoration:none;margin-bottom:0}.isomer-card-grid .isomer-card:only-child{flex-basis:100%;max-width:100%}
@media screen and (max-width:768px){.isomer-card-grid .isomer-card{flex-basis:100%;max-width:100%}}
.isomer-card-grid .isomer-card-image img{display:block;width:100%;height:12.5rem;object-fit:cover}.isomer-card-grid .isomer-card-body{padding:1.5rem}
.isomer-card-title{color:#323232;font-weight:700;font-size:1.25rem;line-height:1.75rem}.isomer-card-description{font-size:1rem;line-height:1.5rem}.isomer-card-link{font-size:1rem;line-height:1.5rem;text-decoration:underline}
.isomer-card-title+.isomer-card-description{margin-top:.75rem}.isomer-card-title+.isomer-card-link,.isomer-card-description+.isomer-card-link{margin-top:1.5rem}
.isomer-accordion-group{margin:2rem 0}.isomer-details{display:block;border:1px solid #d4d4d4;border-width:1px 0}.isomer-details~.isomer-details{border-top:0}
.isomer-details summary{padding:1rem 2.5rem 1rem 1rem;font-size:20px;display:block;position:relative}.isomer-details summary::after{content:"";position:absolute;right:1rem;top:1.35rem;width:.5em;height:.5em;border:solid;border-width:0 2px 2px 0;transform:rotate(45deg)}
.isomer-details-content>*{margin-left:1rem;margin-right:1.25rem;margin-bottom:1rem}.isomer-accordion-gray>.isomer-details>summary{background:#f2f2f2}`;
// Behind all others, for what is not the page's.
const FRAME_CSS = `
html{overflow-y:scroll!important}html>body{margin:0!important;padding:0!important}
.iz-column{display:block!important;float:none!important;padding:24px 0 48px!important}
.iz-column::after{content:"";display:block;clear:both}
span[data-embed]{display:inline-block;border:1px dashed #8996a3;background:#f3f5f7;color:#51606e;padding:.6rem .9rem;font-size:.875rem;line-height:1.4;overflow-wrap:anywhere}
.iz-here{outline:3px solid #0b5394!important;outline-offset:3px}
del.iz,ins.iz,mark.iz{display:inline!important;margin:0!important;padding:0!important}
del.iz,ins.iz,mark.iz{color:inherit!important;box-decoration-break:clone;-webkit-box-decoration-break:clone}
del.iz{background:rgb(163 33 27/14%)!important;text-decoration:line-through 2px #a3211b!important;outline:1px solid #a3211b}ins.iz{background:rgb(30 107 58/14%)!important;text-decoration:underline 2px #1e6b3a!important;outline:1px solid #1e6b3a}
mark.iz{background:rgb(202 138 4/16%)!important;outline:2px dotted #7a5200}
.iz-marks [data-iz=del]{outline:3px solid #a3211b}.iz-marks [data-iz=ins]{outline:3px solid #1e6b3a}.iz-marks [data-was]{outline:3px dotted #7a5200}
.iz-empty{color:#51606e;font-style:italic}`;

const FRAME_SCRIPTS = "script-src 'none'; style-src 'unsafe-inline'; default-src 'none'; base-uri 'none'; form-action 'none'; ";

// Pictures that travel in the file are put in; those of the internet only when the reviewer asked for them.
function fillPictures(html) {
  const remote = $('remote').checked;
  return html.replace(/<img\b[^>]*>/g, tag => tag
    .replace(/ data-picture="(\d+)"/, (_, n) => { const own = content.pictures && content.pictures[n], picture = own ? null : $('picture-' + n); return own || picture ? ` src="${own || JSON.parse(picture.textContent)}"` : ''; })
    .replace(/ data-remote="(\/\/)?/, (all, bare) => remote ? ` src="${bare ? 'https://' : ''}` : all));
}

// What the theme puts around a page's content, as tags: "html > body > div.content".
function around(html) {
  const steps = look.around.split('>').map(step => step.trim()).filter(step => !/^(html|body)\b/.test(step));
  const parts = steps.map(step => ({tag: (/^(div|section|article|main|span)\b/.exec(step) || ['div'])[0],
    classes: [...step.matchAll(/\.([\w-]+)/g)].map(one => one[1]).join(' '), id: (/#([\w-]+)/.exec(step) || [])[1]}));
  return parts.map(one => `<${one.tag} class="${one.classes}"${one.id ? ` id="${one.id}"` : ''}>`).join('') + html + parts.reverse().map(one => `</${one.tag}>`).join('');
}

// The window that pages are shown as in, and the column of text in it.
const windows = {
  desk: {width: look.window || 1280, column: look.column || 803},
  phone: {width: look.phone_window || 390, column: look.phone_column || 342},
};
const GUTTER = 24, SCROLLBAR = 16;
let chosenWindow = null;
const windowShown = () => windows[chosenWindow || (innerWidth < 640 ? 'phone' : 'desk')];

// The column stands at the right of a window of its true width, of which the pane shows as much as holds the column, made
// smaller where it has to be: so rules for windows of some width hold as on the site.
function fitFrame(frame, height) {
  const {width, column} = windowShown(), shows = Math.min(width, column + 2 * GUTTER + SCROLLBAR), box = frame.parentElement;
  const scale = Math.min(1, box.clientWidth / shows);
  Object.assign(frame.style, {width: width + 'px', height: (height || box.clientHeight / scale) + 'px', transform: `scale(${scale})`,
    right: Math.max(0, (box.clientWidth - shows * scale) / 2) + 'px'});
  box.style.height = height ? height * scale + 'px' : '';
}
const fitting = new ResizeObserver(entries => { for (const {target} of entries) if (target.firstElementChild && !target.style.height) fitFrame(target.firstElementChild); });

const sheet = css => `<style>${css}</style>`;

function makeFrame(title, html) {
  const policy = FRAME_SCRIPTS + ($('remote').checked ? 'img-src data: https: http:' : 'img-src data:');
  const frame = make('iframe', {sandbox: 'allow-same-origin', referrerpolicy: 'no-referrer', title}), {column, width} = windowShown();
  const [theme, ...others] = look.sheets, accent = /^[#\w(),.% -]+$/.test(look.accent || '') ? `.content :is(h1,h2,h3,h4,h5){color:${look.accent}}` : '', side = width > column + 2 * GUTTER ? `0 ${GUTTER}px 0 auto` : `0 auto 0 ${GUTTER}px`;
  frame.onload = () => prepareFrame(frame);
  frame.srcdoc = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer">` +
    [theme || '', LOOK_CSS + accent, ...others].map(sheet).join('') + `</head><body class="${$('marks').checked ? 'iz-marks' : ''}"><div class="iz-column" style="width:${column}px!important;margin:${side}!important">` +
    around(html.trim() ? fillPictures(html) : '<p class="iz-empty">This page has no content of its own.</p>') + `</div>${sheet(FRAME_CSS)}</body></html>`;
  return frame;
}

// In words, a picture that cannot be shown here.
function standIn(picture) {
  const {missing, remote} = picture.dataset, words = picture.ownerDocument.createElement('span');
  words.textContent = `Picture${picture.alt ? ` “${picture.alt}”,` : ''} ${missing !== undefined ? 'not in the site: ' + missing : 'on the internet: ' + remote}`;
  Object.assign(words.dataset, picture.dataset, {embed: 'picture'});
  words.title = picture.title;
  picture.replaceWith(words);
}

// A frame or a film takes the place that it has on the site: as an empty frame, which is laid out by the same rules.
function embedFrame(words) {
  const inner = words.ownerDocument, frame = inner.createElement('iframe');
  for (const {name, value} of words.attributes) frame.setAttribute(name, value);
  frame.setAttribute('sandbox', '');
  frame.title = words.textContent;
  const text = inner.createElement('p');
  text.textContent = words.textContent;
  text.style.margin = 0;
  frame.srcdoc = `<body style="margin:0;background:#f3f5f7;color:#51606e;font:14px/1.4 sans-serif;overflow-wrap:anywhere;box-sizing:border-box;border:2px solid #8996a3;padding:8px;height:100vh">${text.outerHTML}</body>`;
  words.replaceWith(frame);
}

// Words that are marked stand in elements of their own: in a row of boxes each would be a box.
function keepTogether(mark) {
  const parent = mark.parentElement, isText = node => node && (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.ELEMENT_NODE && node.classList.contains('iz'));
  if (!/flex|grid/.test(mark.ownerDocument.defaultView.getComputedStyle(parent).display)) return;
  const box = mark.ownerDocument.createElement('span');
  let first = mark;
  while (isText(first.previousSibling)) first = first.previousSibling;
  first.before(box);
  while (isText(box.nextSibling)) box.append(box.nextSibling);
}

// The frame runs no script of its own: what it needs is done from here.
function prepareFrame(frame) {
  const inner = frame.contentDocument;
  if (!inner || !inner.body) return;
  for (const link of inner.querySelectorAll('a[data-href]')) if (!link.title) link.title = link.dataset.href;
  for (const picture of inner.querySelectorAll('img[data-was]')) picture.title = picture.dataset.was;
  for (const picture of inner.querySelectorAll('img[data-missing],img[data-remote]:not([src])')) standIn(picture);
  for (const words of inner.querySelectorAll('span[data-embed]')) if (/^(iframe|frame|video|object|embed)$/.test(words.dataset.embed)) embedFrame(words);
  for (const mark of inner.querySelectorAll('.iz')) {
    if (inner.body.classList.contains('iz-marks')) keepTogether(mark);
    else mark.replaceWith(...mark.childNodes);
  }
  inner.addEventListener('keydown', onKey);
  inner.addEventListener('scroll', () => followScroll(frame), {passive: true});
  if (content && currentFinding >= 0) showPlace(content.findings[currentFinding]);
}

let leading = null, leadTimer = 0;
function followScroll(frame) {
  if (leading && leading !== frame) return;
  leading = frame;
  clearTimeout(leadTimer);
  leadTimer = setTimeout(() => { leading = null; }, 120);
  const from = frame.contentDocument.scrollingElement, part = from.scrollTop / Math.max(1, from.scrollHeight - from.clientHeight);
  for (const other of $('renderings').querySelectorAll('iframe')) {
    const to = other !== frame && other.contentDocument && other.contentDocument.scrollingElement;
    if (to) to.scrollTop = part * (to.scrollHeight - to.clientHeight);
  }
}

function makePane(title, note, html) {
  const box = make('div', {class: 'window'}, makeFrame(`${title}: ${current.full}`, html));
  return make('figure', {class: 'pane'}, make('figcaption', {}, make('b', {}, title), make('span', {}, note)), box);
}

function showRenderings() {
  if (!content) return;
  const panes = [];
  if (content.before || content.patch) panes.push(makePane('Old page', 'as visitors see it today', content.before || ''));
  if (content.patch) panes.push(makePane('New page', run.dry_run || ['legacy', 'left'].includes(current.state) ? 'as it would be saved' : run.looks_back ? 'as it is' : 'as it was saved', content.after || ''));
  if (!panes.length) panes.push(make('p', {class: 'empty'}, current.message || (current.state === 'changed'
    ? 'A report of many sites holds no page contents: open the report of this site alone, made by isomerize diff --format=html.'
    : 'This page has no content to show: ' + STATES[current.state].toLowerCase() + '.')));
  fitting.disconnect();
  $('renderings').replaceChildren(...panes);
  for (const box of $('renderings').querySelectorAll('.window')) {
    fitFrame(box.firstElementChild);
    fitting.observe(box);
  }
  $('window').value = Object.keys(windows).find(name => windows[name] === windowShown());
  showLegend();
  $('remote-choice').hidden = !/<img\b[^>]* data-remote="/.test((content.before || '') + (content.after || ''));
}

// What the marks mean, or that there are none.
function showLegend() {
  const same = !/<(del|ins|mark) class="iz"/.test((content.before || '') + (content.after || ''));
  $('same').textContent = content.findings.length ? 'Both pages read the same: what else changed, the findings say.' : 'Both pages read the same: nothing to mark.';
  $('legend').hidden = view === 'source' || !content.patch;
  for (const sample of $('legend').children) sample.hidden = (sample.id === 'same') !== same;
}

function parsePatch(patch) {
  const rows = [];
  let old = 0, now = 0, inside = false;
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk) {
      [old, now, inside] = [+hunk[1], +hunk[2], true];
      rows.push(['hunk', '', '', '', line]);
    } else if (!inside || !line) continue;
    else if (line[0] === '-') rows.push(['minus', old++, '', '−', line.slice(1)]);
    else if (line[0] === '+') rows.push(['plus', '', now++, '+', line.slice(1)]);
    else if (line[0] === ' ') rows.push(['', old++, now++, '', line.slice(1)]);
    else rows.push(['note', '', '', '', line.slice(2)]);
  }
  return rows;
}

function showSource() {
  if (!content.patch) {
    $('source').replaceChildren(make('p', {class: 'empty'}, current.state === 'changed' ? 'This report does not hold the source.' : 'The page file does not change.'));
    return;
  }
  const rows = parsePatch(content.patch).map(([kind, old, now, sign, text]) => make('tr', {class: kind || false, 'data-old': old || false},
    make('td', {class: 'at'}, String(old)), make('td', {class: 'at'}, String(now)), make('td', {class: 'sign'}, sign), make('td', {}, text)));
  $('source').replaceChildren(make('table', {'aria-label': 'Source changes: old line, new line, change, text'}, make('tbody', {}, ...rows)));
}

function setView(name) {
  view = name;
  const source = name === 'source';
  $('show-pages').setAttribute('aria-pressed', !source);
  $('show-source').setAttribute('aria-pressed', source);
  $('renderings').hidden = source;
  $('source').hidden = !source;
  if (!content) return;
  if (source) showSource();
  showLegend();
  if (content && currentFinding >= 0) showPlace(content.findings[currentFinding]);
}

function makeFinding(one, index) {
  const info = run.codes[one.code];
  const change = one.before || one.after ? make('small', {}, one.before ? make('del', {class: 'iz'}, one.before) : null,
    one.before && one.after ? ' → ' : null, one.after ? make('ins', {class: 'iz'}, one.after) : null) : null;
  const words = one.detail ? `${info.title}: ${one.detail}` : info.title;
  return make('li', {}, make('button', {type: 'button', onclick: () => openFinding(index)}, one.accepted ? badge('other', 'accepted') : findingBadge(one.code),
    make('span', {class: 'where'}, one.line ? 'line ' + number(one.line) : 'page'),
    make('span', {class: 'what'}, one.accepted ? make('s', {}, words) : words,
      change, make('small', {}, one.accepted ? 'Accepted: ' + one.accepted : [one.became || info.became, info.advice].map(sentence).join(' ')))));
}

function showFindings() {
  const order = content.findings.map((one, index) => index).sort((a, b) => byGrade([content.findings[a].code, 0], [content.findings[b].code, 0]) || a - b);
  content.findings = order.map(index => content.findings[index]);
  $('finding-list').replaceChildren(...content.findings.length ? content.findings.map(makeFinding) : [make('li', {class: 'none'}, current.kind === 'other' ? STATES[current.state] + '.' : 'None: nothing to look at on this page.')]);
}

function openFinding(index) {
  if (!content || !content.findings[index]) return;
  currentFinding = index;
  const buttons = $('finding-list').querySelectorAll('button');
  buttons.forEach((button, i) => i === index ? button.setAttribute('aria-current', 'true') : button.removeAttribute('aria-current'));
  const list = $('finding-list'), row = buttons[index].parentElement;
  if (row.offsetTop < list.scrollTop + list.offsetTop || row.offsetTop + row.offsetHeight > list.scrollTop + list.offsetTop + list.clientHeight)
    list.scrollTop = row.offsetTop - list.offsetTop;
  showPlace(content.findings[index]);
}

// Not what the page's own style hides.
const canBeSeen = element => element.getClientRects().length > 0 || element.closest('details:not([open])');

// The last block that can be seen, at or before the finding's line, in each frame; the line itself in the source.
function showPlace(one) {
  if (view === 'source') {
    $('source').querySelectorAll('.here').forEach(row => row.classList.remove('here'));
    const row = one.line && $('source').querySelector(`tr[data-old="${one.line}"]`);
    if (row) { row.classList.add('here'); row.scrollIntoView({block: 'center'}); }
    return;
  }
  for (const frame of $('renderings').querySelectorAll('iframe')) {
    const inner = frame.contentDocument;
    if (!inner || !inner.body) continue;
    inner.querySelectorAll('.iz-here').forEach(element => element.classList.remove('iz-here'));
    let best = null;
    for (const element of inner.querySelectorAll('[data-line]')) {
      const line = +element.dataset.line;
      if (line <= one.line && (!best || line >= +best.dataset.line) && canBeSeen(element)) best = element;
    }
    if (!one.line || !best) continue;
    leading = frame;
    for (let up = best.parentElement; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
    best.classList.add('iz-here');
    const scroller = inner.scrollingElement;
    scroller.scrollTop += best.getBoundingClientRect().top - frame.clientHeight / 3;
  }
  clearTimeout(leadTimer);
  leading = {};
  leadTimer = setTimeout(() => { leading = null; }, 200);
}

function showFiles() {
  const names = new Map(ASSET_STATES.map(([state, name]) => [state, name]));
  const rows = content.assets.map(asset => make('tr', {}, cell(names.get(asset.state) || asset.state), cell(asset.url || ''), cell(asset.path || '')));
  $('files').hidden = !rows.length;
  $('file-table').replaceChildren(...rows.length ? [makeTable([['State'], ['Address in the old page'], ['Path in the site']], rows, 'Pictures and files of this page')] : []);
}

// A page's content: JSON, deflated, in base64.
async function unpack(block) {
  const bytes = Uint8Array.from(atob(block.textContent), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
}

// What a page shows: from the file, or, where the report is live, from the program.
async function contentOf(page) {
  return run.live ? ask('page?path=' + encodeURIComponent(page.path)) : unpack(page.block);
}

async function openPage(page) {
  if (current) current.link.removeAttribute('aria-current');
  if (shown.indexOf(page) >= limit) showRows(shown.indexOf(page) + LIMIT);
  if (!page.row) makeRow(page);
  current = page;
  content = null;
  currentFinding = -1;
  const unpacked = await contentOf(page).catch(error => ({findings: [], assets: [], before: '', failed: error.message}));
  if (current !== page) return;
  content = unpacked;
  if (content.entry) refreshPage(page, content.entry);
  if (content.failed) say(content.failed);
  page.link.setAttribute('aria-current', 'page');
  page.link.scrollIntoView({block: 'nearest'});
  $('page-folder').textContent = page.folder;
  $('page-title').textContent = page.name;
  $('page-names').replaceChildren(...[page.title ? make('span', {}, page.title) : null,
    page.address && /^https?:/.test(page.address) ? make('a', {href: page.address, rel: 'noopener noreferrer', target: '_blank'}, 'See the live page') : null].filter(Boolean));
  $('page-state').replaceChildren(badge(page.kind), (run.dry_run && page.state === 'changed' ? 'Would be converted' : STATES[page.state]) + (page.state === 'changed' ? `: ${plural(page.removed, 'source line')} removed, ${number(page.added)} added` : ''), page.message ? ' ' + page.message : '');
  showDecision(page);
  showFindings();
  showFiles();
  showRenderings();
  setView(view);
  const place = shown.indexOf(page);
  $('previous').disabled = place <= 0;
  $('next').disabled = place === shown.length - 1;
}

// ---- moving about --------------------------------------------------------------------------------------

async function route() {
  let path = '';
  try { path = decodeURIComponent(location.hash.slice(1)); } catch { /* no place of ours */ }
  const page = byPath.get(path);
  if (page && page.part) return location.replace(placeOf(page));
  if (!page && path && !$(path) && totals.list) return location.replace(totals.list + location.hash); // it is in another part
  document.body.classList.toggle('printing-overview', !page);
  openList(false);
  if (page) {
    await openPage(page);
    if (current !== page) return;
    $('overview').hidden = true;
    $('page').hidden = false;
    $('page-title').focus({preventScroll: true});
  } else {
    $('overview').hidden = false;
    $('page').hidden = true;
  }
  if (!page && current) {
    current.link.removeAttribute('aria-current');
    current = content = null;
    $('renderings').replaceChildren();
  }
  $('main').scrollTop = 0;
  window.scrollTo(0, 0);
  document.title = (page ? page.full : 'Overview') + ' – page review' + (run.site ? ': ' + run.site : '');
}

function go(distance) {
  const place = current ? shown.indexOf(current) : -1;
  const next = shown[current && place < 0 ? 0 : place + distance];
  if (next) location.href = placeOf(next);
}

function goFinding(distance) {
  if (content && content.findings.length) openFinding(Math.max(0, Math.min(content.findings.length - 1, currentFinding + distance)));
}

// ---- deciding ------------------------------------------------------------------------------------------

function say(words) { $('said').textContent = words; }

function showDecision(page) {
  const view = decisionAbout(page), mine = (store.all.get(page.path) || new Map()).get($('name').value.trim());
  const can = Boolean(page.content) && page.kind !== 'other';
  $('decision').hidden = !can;
  $('decision-state').textContent = (page.kind === 'refused' ? 'It cannot be converted, as the findings say: mend it by hand, and look again. ' : '') + describeDecision(view, page);
  $('decision-state').className = view.state;
  for (const button of $('decide').children) {
    const {decision} = button.dataset;
    if (decision === 'none') button.hidden = !mine || mine.decision === 'none';
    else {
      button.hidden = !canBe(decision, page);
      button.setAttribute('aria-pressed', String(view.state === 'decided' && view.one.decision === decision));
    }
  }
  $('comment').value = mine && mine.content === page.content ? mine.comment : '';
  $('work').hidden = !run.live;
  $('convert-page').disabled = page.state !== 'legacy';
  $('revert-page').disabled = !(page.state === 'changed' || page.state === 'kept');
  say('');
}

// The buttons stay the same: a click must find the one that it began on, though leaving the field for the name changes what is shown.
function makeDecisionButtons() {
  const press = (decision, ...words) => make('button', {type: 'button', 'data-decision': decision, onclick: () => decide(decision)}, ...words);
  $('decide').append(...Object.entries(DECISIONS).map(([key, [sign, , words]]) => press(key, make('span', {'aria-hidden': 'true'}, sign + ' '), words)), press('none', 'Take mine back'));
}

async function decide(decision) {
  if (!current || !current.content || $('decision').hidden) return;
  if (!canBe(decision, current)) return say('It cannot be accepted: it cannot be converted as it is.');
  const page = current, view = decisionAbout(page);
  const one = {path: page.path, decision, name: $('name').value.trim(), comment: $('comment').value.trim(), time: new Date().toISOString().replace(/\.\d+/, ''), content: page.content};
  if (view.state === 'disputed' && decision !== 'none') one.settles = true;
  if (run.live) {
    const answer = await ask('decide', one).catch(error => ({error: error.message}));
    if (answer.error) return say('It was not saved: ' + answer.error);
  }
  const before = (store.all.get(page.path) || new Map()).get(one.name);
  if (before && before.time >= one.time) before.time = ''; // clocks that stand still, or were set back
  store.add(one);
  store.save(one);
  showSeen(page);
  countDecisions();
  if (current === page) showDecision(page);
  say(decision === 'none' ? 'Taken back.' : 'Saved' + (one.name ? '' : '; put in your name, so that others know who decided') + '.');
}

function download(name, type, text) {
  const link = make('a', {href: URL.createObjectURL(new Blob([text], {type})), download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const exportJson = () => JSON.stringify({schema: 1, program: 'isomerize', site: run.site || '', decisions: store.list()}, null, 1) + '\n';

function exportCsv() {
  const field = text => '"' + (/^[=+\-@\t\r]/.test(text) ? "'" : '') + String(text).replace(/"/g, '""') + '"';
  const rows = [['path', 'title', 'grade', 'decision', 'name', 'comment', 'time', 'content', 'decided']];
  for (const page of pages) {
    const all = [...(store.all.get(page.path) || new Map()).values()], words = describeDecision(decisionAbout(page), page);
    for (const one of all.length ? all : [{decision: '', name: '', comment: '', time: '', content: page.content || ''}])
      rows.push([page.path, page.title || '', page.grade, one.decision, one.name, one.comment, one.time, one.content, words]);
  }
  return '\ufeff' + rows.map(row => row.map(field).join(',') + '\r\n').join('');
}

// RFC 4180, with the separators that spreadsheets use.
function parseCsv(text) {
  const separator = [',', ';', '\t'].find(one => text.split('\n', 1)[0].includes(one)) || ',';
  const rows = [[]];
  for (let at = 0; at < text.length;) {
    let field = '';
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] !== '"') field += text[at];
        else if (text[at + 1] === '"') { field += '"'; at++; } else break;
      }
      at++;
    }
    while (at < text.length && text[at] !== separator && text[at] !== '\n') { if (text[at] !== '\r') field += text[at]; at++; }
    rows[rows.length - 1].push(/^'[=+\-@\t\r]/.test(field) ? field.slice(1) : field);
    if (text[at] === '\n') rows.push([]);
    at++;
  }
  const names = (rows.shift() || []).map(name => name.toLowerCase());
  return rows.filter(row => row.length > 1).map(row => Object.fromEntries(row.map((value, i) => [names[i] || i, value]))).filter(one => one.decision);
}

async function importFiles(files) {
  let taken = 0, refused = 0;
  const problems = [];
  for (const file of files) {
    try {
      const text = (await file.text()).replace(/^\ufeff/, '');
      const list = text.trimStart().startsWith('{') ? JSON.parse(text).decisions : parseCsv(text);
      for (const one of list) {
        if (!store.add(one)) refused++;
        else { taken++; if (run.live) await ask('import', store.all.get(one.path).get(one.name || '')); }
      }
    } catch (error) { problems.push(`${file.name}: ${error.message}`); }
  }
  store.save();
  for (const page of pages) showSeen(page);
  countDecisions();
  filter();
  const disputed = pages.filter(page => decisionAbout(page).state === 'disputed');
  $('imported').replaceChildren(`${plural(taken, 'decision')} read${refused ? `, ${number(refused)} not understood` : ''}. ${problems.join('; ')} `,
    ...disputed.length ? [choose(`On ${plural(disputed.length, 'page')} people disagree: see them`, {decided: 'disputed'})] : ['Nobody disagrees.']);
}

// ---- a report that is live -----------------------------------------------------------------------------

async function ask(what, body) {
  const answer = await fetch(what, body ? {method: 'POST', headers: {'Content-Type': 'application/json', 'X-Isomerize': '1'}, body: JSON.stringify(body)} : {headers: {'X-Isomerize': '1'}});
  const json = await answer.json().catch(() => ({error: `the program answered ${answer.status}`}));
  if (!answer.ok || json.error) throw new Error(json.error || `the program answered ${answer.status}`);
  return json;
}

// The page as the program sees it now.
function refreshPage(page, entry) {
  for (const key of ['title', 'address', 'message', 'codes', 'accepted', 'content']) page[key] = entry[key];
  page.codes = page.codes || {};
  Object.assign(page, {state: entry.state, grade: entry.grade, removed: entry.removed, added: entry.added});
  page.kind = ['changed', 'legacy', 'left', 'kept'].includes(page.state) ? page.grade : page.state === 'refused' || page.state === 'failed' ? 'refused' : 'other';
  const sign = page.link && page.link.children[0];
  if (sign) { sign.className = 'sign ' + page.kind; sign.title = page.kind; sign.textContent = SIGNS[page.kind]; }
  showSeen(page);
}

// What people do not want, or disagree about, is not converted without a word.
function isMeant(page) {
  const view = decisionAbout(page);
  return view.state === 'open' || view.state === 'decided' && view.one.decision === 'accepted' ||
    confirm(describeDecision(view, page).replace(' Decide to settle it.', '') + ' Convert the page all the same?');
}

async function work(what) {
  const page = current;
  if (what === 'convert' && !isMeant(page)) return say('It stays as it is.');
  say('Working…');
  const answer = await ask(what, {path: page.path}).catch(error => ({failed: error.message}));
  if (current !== page) return;
  await openPage(page);
  say(answer.failed || answer.said || 'Done.');
}

async function acceptGroup(group, button) {
  const why = prompt('Why is it as it should be? For those who read it later.');
  if (!why) return;
  const answer = await ask('accept', {code: group.code, detail: group.detail, why}).catch(error => ({failed: error.message}));
  button.replaceWith(answer.failed || 'Accepted; the grades follow when the page is loaded again.');
}

const KEYS = {
  '/': () => { openList(true); $('search').focus(); },
  j: () => go(1), k: () => go(-1), n: () => goFinding(1), p: () => goFinding(-1),
  s: () => content && setView(view === 'source' ? 'pages' : 'source'),
  a: () => decide('accepted'), m: () => decide('mend'), l: () => decide('leave'), u: () => decide('none'),
  c: () => current && $('comment').focus(),
  o: () => { location.hash = '#overview'; },
  '?': () => $('help').showModal(),
};

function onKey(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
  if (event.ctrlKey || event.metaKey || event.altKey || $('help').open) return;
  if (typing) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (!Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
}

// On paper a frame shows what fits in it: it is made as tall as its page.
function stretchFrames(stretch) {
  for (const frame of $('renderings').querySelectorAll('iframe')) {
    frame.parentElement.style.height = '';
    fitFrame(frame, stretch && frame.contentDocument ? frame.contentDocument.documentElement.scrollHeight : 0);
  }
}

// Another window or part may have saved decisions.
function readAgain() {
  if (run.live) return;
  store.take();
  for (const page of pages) showSeen(page);
  countDecisions();
  if (current && document.activeElement !== $('comment')) showDecision(current);
}

// The pages that the filters leave, a line each.
function listForPrint() {
  $('printed').replaceChildren(...shown.map(page => make('li', {}, make('b', {class: 'sign ' + page.kind}, SIGNS[page.kind]), ' ' + page.full + (page.kind === 'other' ? '' : ', ' + page.kind),
    shortDecision(decisionAbout(page)) ? make('i', {}, ': ' + shortDecision(decisionAbout(page))) : null)));
  $('printed').hidden = false;
}

function start() {
  fillFilters();
  fillOverview();
  makeDecisionButtons();
  filter();
  countDecisions();
  for (const id of ['code', 'folder', 'decided', 'grades']) $(id).addEventListener('input', filter);
  for (const id of ['search', 'in-text']) $(id).addEventListener('input', readTexts);
  $('filters').addEventListener('submit', event => { event.preventDefault(); if (shown[0]) location.href = placeOf(shown[0]); });
  $('clear').onclick = () => setFilter({});
  $('open-list').onclick = () => openList(!$('list').classList.contains('open'));
  $('open-help').onclick = () => $('help').showModal();
  $('print').onclick = () => window.print();
  $('previous').onclick = () => go(-1);
  $('next').onclick = () => go(1);
  try { $('name').value = localStorage.getItem('isomerize-name') || ''; } catch { /* not allowed */ }
  $('name').onchange = () => { try { localStorage.setItem('isomerize-name', $('name').value.trim()); } catch { /* not allowed */ } if (current) showDecision(current); };
  $('export-json').onclick = () => download('decisions.json', 'application/json', exportJson());
  $('export-csv').onclick = () => download('decisions.csv', 'text/csv', exportCsv());
  $('import').onchange = () => importFiles([...$('import').files]).then(() => { $('import').value = ''; });
  $('convert-page').onclick = () => work('convert');
  $('revert-page').onclick = () => work('revert');
  $('show-pages').onclick = () => setView('pages');
  $('show-source').onclick = () => setView('source');
  $('marks').onchange = showRenderings;
  $('remote').onchange = showRenderings;
  for (const [name, {width}] of Object.entries(windows)) $('window').append(make('option', {value: name}, `a ${name === 'desk' ? 'desktop' : 'phone'}, ${width} px`));
  $('window').onchange = () => { chosenWindow = $('window').value; showRenderings(); };
  $('below').onchange = () => { $('renderings').classList.toggle('below', $('below').checked); };
  $('whole').href = totals.list || '';
  $('whole').hidden = !totals.list;
  $('in-text').parentElement.hidden = inParts;
  for (const event of ['storage', 'pageshow']) window.addEventListener(event, readAgain);
  document.addEventListener('keydown', onKey);
  window.addEventListener('hashchange', route);
  window.addEventListener('beforeprint', () => { stretchFrames(true); listForPrint(); });
  window.addEventListener('afterprint', () => { stretchFrames(false); $('printed').hidden = true; $('printed').replaceChildren(); });
  route();
}

start();
})();
