// The overview: filters, the matrix with its rows and columns, and the list of trials.

const PAGE = 100;
const FILTERS = ['api', 'language', 'sdk', 'group', 'level', 'verdict', 'mode'];
const KEPT = [...FILTERS, 'surface', 'case', 'q', 'sort', 'page'];

/** An address of the overview. */
function overviewAddress(filters) {
  const parts = KEPT.filter((key) => filters[key]).map((key) => `${key}=${escapedPart(String(filters[key]))}`);
  return parts.length ? `#/?${parts.join('&')}` : '#/';
}

function createOverview(model, change) {
  const controls = createFilters(model, change);
  const open = { row: null, group: null };
  let current = null;

  function render(filters) {
    current = filters;
    controls.show(filters);
    const found = filtered(model, filters);
    document.getElementById('active').replaceChildren(...activeFilters(filters, found.length, model.trials.length));
    document.getElementById('matrix').replaceChildren(...matrices(model, found, filters, open, () => render(current)));
    document.getElementById('trials').replaceChildren(trialList(found, filters, change));
  }

  return { render, focusSearch: controls.focusSearch };
}

function createFilters(model, change) {
  const rows = [...model.rows];
  const values = {
    api: [...new Set(model.cases.map((one) => one.api))],
    language: [...new Set(rows.map((row) => row.sdk.language).filter(Boolean))].sort(),
    sdk: [...new Set(rows.map((row) => row.sdk.id))],
    group: [...model.groups.keys()],
    level: ['must', 'should', 'may'],
    verdict: Object.keys(WORDS),
    mode: [...MODES, 'contradictory'],
  };
  const names = { api: 'API', sdk: 'SDK', level: 'Broken level', mode: 'Kind of failure' };
  const selects = new Map(FILTERS.map((key) => {
    const options = values[key].map((value) => h('option', { value }, value));
    return [key, h('select', { id: `filter-${key}`, onchange: (event) => change({ [key]: event.target.value, page: '' }) },
      h('option', { value: '' }, 'all'), options)];
  }));
  const search = h('input', { type: 'search', id: 'search', placeholder: 'case, title, SDK', autocomplete: 'off' });
  let timer;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ q: search.value, page: '' }), 150);
  });
  const form = document.getElementById('filters');
  form.addEventListener('submit', (event) => event.preventDefault());
  form.append(
    h('label', { for: 'search', class: 'wide' }, 'Search', search),
    ...[...selects].map(([key, select]) =>
      h('label', { for: select.id }, names[key] ?? key[0].toUpperCase() + key.slice(1), select)),
  );
  return {
    focusSearch: () => search.focus(),
    show(filters) {
      for (const [key, select] of selects) select.value = filters[key] ?? '';
      if (document.activeElement !== search) search.value = filters.q ?? '';
    },
  };
}

function activeFilters(filters, found, all) {
  const set = [...FILTERS, 'surface', 'case', 'q'].filter((key) => filters[key]);
  const without = (key) => overviewAddress({ ...filters, [key]: '', page: '' });
  return [
    `${counted(found, 'trial')} of ${all.toLocaleString('en')}`,
    ...set.map((key) => h('a', { class: 'chip', href: without(key), 'aria-label': `Remove the filter ${key} ${filters[key]}` },
      `${key}: ${visible(filters[key], 60)} ×`)),
    set.length > 1 ? h('a', { class: 'chip', href: '#/' }, 'remove all ×') : '',
  ];
}

/** How many trials came to each word. */
function tally() {
  return { pass: 0, disputed: 0, deviates: 0, fails: 0, cut: 0, apart: new Map(), modes: new Map() };
}

function count(into, trial) {
  const { word: came, mode } = trial.verdict;
  if (trial.variant !== WRITTEN) into.cut += came === 'fails' ? 1 : 0;
  else if (came in into) into[came] += 1;
  else into.apart.set(came, (into.apart.get(came) ?? 0) + 1);
  if (mode && trial.variant === WRITTEN) into.modes.set(mode, (into.modes.get(mode) ?? 0) + 1);
}

/** A cell in two lines: numbers behind their marks, and the worst kind of failure in words. */
function tallyLines(counts) {
  const worst = MODES.find((mode) => counts.modes.has(mode));
  const marks = [];
  const mark = (name, sign, number) => number && marks.push(h('span', { class: name }, h('span', { 'aria-hidden': 'true' }, sign), number, h('span', { class: 'spoken' }, ` ${name} `)));
  mark('pass', '✓', counts.pass);
  mark('disputed', '◇', counts.disputed);
  mark('deviates', '△', counts.deviates);
  mark('fails', '✗', counts.fails);
  const lines = [h('span', { class: 'marks' }, marks)];
  if (worst) lines.push(h('span', { class: 'fails' }, `${counts.modes.get(worst)} ${worst}`));
  if (counts.cut) lines.push(h('span', { class: 'cut-dependent' }, h('span', { 'aria-hidden': 'true' }, '✂'), ` ${counts.cut}`, h('span', { class: 'spoken' }, ' cut-dependent')));
  for (const [name, number] of counts.apart) lines.push(h('span', { class: 'apart' }, `[${number} ${name}]`));
  return lines;
}

