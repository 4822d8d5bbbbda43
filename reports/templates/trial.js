// The pages: one trial, one case on every surface, one SDK, two surfaces side by side.

function fact(name, ...value) {
  return [h('dt', {}, name), h('dd', {}, ...value)];
}

function crumbs(...parts) {
  return h('nav', { class: 'crumbs', 'aria-label': 'Where this is' }, h('a', { href: '#/' }, 'Overview'), parts.map((part) => [' › ', part]));
}

/** The page of one trial; what is in its details is filled in when they are there. */
function trialPage(model, row, one, trial) {
  const { verdict } = trial;
  const replays = row.replays.get(one.place) ?? [];
  const written = row.trials.get(one.place);
  const held = h('div', {}, h('p', { role: 'status' }, 'Loading the details…'));
  streamspec.load(one.group.name).then((detail) => {
    const told = detail.trials.get(nameOf(trial));
    held.replaceChildren(...(told ? trialDetails(told) : [h('p', {}, 'Nothing more is recorded of this trial.')]));
  }).catch((error) => held.replaceChildren(checkTable(verdict.checks), difference(verdict.checks), missing(error)));
  const parts = { sdk: row.sdk.asked ?? row.sdk.id, surface: row.surface, case: one.id };
  const command = model.commands[trial.variant].replace(/\{(sdk|surface|case)\}/g, (_, part) => parts[part]);
  return [
    crumbs(h('a', { href: `#/sdk/${escapedPart(row.sdk.id)}` }, row.sdk.id), row.surface, h('a', { href: overviewAddress({ group: one.group.name }) }, one.group.name)),
    h('h1', { tabindex: '-1' }, visible(one.title, 400)),
    h('p', { class: 'id' }, nameOf(trial)),
    h('p', {}, word(wordOf(trial), verdict.mode), verdict.reason ? ` ${visible(verdict.reason)}` : '', ' · ',
      h('a', { href: `#/case/${escapedPart(one.id)}` }, 'the same case on every surface'), ' · ',
      h('a', { href: overviewAddress({ sdk: row.sdk.id, surface: row.surface, group: one.group.name }) }, 'this surface on its group')),
    one.disputed ? h('section', { class: 'dispute' }, h('h2', {}, 'Disputed'), h('p', {}, prose(one.disputed.position), ' ', outside(one.disputed.url, 'The ruling'))) : '',
    held,
    knownDeviations(row.sdk, verdict.known),
    h('section', {}, h('h2', {}, 'Reproduce'), h('pre', { tabindex: '0' }, command), copier(command)),
    h('section', {}, h('h2', {}, 'Replays'), h('p', {}, 'The same bytes, split or framed otherwise, must mean the same. ',
      trial.variant === WRITTEN || !written ? '' : [h('a', { href: addressOf(written) }, 'The trial as written'), '. '],
      written?.verdict.same.length ? `Same verdict as: ${written.verdict.same.join(', ')}. ` : '',
      replays.length ? ['Another verdict as: ', replays.map((other) => [h('a', { href: addressOf(other) }, other.variant), ' '])] : '',
      !written?.verdict.same.length && !replays.length ? 'None was run.' : '')),
    sources(one),
  ];
}

function missing(error) {
  return h('p', { class: 'note' }, `The wire and the whole observation are not shown: ${error.message}. Keep the folder `, h('code', {}, 'details'), ' beside the page, or write both again with ', h('code', {}, 'cargo run --release -- report'), '.');
}

function copier(text) {
  return h('button', { type: 'button', onclick: async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select the text above to copy it';
    }
  } }, 'Copy');
}

function sources(one) {
  return h('section', {}, h('h2', {}, 'Where the expectation comes from'), h('ul', {}, one.sources.map((source) =>
    h('li', {}, `${source.basis}: `, outside(source.url), source.quote ? h('q', {}, visible(source.quote)) : ''))));
}

