// "What do I catch?": the page of one SDK, made from what its callers saw.

const KINDS = {
  'in-band': ['An error inside the stream', 'HTTP 200 has gone out, then the provider sends an error.'],
  http: ['An HTTP error before the stream', 'The response itself has a status of 4xx or 5xx, or is no event stream.'],
  cut: ['The connection is cut', 'The connection is reset, or closed before the HTTP message is complete.'],
  'clean-end': ['A clean end without the terminal event', 'The HTTP message is complete, the answer in it is not.'],
  stall: ['The server stalls', 'Nothing more comes, and the connection stays open.'],
  malformed: ['A payload that cannot be parsed', 'An event holds broken JSON, wrong types or missing fields.'],
};

function sdkIndex(model) {
  return [crumbs('SDKs'), h('h1', { tabindex: '-1' }, 'What do I catch?'), h('p', {}, 'For each SDK and each kind of failure: the exception, where it is raised, what its fields hold.'),
    scroller('SDKs', h('table', { class: 'list' }, h('thead', {}, h('tr', {}, ['SDK', 'version', 'language', 'failures that look like success', 'a handler'].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, [...model.sdks.values()].map((sdk) => indexLine(model, sdk)))))];
}

function indexLine(model, sdk) {
  const { modes, judged } = summed(model.rows.filter((row) => row.sdk === sdk && !isHandler(row)));
  const looks = (modes.get('silent') ?? 0) + (modes.get('fabricated') ?? 0);
  return h('tr', {}, h('th', { scope: 'row' }, h('a', { href: `#/sdk/${escapedPart(sdk.id)}` }, sdk.id)), cell('version', `${sdk.package} ${sdk.version}`), cell('language', sdk.language),
    cell('failures that look like success', sdk.not_run ? 'not run' : `${looks.toLocaleString('en')} of ${counted(judged, 'trial')}`), cell('a handler', sdk.code?.length ? 'yes' : ''));
}

function sdkPage(model, sdk) {
  const rows = model.rows.filter((row) => row.sdk === sdk);
  return [
    crumbs(h('a', { href: '#/sdk' }, 'SDKs')), h('h1', { tabindex: '-1' }, `${sdk.id}: what do I catch?`),
    h('p', {}, `${sdk.package} ${sdk.version}, ${sdk.language}${sdk.runtime ? `, ${sdk.runtime}` : ''}. Everything here was seen in trials of exactly this version. `,
      h('a', { href: overviewAddress({ sdk: sdk.id }) }, 'All its trials')),
    sdk.not_run ? h('p', { class: 'note' }, `Not run: ${visible(sdk.not_run)}`) : '',
    inShort(sdk),
    (sdk.code ?? []).map((code) => handlerSection(sdk, code, rows)),
    surfacesSection(sdk, rows),
    (sdk.catches ?? []).map((caught) => kindSection(sdk, caught)),
    sdk.known.length ? h('section', {}, h('h2', {}, 'Known deviations'), h('ul', {}, sdk.known.map((known) =>
      h('li', {}, h('code', {}, known.axis), ': ', prose(known.why), ' ', known.link ? outside(known.link, 'Link') : '')))) : '',
  ];
}

/** The answer to the page's question in one table; the sections below have the fields. */
function inShort(sdk) {
  if (!sdk.catches?.length) return '';
  const came = (way) => ({
    raised: h('code', {}, visible(way.class)), 'error-item': [h('code', {}, visible(way.class)), ' as an item'], returned: h('b', { class: 'fails' }, 'no exception'),
    aborted: 'says it was aborted', hang: h('b', { class: 'fails' }, 'no answer'), crash: h('b', { class: 'fails' }, 'the process dies'),
  }[way.ended] ?? visible(way.ended));
  const columns = ['what breaks', 'what the caller gets', 'where', 'text so far', 'sent again, where retries are allowed'];
  const line = (caught) => {
    const byClass = new Map();
    for (const way of caught.ways) {
      const before = byClass.get(`${way.ended} ${way.class}`);
      byClass.set(`${way.ended} ${way.class}`, { ...way, trials: way.trials + (before?.trials ?? 0), empty: empties(way) + (before?.empty ?? 0) });
    }
    const merged = [...byClass.values()].sort((one, other) => other.trials - one.trials);
    const first = merged.slice(0, 3);
    const [kept, lost] = caught.ways.reduce(([kept, lost], way) => [kept + way.kept, lost + way.lost], [0, 0]);
    const more = merged.length + caught.more - first.length;
    const ways = h('ul', { class: 'plain' }, first.map((way) => h('li', {}, came(way), ` ×${way.trials.toLocaleString('en')}`, way.empty ? ` (the stop reason is empty in ${way.empty.toLocaleString('en')})` : '')), more > 0 ? h('li', {}, `and ${counted(more, 'other way')}`) : '');
    const sites = [...new Set(caught.ways.map((way) => SITES[way.site]).filter(Boolean))];
    return h('tr', {}, h('th', { scope: 'row' }, (KINDS[caught.kind] ?? [caught.kind])[0], h('small', {}, counted(caught.trials, 'trial'))),
      cell(columns[1], ways), cell(columns[2], sites.join('; ') || '–'), cell(columns[3], kept + lost ? `kept in ${kept} of ${kept + lost}` : '–'),
      cell(columns[4], caught.retryable ? `${caught.retried} of ${caught.retryable}` : 'not tried'));
  };
  return h('section', {}, h('h2', {}, 'In short'), scroller('In short', h('table', { class: 'list' },
    h('thead', {}, h('tr', {}, columns.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, sdk.catches.map(line)))));
}

/** In how many trials a normal end came without a stop reason where there is a field for one: a caller who looks can tell. */
function empties(way) {
  if (way.ended !== 'returned') return 0;
  return (way.fields['stop reason']?.[0] ?? []).reduce((sum, [label, times]) => sum + (label === 'empty' ? times : 0), 0);
}

const SITES = { open: 'opening the stream', iterate: 'taking items', finalize: 'asking for the finished answer' };

/** How one surface, or several, came out. */
function summed(rows) {
  const counts = tally();
  for (const row of rows) for (const trial of row.trials.values()) count(counts, trial);
  return { ...counts, judged: counts.pass + counts.disputed + counts.deviates + counts.fails };
}

function surfacesSection(sdk, rows) {
  if (!rows.length) return '';
  const columns = ['surface', 'what it is', 'pass', 'disputed', 'deviates', 'fails'];
  const line = (row) => {
    const { pass, disputed, deviates, fails, judged, modes } = summed([row]);
    const link = (number, filters) => h('a', { href: overviewAddress({ sdk: sdk.id, surface: row.surface, ...filters }) }, number.toLocaleString('en'));
    const worst = MODES.find((mode) => modes.has(mode));
    return h('tr', {}, h('th', { scope: 'row' }, row.surface, isHandler(row) ? h('small', {}, 'the handler above') : ''), cell(columns[1], h('code', {}, visible(sdk.calls?.[row.surface] ?? '–', 300))),
      cell(columns[2], link(pass, { verdict: 'pass' }), ` of ${judged.toLocaleString('en')}`), cell(columns[3], link(disputed, { verdict: 'disputed' })),
      cell(columns[4], link(deviates, { verdict: 'deviates' })), cell(columns[5], link(fails, { verdict: 'fails' }), worst ? ` (${modes.get(worst)} ${worst})` : ''));
  };
  return h('section', {}, h('h2', {}, 'Its surfaces'), h('p', {}, 'Ways of using it; each is tried by itself, because they differ. Trials with an error inside the stream, a cut, and so on, of every kind together.'), scroller('Surfaces', h('table', { class: 'list' },
    h('thead', {}, h('tr', {}, columns.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, rows.map(line)))));
}

/** Code around the SDK, how it does, and what it cannot mend. */
function handlerSection(sdk, code, rows) {
  const own = rows.filter((row) => code.surfaces.includes(row.surface));
  const { pass, disputed, deviates, fails, judged } = summed(own);
  const others = rows.filter((row) => !isHandler(row)).map((row) => [row, summed([row])]).sort(([, one], [, other]) => other.pass - one.pass);
  const [best, other] = others[0] ?? [];
  const missed = new Map();
  for (const trial of own.flatMap((row) => [...row.trials.values()])) {
    for (const check of trial.verdict.checks.filter((check) => check.level !== 'may')) {
      const key = `${check.level.toUpperCase()} ${check.axis}`;
      missed.set(key, [...(missed.get(key) ?? []), trial]);
    }
  }
  const list = [...missed].sort(([, one], [, other]) => other.length - one.length);
  const number = (value) => value.toLocaleString('en');
  return h('section', {}, h('h2', {}, 'A handler that does what can be done'),
    h('p', {}, `An application can write this around the SDK. The suite runs it like any other surface: of ${counted(judged, 'trial')} ${number(pass)} pass, ${number(disputed)} differ only where maintainers have ruled otherwise, ${number(deviates)} deviate, ${number(fails)} fail. `,
      best && own[0] ? [`Of the SDK's own surfaces ${best.surface} does best: ${number(other.pass)} of ${number(other.judged)} pass. `,
        h('a', { href: `#/compare?one=${escapedPart(best.name)}&other=${escapedPart(own[0].name)}` }, 'Case by case')] : ''),
    h('pre', { tabindex: '0', class: 'code', 'aria-label': code.file }, h('code', {}, visible(code.source, 20000))), copier(code.source),
    list.length ? [h('h3', {}, 'What it still misses'), h('ul', {}, list.map(([key, trials]) => h('li', {}, h('code', {}, key), ` in ${counted(trials.length, 'trial')}: `,
      trials.slice(0, 3).map((trial, place) => [place ? '; ' : '', h('a', { href: addressOf(trial) }, visible(trial.case.id, 200)), ' ', h('small', { class: 'inline' }, visible(trial.case.title, 120))]),
      trials.length > 3 ? ` and ${number(trials.length - 3)} more` : '')))] : '');
}

function kindSection(sdk, caught) {
  const [title, about] = KINDS[caught.kind] ?? [caught.kind, ''];
  const retries = caught.retryable ? `With retries allowed, it sent the request again in ${caught.retried} of ${counted(caught.retryable, 'trial')}.` : 'No trial of this kind allowed retries.';
  return h('section', { class: 'kind' }, h('h2', {}, title), h('p', {}, `${about} ${counted(caught.trials, 'trial')}. ${retries}`),
    caught.ways.map((way, place) => waySection(sdk, way, place === 0)), caught.more ? h('p', {}, `… and ${counted(caught.more, 'rarer way')}.`) : '');
}

function waySection(sdk, way, open) {
  const site = { open: 'when the stream is opened', iterate: 'while items are taken', finalize: 'when the finished answer is asked for' }[way.site] ?? '';
  const heading = {
    raised: ['raises ', h('code', {}, visible(way.class)), ` ${site}`], 'error-item': ['hands over an item of ', h('code', {}, visible(way.class)), ', then ends normally'],
    returned: ['raises nothing: the call returns normally'], aborted: ['says that it was aborted'], hang: ['never answers'], crash: ['takes the whole process down'],
  }[way.ended] ?? [way.ended];
  const kept = way.kept + way.lost;
  const value = ([label, times], place) => [place ? ', ' : '', h('span', { class: 'value' }, h('code', {}, visible(label, 200)), ` ×${times}`)];
  const values = ([labels, more]) => [labels.map(value), more ? ` and ${counted(more, 'other value')}` : ''];
  const fields = ['status', 'type', 'code', 'request id', 'retry after', 'retryable', 'stop reason'].filter((name) => way.fields[name]);
  const never = fields.filter((name) => way.fields[name][0].every(([label]) => label === 'no such field'));
  const [surface, example] = way.example;
  return h('details', { class: 'way', open }, h('summary', {}, heading, ` · ${counted(way.trials, 'trial')}`), h('dl', {},
    way.classes.length ? fact('is a', h('code', {}, visible(way.classes.join(' < '), 600))) : '',
    fact('surfaces', way.surfaces.join(', ')),
    fields.filter((name) => !never.includes(name)).map((name) => fact(name, values(way.fields[name]))),
    never.length ? fact('no field for', never.join(', ')) : '',
    kept ? fact('text so far', `kept in ${way.kept} of ${counted(kept, 'trial')} in which text was sent`) : '',
    fact('example', h('a', { href: `#/trial/${escapedPart(`${sdk.id}/${surface}::${example}`)}` }, example))));
}