/** One table for each API: its surfaces by its groups. */
function matrices(model, found, filters, open, again) {
  const cells = new Map();
  for (const trial of found) {
    const { api, name } = trial.case.group;
    if (!cells.has(api)) cells.set(api, new Map());
    const ofApi = cells.get(api);
    if (!ofApi.has(trial.row)) ofApi.set(trial.row, new Map());
    const ofRow = ofApi.get(trial.row);
    if (!ofRow.has(name)) ofRow.set(name, tally());
    count(ofRow.get(name), trial);
  }
  if (!cells.size) return [h('p', {}, 'No trial fits these filters.')];
  return [...cells].flatMap(([api, rows]) => matrix(model, api, rows, found, filters, open, again));
}

function matrix(model, api, rows, found, filters, open, again) {
  const used = new Set([...rows.values()].flatMap((ofRow) => [...ofRow.keys()]));
  const groups = [...model.groups.values()].filter((group) => used.has(group.name));
  const toggle = (key, value) => {
    open[key] = open[key] === value ? null : value;
    again();
    document.getElementById(`open-${key}-${api}-${value}`)?.focus();
  };
  const opener = (key, value, text, what, label = text) => h('button', {
    type: 'button', class: 'opener', id: `open-${key}-${api}-${value}`, 'aria-expanded': String(open[key] === value),
    'aria-label': `${text}: ${what}`, onclick: () => toggle(key, value),
  }, h('span', { 'aria-hidden': 'true' }, open[key] === value ? '▾ ' : '▸ '), label);
  const head = h('tr', {}, h('th', { scope: 'col' }, 'surface'), groups.map((group) =>
    h('th', { scope: 'col' }, opener('group', group.name, group.about, 'its cases'))));
  let last = null;
  const body = [...rows].sort(([one], [other]) => one.place - other.place).flatMap(([row, ofRow]) => {
    const { sdk } = row;
    const first = sdk === last ? [] : [h('tr', { class: 'sdk' }, h('th', { scope: 'rowgroup', colspan: groups.length + 1 }, h('span', { class: 'stay' },
      h('a', { href: `#/sdk/${escapedPart(sdk.id)}` }, sdk.id), h('small', { class: 'inline' }, ` ${sdk.package ?? ''} ${sdk.version ?? ''}, ${sdk.language ?? ''}`))))];
    last = sdk;
    const line = h('tr', {}, h('th', { scope: 'row' }, opener('row', row.name, row.name, 'its trials', row.surface), isHandler(row) ? h('small', {}, 'code around the SDK') : ''), groups.map((group) => {
      const counts = ofRow.get(group.name);
      if (!counts) return h('td', { class: 'none' }, '–');
      const href = overviewAddress({ ...filters, sdk: row.sdk.id, surface: row.surface, group: group.name, page: '' });
      return h('td', {}, h('a', { href, 'data-to': 'trials' }, tallyLines(counts)));
    }));
    if (open.row !== row.name) return [...first, line];
    const own = found.filter((trial) => trial.row === row && trial.case.api === api);
    return [...first, line, h('tr', { class: 'opened' }, h('td', { colspan: groups.length + 1 }, trialList(own, {}, null, `Trials of ${row.name}`)))];
  });
  const opened = groups.find((group) => group.name === open.group);
  return [
    h('h3', { id: `matrix-${api}` }, api),
    scroller(`Matrix of ${api}`, h('table', { class: 'matrix' }, h('thead', {}, head), h('tbody', {}, body))),
    opened ? caseGrid(opened, [...rows.keys()].sort((one, other) => one.place - other.place), found) : '',
  ];
}

function scroller(label, child) {
  return h('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': label }, child);
}