function knownDeviations(sdk, ids) {
  if (!ids.length) return '';
  return h('section', {}, h('h2', {}, 'Known deviation'), h('ul', {}, ids.map((id) => {
    const known = sdk.known.find((one) => one.id === id);
    return known ? h('li', {}, h('code', {}, known.axis), ': ', prose(known.why), ' ', known.link ? outside(known.link, 'Link') : '') : '';
  })));
}

function trialDetails(told) {
  return [
    h('section', {}, h('h2', {}, 'Expected and observed'), checkTable(told.checks), difference(told.checks)),
    h('section', {}, h('h2', {}, 'What the caller saw'), observation(told.observation)),
    h('section', {}, h('h2', {}, 'The wire'), timeline(told)),
  ];
}

const GRADES = {
  exact: '✓ holds', wrong: '✗ something else', absent: '✗ no such field', empty: '✗ left empty',
  transport: "△ the response's own status", contradictory: '✗ contradicts', 'not-observable': '– not observable on this surface', moot: '– no error to compare',
};

function checkTable(checks) {
  if (!checks.length) return h('p', {}, 'Nothing was compared.');
  return scroller('Checks', h('table', { class: 'list checks' }, h('thead', {}, h('tr', {}, ['axis', 'level', 'expected', 'observed', ''].map((name) => h('th', { scope: 'col' }, name || 'result')))),
    h('tbody', {}, checks.map((check) => h('tr', { class: `grade-${check.grade}` }, h('th', { scope: 'row' }, check.axis),
      cell('level', check.level.toUpperCase()), cell('expected', shown(check.expected)), cell('observed', shown(check.observed)), cell('result', GRADES[check.grade] ?? check.grade))))));
}

/** A cell that says what it is where the table is too narrow for its head. */
function cell(label, ...value) {
  return h('td', { 'data-label': label }, ...value);
}

/** The checks that do not hold, as a diff. */
function difference(checks) {
  const broken = checks.filter((check) => check.level !== 'may' && !['exact', 'moot', 'not-observable'].includes(check.grade));
  if (!broken.length) return '';
  const seen = (check) => (['absent', 'empty'].includes(check.grade) ? check.grade : shown(check.observed));
  return h('pre', { class: 'diff', tabindex: '0', 'aria-label': 'Difference: minus expected, plus observed' }, broken.flatMap((check) => [
    h('del', {}, `- ${check.axis}: ${shown(check.expected)}\n`), h('ins', {}, `+ ${check.axis}: ${seen(check)}\n`)]));
}

/** A field of an error: absent, empty, or a value and the way to it. */
function reading(error, key) {
  if (!(key in error)) return h('span', { class: 'none' }, 'no such field');
  if (error[key] === null) return h('span', { class: 'none' }, 'empty');
  return [h('code', {}, shown(error[key].value)), ` (${error[key].via})`];
}

const FIELDS = [['status', 'status'], ['type', 'type'], ['code', 'code'], ['request id', 'request_id'], ['retry after', 'retry_after'], ['retryable', 'retryable']];

function observation(seen) {
  if (!seen) return h('p', {}, 'No answer that could be observed.');
  const { error } = seen;
  const text = seen.text === undefined ? h('span', { class: 'none' }, 'none is handed over before it fails') : h('pre', { tabindex: '0' }, visible(seen.text) || '(empty)');
  return h('dl', {},
    fact('ended', { returned: 'returned normally', raised: 'raised', 'error-item': 'an error item, then a normal end', aborted: 'says it was aborted' }[seen.ended] ?? seen.ended, `, after ${counted(seen.events, 'item')}`),
    error ? [
      fact('class', h('code', {}, visible(error.classes.join(' < ') || error.class, 1000))),
      fact('raised at', { open: 'opening the stream', iterate: 'taking items from the stream', finalize: 'asking for the finished answer' }[error.site] ?? error.site),
      fact('message', h('pre', { tabindex: '0' }, visible(error.message))),
      FIELDS.map(([name, key]) => fact(name, reading(error, key))),
      error.causes?.length ? fact('causes', visible(error.causes.join(' ← '), 1000)) : '',
    ] : '',
    fact('text', text),
    fact('stop reason', !('stop_reason' in seen) ? h('span', { class: 'none' }, 'no such field') : seen.stop_reason === null ? h('span', { class: 'none' }, 'empty') : h('code', {}, shown(seen.stop_reason))),
    seen.tool_calls?.length ? fact('tool calls', h('ul', {}, seen.tool_calls.map((call) => h('li', {}, h('code', {}, `${visible(call.name, 200)}(${shown(call.arguments)})`), call.complete ? ' handed over as complete' : ' not complete')))) : '');
}

