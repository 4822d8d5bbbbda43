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
    h('ul', { class: 'sdks' }, [...model.sdks.values()].map((sdk) => h('li', {}, h('a', { href: `#/sdk/${sdk.id}` }, sdk.id), ` ${sdk.package} ${sdk.version}, ${sdk.language}`)))];
}

function sdkPage(model, sdk) {
  return [
    crumbs(h('a', { href: '#/sdk' }, 'SDKs')), h('h1', { tabindex: '-1' }, `${sdk.id}: what do I catch?`),
    h('p', {}, `${sdk.package} ${sdk.version}, ${sdk.language}${sdk.runtime ? `, ${sdk.runtime}` : ''}. Surfaces: ${sdk.surfaces.join(', ')}. `,
      h('a', { href: overviewAddress({ sdk: sdk.id }) }, 'All its trials')),
    sdk.not_run ? h('p', { class: 'note' }, `Not run: ${visible(sdk.not_run)}`) : '',
    (sdk.catches ?? []).map((caught) => kindSection(sdk, caught)),
    sdk.known.length ? h('section', {}, h('h2', {}, 'Known deviations'), h('ul', {}, sdk.known.map((known) =>
      h('li', {}, h('code', {}, known.axis), `: ${visible(known.why)} `, known.link ? outside(known.link, 'Link') : '')))) : '',
  ];
}

function kindSection(sdk, caught) {
  const [title, about] = KINDS[caught.kind] ?? [caught.kind, ''];
  const retries = caught.retryable ? `With retries allowed, it sent the request again in ${caught.retried} of ${counted(caught.retryable, 'trial')}.` : 'No trial of this kind allowed retries.';
  return h('section', { class: 'kind' }, h('h2', {}, title), h('p', {}, `${about} ${counted(caught.trials, 'trial')}. ${retries}`),
    caught.ways.map((way) => waySection(sdk, way)), caught.more ? h('p', {}, `… and ${counted(caught.more, 'rarer way')}.`) : '');
}

function waySection(sdk, way) {
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
  return h('details', { class: 'way', open: true }, h('summary', {}, heading, ` · ${counted(way.trials, 'trial')}`), h('dl', {},
    way.classes.length ? fact('is a', h('code', {}, visible(way.classes.join(' < '), 600))) : '',
    fact('surfaces', way.surfaces.join(', ')),
    fields.filter((name) => !never.includes(name)).map((name) => fact(name, values(way.fields[name]))),
    never.length ? fact('no field for', never.join(', ')) : '',
    kept ? fact('text so far', `kept in ${way.kept} of ${counted(kept, 'trial')} in which text was sent`) : '',
    fact('example', h('a', { href: `#/trial/${escapedPart(`${sdk.id}/${surface}/${example}@${WRITTEN}`)}` }, example))));
}