/** The cases of one group by surfaces. */
function caseGrid(group, rows, found) {
  const lines = new Map();
  for (const trial of found) {
    if (trial.case.group !== group) continue;
    if (!lines.has(trial.case)) lines.set(trial.case, new Map());
    const all = lines.get(trial.case);
    all.set(trial.row, [...(all.get(trial.row) ?? []), trial]);
  }
  const cases = [...lines.keys()].sort((one, other) => one.place - other.place);
  const line = (one) => h('tr', {},
    h('th', { scope: 'row' }, h('a', { href: `#/case/${escapedPart(one.id)}` }, one.within), h('small', {}, visible(one.title, 200))),
    rows.map((row) => h('td', {}, (lines.get(one).get(row) ?? []).map((trial) =>
      h('a', { href: addressOf(trial), title: visible(because(trial), 300) }, word(wordOf(trial), trial.verdict.mode),
        trial.variant === WRITTEN ? '' : ` ${trial.variant}`)))));
  return h('div', { class: 'opened-group' }, h('h4', {}, `Cases of ${group.name}`), paged(cases, (part) =>
    scroller(`Cases of ${group.name}`, h('table', { class: 'grid' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'case'), rows.map((row) => h('th', { scope: 'col' }, row.name)))),
      h('tbody', {}, part.map(line))))));
}

/** Why a trial is not a pass, in short. */
function because(trial) {
  const counts = trial.verdict.checks.filter((check) => check.level !== 'may');
  const told = counts.map((check) => `${check.axis}: ${said(check)}`);
  if (trial.verdict.reason) told.push(trial.verdict.reason);
  return told.join('; ');
}

/** What was seen instead, in the words of a list of known deviations. */
function said(check) {
  const words = { absent: 'no such field', empty: 'empty', transport: `${shown(check.observed)}, the response's own` };
  if (check.axis === 'variants' || check.axis === 'cuts') return shown(check.observed);
  return words[check.grade] ?? `${shown(check.observed)} instead of ${shown(check.expected)}`;
}

const SORTS = {
  worst: (one, other) => rank(one) - rank(other) || one.case.place - other.case.place || one.row.place - other.row.place,
  case: (one, other) => one.case.place - other.case.place || one.row.place - other.row.place,
  surface: (one, other) => one.row.place - other.row.place || one.case.place - other.case.place,
};

/** A list of trials; with `change` its order and its page are kept in the address. */
function trialList(found, filters, change, label = 'List of trials') {
  const sort = filters.sort in SORTS ? filters.sort : 'worst';
  const sorted = [...found].sort(SORTS[sort]);
  const heading = (key, text) => h('th', { scope: 'col', 'aria-sort': sort === key ? 'ascending' : undefined }, change
    ? h('button', { type: 'button', class: 'opener', onclick: () => change({ sort: key, page: '' }) }, text, sort === key ? ' ▴' : '')
    : text);
  const line = (trial) => h('tr', {},
    h('td', {}, h('a', { href: addressOf(trial) }, word(wordOf(trial), trial.verdict.mode))),
    h('td', {}, trial.row.name),
    h('td', {}, h('a', { href: `#/case/${escapedPart(trial.case.id)}` }, trial.case.id), trial.variant === WRITTEN ? '' : ` as ${trial.variant}`,
      h('small', {}, visible(trial.case.title, 200)), variantNote(trial)),
    h('td', {}, visible(because(trial), 240)));
  const table = (part) => scroller(label, h('table', { class: 'list' },
    h('thead', {}, h('tr', {}, heading('worst', 'verdict'), heading('surface', 'surface'), heading('case', 'case'), h('th', { scope: 'col' }, 'what does not hold'))),
    h('tbody', {}, part.map(line))));
  return paged(sorted, table, Number(filters.page) || 1, change && ((page) => change({ page: page === 1 ? '' : String(page) })));
}

/** How a trial's replays came out. */
function variantNote(trial) {
  const differ = trial.variant === WRITTEN ? trial.row.replays.get(trial.case.place) ?? [] : [];
  if (!differ.length) return '';
  return h('small', {}, 'differs as ', differ.map((one) => [h('a', { href: addressOf(one) }, one.variant), ' ']));
}

/** A part of a long list, so that the page never holds more than it shows. */
function paged(items, draw, first = 1, turned = null) {
  const last = Math.max(1, Math.ceil(items.length / PAGE));
  const box = h('div', { class: 'paged' });
  const show = (wanted) => {
    const page = Math.min(Math.max(wanted, 1), last);
    const turn = (to) => { if (turned) turned(to); else { show(to); box.scrollIntoView({ block: 'nearest' }); } };
    const button = (text, to) => h('button', { type: 'button', disabled: to < 1 || to > last, onclick: () => turn(to) }, text);
    const from = (page - 1) * PAGE;
    box.replaceChildren(draw(items.slice(from, from + PAGE)), last === 1 ? '' : h('div', { class: 'pager' },
      button('‹ Previous', page - 1), h('span', { role: 'status' }, `${from + 1}–${Math.min(from + PAGE, items.length)} of ${items.length.toLocaleString('en')}`),
      button('Next ›', page + 1)));
  };
  show(first);
  return box;
}