const ENDS = {
  finish: 'The server completes the HTTP message', eof: 'The server closes the connection without completing the message',
  reset: 'The server resets the connection (RST)', stall: 'The server stays silent, with the connection open',
};

/** Requests and answers in order. Times are left out: they say more about the machine than about the SDK. */
function timeline(told) {
  if (!told.requests.length) return h('p', {}, 'No request reached the server.');
  const items = told.requests.flatMap(([request, number, left, place]) => {
    const answer = told.answers[number] ?? told.answers.at(-1);
    const gone = h('li', { class: 'client' }, h('b', {}, '← The client leaves'), ' while the connection is still open.');
    const steps = answer ? answer.steps.map(step) : [h('li', {}, 'What was sent is not recorded.')];
    const early = Number.isInteger(place) && place < steps.length;
    if (early) steps.splice(place, 0, gone);
    const end = answer ? [h('li', { class: 'end' }, h('b', {}, `End: ${answer.end}`), ` · ${ENDS[answer.end] ?? ''}.`)] : [];
    if (left && !early) end.push(gone);
    if (left === false) end.push(h('li', { class: 'client' }, 'The client still held the connection when the trial was over.'));
    return [h('li', { class: 'client' }, h('b', {}, '← The client sends '), h('code', {}, visible(request, 300))), ...steps,
      answer?.content ? h('li', {}, 'Decompressed, the body says:', h('pre', { tabindex: '0' }, visible(answer.content))) : '', ...end];
  });
  const asked = [...new Set(told.requests.map(([, number]) => told.answers[number] ?? told.answers.at(-1)).filter(Boolean))];
  return [h('ol', { class: 'wire' }, items), asked.map(decodedSection)];
}

