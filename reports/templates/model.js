// The data of the page, and the details that are loaded when they are needed.

const WORDS = {
  pass: '✓ pass', disputed: '◇ disputed', deviates: '△ deviates', fails: '✗ fails', 'cut-dependent': '✂ cut-dependent',
  flaky: '≈ flaky', unsupported: '⊘ unsupported', 'adapter-fault': '⚠ adapter fault', 'harness-fault': '⚠ harness fault',
  'not-run': '– not run',
};
const MODES = ['fabricated', 'silent', 'hang', 'crash', 'spurious', 'wrong'];
const WRITTEN = 'as-written';

/** Makes objects of the page's tables. Every text in it may come from an SDK: it is only ever shown as text. */
function readModel(data) {
  const checks = data.checks.map(readCheck);
  const verdicts = data.verdicts.map(([word, mode, broken, known, same, reason]) => {
    const told = broken.map((place) => checks[place]);
    return {
      word, mode, known, same, reason, checks: told, rank: rankOf(word, mode),
      levels: new Set(told.map((check) => check.level)),
      contradicts: told.some((check) => check.level !== 'may' && check.grade === 'contradictory'),
    };
  });
  const sdks = new Map(data.sdks.map((sdk) => [sdk.id, sdk]));
  const groups = new Map();
  const cases = data.cases.map(([[id, group, within, file, combination], api, title, sources, disputed], place) => {
    const [name, about] = data.groups[group];
    if (!groups.has(name)) groups.set(name, { name, about, api, place: groups.size });
    const from = sources.map((source) => data.sources[source]);
    return { id, within, file, combination, api, title, sources: from, disputed, group: groups.get(name), place };
  });
  const trials = [];
  const rows = data.rows.map(([sdk, surface, runs, came], place) => {
    const row = { sdk: sdks.get(sdk) ?? { id: sdk, known: [] }, surface, name: `${sdk}/${surface}`, place, trials: new Map(), replays: new Map() };
    let next = 0;
    for (const [first, count] of runs) {
      for (let number = first; number < first + count; number += 1) {
        const trial = { row, case: cases[number], variant: WRITTEN, verdict: verdicts[came[next]] };
        next += 1;
        row.trials.set(number, trial);
        trials.push(trial);
      }
    }
    return row;
  });
  for (const [row, number, variant, verdict] of data.replays) {
    const trial = { row: rows[row], case: cases[number], variant, verdict: verdicts[verdict] };
    const all = trial.row.replays.get(number) ?? [];
    trial.row.replays.set(number, [...all, trial]);
    trials.push(trial);
  }
  return { suite: data.suite, commands: data.commands, sdks, groups, cases, rows, trials, byId: new Map(cases.map((one) => [one.id, one])) };
}

function readCheck([axis, level, expected, observed, grade, disputed]) {
  return { axis, level, expected, observed, grade, disputed };
}

/** Whether a surface is no call of the SDK but an application's handling of it. */
function isHandler(row) {
  return row.sdk.handlers?.includes(row.surface) ?? false;
}

/** What a trial's replay says of itself: a replay is listed only where it came out differently. */
function wordOf(trial) {
  return trial.variant !== WRITTEN && trial.verdict.word === 'fails' ? 'cut-dependent' : trial.verdict.word;
}

/** How bad a verdict is, for sorting: the worst is the least. */
function rankOf(word, mode) {
  if (word === 'fails') return MODES.indexOf(mode);
  return MODES.length + ['deviates', 'disputed', 'flaky', 'adapter-fault', 'harness-fault', 'unsupported', 'not-run', 'pass'].indexOf(word);
}

function rank(trial) {
  return trial.verdict.rank;
}

/** The trials that filters let through, each filter tested once for each case, row and verdict. */
function filtered(model, filters) {
  const terms = (filters.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text) => terms.map((term) => text.toLowerCase().includes(term));
  const caseSays = model.cases.map((one) => ({
    fits: is(filters.api, one.api) && is(filters.group, one.group.name) && is(filters.case, one.id),
    terms: has(`${one.id} ${one.title}`),
  }));
  const rowSays = model.rows.map((row) => ({
    fits: is(filters.sdk, row.sdk.id) && is(filters.language, row.sdk.language) && is(filters.surface, row.surface),
    terms: has(row.name),
  }));
  const verdictSays = new Map();
  const verdictFits = (verdict) => {
    if (!verdictSays.has(verdict)) {
      const mode = filters.mode === 'contradictory' ? verdict.contradicts : is(filters.mode, verdict.mode);
      verdictSays.set(verdict, mode && (!filters.level || verdict.levels.has(filters.level)));
    }
    return verdictSays.get(verdict);
  };
  return model.trials.filter((trial) => {
    const [inCase, inRow] = [caseSays[trial.case.place], rowSays[trial.row.place]];
    return inCase.fits && inRow.fits && verdictFits(trial.verdict) && is(filters.verdict, wordOf(trial))
      && terms.every((_, place) => inCase.terms[place] || inRow.terms[place]);
  });
}

