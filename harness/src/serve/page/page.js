'use strict';
/* The page of `streamspec serve`: a list of cases, each with the ways to point a client at it. */

const MOST = 200;
const root = document.getElementById('main').dataset.root;
const state = { cases: [], sdks: [] };

/** Makes an element with attributes and children; texts stay texts. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Makes a line of code with a button that copies it. */
function copied(text, label) {
  const button = element('button', { type: 'button', 'aria-label': `Copy ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  });
  return element('p', { class: 'copied' }, element('code', {}, text), button);
}

/** Makes the command that asks for a case by hand. */
function curl(one) {
  const { path, body } = one.request;
  return `curl -N '${one.base_url}${path}' -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}

function described(one) {
  const list = element('dl', {});
  const add = (term, ...what) => list.append(element('dt', {}, term), element('dd', {}, ...what));
  add('Base URL', copied(one.base_url, 'the base URL'));
  const chosen = document.getElementById('sdk').value;
  for (const sdk of state.sdks.filter((sdk) => !chosen || sdk.id === chosen)) {
    for (const line of sdk.lines.filter((line) => line.api === one.api)) {
      add(sdk.id, copied(line.code.replaceAll('{url}', one.base_url), `the line for ${sdk.id}`));
    }
  }
  add('curl', copied(curl(one), 'the command'));
  const { timeout_ms: timeout, max_retries: retries } = one.settings;
  add('Settings', `timeout ${timeout} ms, retries ${retries}, answers ${one.answers}`);
  for (const check of one.expect) {
    add(`${check.level} ${check.axis}`, element('code', {}, JSON.stringify(check.expected)));
  }
  for (const source of one.sources) {
    const link = element('a', { href: source.url, rel: 'noreferrer' }, source.url);
    add(source.basis, link, source.quote ? `: “${source.quote}”` : '');
  }
  add('Last attempt', element('a', { href: `/api/v1/cases/${encodeURIComponent(one.id)}/attempt` }, 'transcript'));
  return list;
}

/** Makes the entry of a case, whose details are made when it is opened. */
function entry(one) {
  const details = element('details', { class: 'case' });
  details.append(element('summary', {}, element('code', {}, one.id), ` ${one.title}`));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(described(one));
  });
  return details;
}

function show() {
  const words = document.getElementById('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const api = document.getElementById('api').value;
  const has = (one) => words.every((word) => `${one.id} ${one.title}`.toLowerCase().includes(word));
  const found = state.cases.filter((one) => (!api || one.api === api) && has(one));
  const more = found.length > MOST ? `, of which the first ${MOST} are shown` : '';
  document.getElementById('active').textContent = `${found.length} of ${state.cases.length} cases${more}`;
  document.getElementById('cases').replaceChildren(...found.slice(0, MOST).map(entry));
}

async function load() {
  const read = async (path) => (await fetch(path)).json();
  const [{ cases }, { sdks }] = await Promise.all([read('/api/v1/cases'), read('/api/v1/sdks')]);
  Object.assign(state, { cases, sdks });
  const option = (value) => element('option', { value }, value);
  document.getElementById('api').append(...[...new Set(cases.map((one) => one.api))].sort().map(option));
  document.getElementById('sdk').append(...sdks.map((sdk) => option(sdk.id)));
  show();
}

document.getElementById('filters').addEventListener('submit', (event) => event.preventDefault());
document.getElementById('filters').addEventListener('input', show);
document.getElementById('release')?.addEventListener('click', async () => {
  const { released } = await (await fetch('/api/v1/release', { method: 'POST' })).json();
  document.getElementById('released').textContent = `${released} let go`;
});
load().catch((error) => {
  document.getElementById('active').textContent = `The cases could not be read: ${error}`;
});