/** What an event stream's decoder makes of an answer, by the rules of the HTML standard: what a client had to go by. */
function decoded(answer) {
  const text = (answer.content ?? answer.steps.filter((step) => step.do === 'body').map((step) => step.text).join('')).replace(/^\ufeff/, '');
  const events = [];
  let event = { name: '', data: [], started: false };
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.pop();
  for (const line of lines) {
    if (line === '') {
      if (event.data.length) events.push({ ...event, whole: true });
      event = { name: '', data: [], started: false };
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [null, line];
    if (field === '') continue;
    event.started = true;
    if (field === 'event') event.name = value;
    if (field === 'data') event.data.push(value);
  }
  if (last || event.started) events.push({ ...event, rest: last, whole: false });
  return events;
}

function decodedSection(answer) {
  if (!answer.steps.some((step) => step.do === 'head' && /^content-type:\s*text\/event-stream/im.test(step.text))) return '';
  const events = decoded(answer);
  const line = (event) => h('li', {}, h('b', {}, visible(event.name || 'message', 80)), event.whole ? '' : ' (never completed: no client may act on it)', ' ',
    h('code', {}, visible(event.data.join('\n') || event.rest || '', 600)));
  return h('details', { class: 'way' }, h('summary', {}, `Decoded: ${counted(events.filter((event) => event.whole).length, 'event')}`), h('ol', { class: 'events' }, events.slice(0, 200).map(line)),
    events.length > 200 ? h('p', {}, `… and ${counted(events.length - 200, 'more event')}`) : '');
}

function step(one) {
  if (one.do === 'pause') return h('li', { class: 'pause' }, h('b', {}, '⏸ Silence'), ` for ${one.ms} ms`);
  const what = { head: '→ Head', body: '→ Body', 'last-chunk': '→ Last chunk: the message is complete' }[one.do];
  const writes = one.writes > 1 ? ` in ${counted(one.writes, 'write')}` : '';
  return h('li', { class: one.do }, h('b', {}, what), ` · ${counted(one.octets, 'byte')}${writes}`,
    one.do === 'last-chunk' ? '' : bytes(one.do === 'head' ? one.text.trimEnd().replaceAll('\r\n', '\n') : one.text));
}

/** What is written; the line ends that close it are marked, for an event without its empty line is not complete. */
function bytes(text) {
  const [ends] = /[\r\n]*$/.exec(text);
  const named = ends.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  return h('pre', { tabindex: '0' }, visible(text.slice(0, text.length - ends.length)), ends ? h('span', { class: 'none' }, named) : '');
}

/** One case on every surface that it was run on. */
function casePage(model, one) {
  const trials = model.rows.map((row) => row.trials.get(one.place)).filter(Boolean);
  const held = h('div', {}, sideBySide(trials, null));
  const wire = h('div', {}, h('p', { role: 'status' }, 'Loading the details…'));
  streamspec.load(one.group.name).then((detail) => {
    held.replaceChildren(sideBySide(trials, detail));
    const all = trials.map((trial) => detail.trials.get(nameOf(trial))).filter(Boolean);
    const most = all.reduce((most, told) => (told.checks.length > (most?.checks.length ?? 0) ? told : most), null);
    const wanted = (check) => (check.axis === 'error.class' ? 'the class of the same error as a plain HTTP response' : shown(check.expected));
    wire.replaceChildren(
      most ? h('section', {}, h('h2', {}, 'What a client must make of it'), h('ul', {}, most.checks.map((check) =>
        h('li', {}, h('b', {}, check.level.toUpperCase()), ` ${check.axis}: `, h('code', {}, wanted(check)))))) : '',
      h('section', {}, h('h2', {}, 'What the server sends'), (detail.wires.get(one.id) ?? []).map((answer, number) =>
        [h('h3', {}, `To request ${number + 1}`), h('ol', { class: 'wire' }, answer.steps.map(step), h('li', { class: 'end' }, h('b', {}, `End: ${answer.end}`), ` · ${ENDS[answer.end] ?? ''}.`))])));
  }).catch((error) => wire.replaceChildren(missing(error)));
  return [
    crumbs(h('a', { href: overviewAddress({ group: one.group.name }) }, one.group.name)),
    h('h1', { tabindex: '-1' }, visible(one.title, 400)), h('p', { class: 'id' }, one.id),
    one.disputed ? h('p', { class: 'dispute' }, h('b', {}, 'Disputed: '), prose(one.disputed.position), ' ', outside(one.disputed.url, 'The ruling')) : '',
    siblings(model, one),
    h('section', {}, h('h2', {}, 'Side by side'), held), wire, sources(one),
  ];
}

/** The other combinations of a case file's matrix. */
function siblings(model, one) {
  if (one.combination === null) return '';
  const all = model.cases.filter((other) => other.file === one.file);
  return h('p', {}, 'Combinations of this case: ', all.map((other, place) => [place ? ', ' : '', other === one ? h('b', {}, one.combination) : h('a', { href: `#/case/${escapedPart(other.id)}` }, other.combination)]));
}

/** A table of trials of one case; surfaces of one SDK that came out alike share a line. */
function sideBySide(trials, detail) {
  const columns = ['surface', 'verdict', 'what does not hold', ...(detail ? ['ended', 'class', 'site', 'status', 'type', 'text', 'requests'] : [])];
  const alike = new Map();
  for (const trial of trials) {
    const told = detail?.trials.get(nameOf(trial));
    const { ended, text, error } = told?.observation ?? {};
    const { class: kind, site, status, type } = error ?? {};
    const key = JSON.stringify([trial.row.sdk.id, wordOf(trial), trial.verdict.mode, because(trial), ended, text, kind, site, status, type, told?.requests.length]);
    alike.set(key, [...(alike.get(key) ?? []), trial]);
  }
  const line = (same) => {
    const [trial] = same;
    const told = detail?.trials.get(nameOf(trial));
    const seen = told?.observation;
    const error = seen?.error;
    const more = detail ? [seen?.ended ?? '–', error ? h('code', {}, visible(error.class, 200)) : '–', error?.site ?? '–', error ? reading(error, 'status') : '–',
      error ? reading(error, 'type') : '–', seen?.text === undefined ? '–' : visible(seen.text, 60) || '(empty)', told ? String(told.requests.length) : '–'] : [];
    const links = same.map((one, place) => [place ? ', ' : '', h('a', { href: addressOf(one) }, one.row.surface)]);
    return h('tr', {}, h('th', { scope: 'row' }, trial.row.sdk.id, h('small', {}, links)), h('td', {}, h('a', { href: addressOf(trial) }, word(wordOf(trial), trial.verdict.mode))),
      h('td', {}, visible(because(trial), 240)), more.map((value, place) => cell(columns[place + 3], value)));
  };
  return paged([...alike.values()], (part) => scroller('The case on every surface', h('table', { class: 'list' },
    h('thead', {}, h('tr', {}, columns.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, part.map(line)))));
}

/** Two surfaces, and the cases that they come to different verdicts on. */
function comparePage(model, query, go) {
  const names = model.rows.map((row) => row.name);
  const first = model.rows.find((row) => row.name === query.one) ?? model.rows.find((row) => row.sdk.surfaces?.length > 1) ?? model.rows[0];
  const other = model.rows.find((row) => row.name === query.other) ?? model.rows.find((row) => row !== first && row.sdk === first?.sdk) ?? model.rows.at(-1);
  if (!first || !other) return [h('h1', { tabindex: '-1' }, 'Two surfaces side by side'), h('p', {}, 'There is nothing to compare.')];
  const chosen = { one: first.name, other: other.name };
  const choose = (key, text) => {
    const select = h('select', { id: `compare-${key}`, onchange: (event) => {
      const next = { ...chosen, [key]: event.target.value };
      go(`#/compare?one=${escapedPart(next.one)}&other=${escapedPart(next.other)}`);
    } }, names.map((name) => h('option', { value: name, selected: name === chosen[key] }, name)));
    return h('label', { for: select.id }, text, select);
  };
  const both = [...first.trials].filter(([place]) => other.trials.has(place)).map(([place, trial]) => [trial, other.trials.get(place)]);
  const unlike = both.filter(([one, two]) => wordOf(one) !== wordOf(two) || one.verdict.mode !== two.verdict.mode || because(one) !== because(two));
  const better = (sign) => unlike.filter(([one, two]) => Math.sign(rank(one) - rank(two)) === sign).length.toLocaleString('en');
  const came = (trial) => h('td', { 'data-label': trial.row.name }, h('a', { href: addressOf(trial) }, word(wordOf(trial), trial.verdict.mode)), h('small', {}, visible(because(trial), 240)));
  return [
    crumbs('Compare'), h('h1', { tabindex: '-1' }, 'Two surfaces side by side'),
    h('form', { class: 'filters', 'aria-label': 'Surfaces' }, choose('one', 'One surface'), choose('other', 'The other')),
    h('p', {}, both.length ? `${counted(both.length, 'case')} were run on both; ${unlike.length.toLocaleString('en')} came out differently: ${better(1)} better on ${first.name}, ${better(-1)} better on ${other.name}, the others otherwise.` : 'No case was run on both: they speak different APIs.'),
    unlike.length ? paged(unlike, (part) => scroller('Differences', h('table', { class: 'list' },
      h('thead', {}, h('tr', {}, ['case', first.name, other.name].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, part.map(([one, two]) => h('tr', {}, h('th', { scope: 'row' }, h('a', { href: `#/case/${escapedPart(one.case.id)}` }, one.case.id), h('small', {}, visible(one.case.title, 200))), came(one), came(two))))))) : '',
  ];
}