function is(wanted, value) {
  return !wanted || wanted === value;
}

/** What the report's own data is packed as: JSON, compressed, in base64. */
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}

/** The details of groups. Each file beside the page calls `streamspec.detail` when it has been loaded. */
const streamspec = (() => {
  const loading = new Map();
  const waiting = new Map();

  function load(group) {
    if (!loading.has(group)) {
      loading.set(group, new Promise((resolve, reject) => {
        waiting.set(group, { resolve, reject });
        const script = document.createElement('script');
        script.src = `details/${group.replace(/[^A-Za-z0-9]/g, '-')}.js`;
        script.addEventListener('error', () => reject(new Error(`${script.getAttribute('src')} is not beside this page`)));
        document.head.append(script);
      }));
    }
    return loading.get(group);
  }

  async function detail(group, packed) {
    const { resolve, reject } = waiting.get(group) ?? {};
    try {
      resolve?.(readDetail(await unpacked(packed)));
    } catch (error) {
      reject?.(error);
    }
  }

  function readDetail(data) {
    const checks = data.checks.map(readCheck);
    const wires = new Map(data.cases.map(([id, wire]) => [id, data.wires[wire]]));
    const trials = new Map();
    for (const [row, number, variant, graded, seen, wire, requests] of data.trials) {
      const [sdk, surface] = data.rows[row];
      const [id, written] = data.cases[number];
      trials.set(trialName(`${sdk}/${surface}`, id, variant), {
        checks: graded.map((place) => checks[place]),
        observation: seen === null ? null : data.observations[seen],
        answers: data.wires[wire ?? written],
        requests: data.requests[requests],
      });
    }
    return { wires, trials };
  }

  return { load, detail };
})();

/** The name of a trial, as the terminal and the records have it. */
function trialName(surface, id, variant) {
  return variant === WRITTEN ? `${surface}::${id}` : `${surface}::${id}@${variant}`;
}

function nameOf(trial) {
  return trialName(trial.row.name, trial.case.id, trial.variant);
}

function trialNamed(model, name) {
  model.byName ??= new Map(model.trials.map((trial) => [nameOf(trial), trial]));
  return model.byName.get(name);
}

function addressOf(trial) {
  return `#/trial/${escapedPart(nameOf(trial))}`;
}

function escapedPart(text) {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@');
}

/** An element. Children are elements or texts, and a text is never markup. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

const LONGEST = 8000;

/** A text from outside: control characters and those that hide or reorder text become visible, a long one is cut. */
function visible(text, longest = LONGEST) {
  let whole = String(text);
  if (whole.length > longest) whole = `${whole.slice(0, longest)}… (cut; ${whole.length} characters in all)`;
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/g;
  return whole.replace(/[\ud800-\udbff][\udc00-\udfff]|[^]/g, (one) => (one.length === 2 ? one
    : one.replace(hidden, (found) => (found === '\r' ? '\\r' : `\\u{${found.codePointAt(0).toString(16)}}`))));
}

const MATCHES = { contains: 'contains', 'starts-with': 'starts with', 'prefix-of': 'a beginning of', 'at-most': 'at most', 'at-least': 'at least' };

/** A value of a check or an observation. */
function shown(value) {
  if (value === null || value === undefined) return 'nothing';
  if (value === '') return 'the empty text';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)) return value.map(shown).join(' or ') || '[]';
  const [[how, what], ...others] = typeof value === 'object' && Object.keys(value).length ? Object.entries(value) : [['', null]];
  if (MATCHES[how] && !others.length) return `${MATCHES[how]} ${shown(what)}`;
  return visible(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A link to a document outside; anything but http and https stays text. */
function outside(url, text = url) {
  return /^https?:\/\//.test(url) ? h('a', { href: url, rel: 'noopener noreferrer' }, visible(text)) : visible(text);
}

/** A sentence in which backticks mark code. */
function prose(text) {
  return visible(text).split('`').map((part, place, parts) => (place % 2 && place < parts.length - 1 ? h('code', {}, part) : place % 2 ? `\`${part}` : part));
}

function word(name, mode) {
  return h('span', { class: `word ${name}` }, WORDS[name] ?? name, mode ? ` (${mode})` : '');
}

function counted(number, noun) {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
