// Addresses, keys and colours: what ties the pages together.

/** `#/trial/a/b?x=y` as its parts. An address that cannot be decoded is taken as it is. */
function readAddress() {
  const [path, ...query] = location.hash.slice(1).split('?');
  const plain = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const filters = {};
  for (const pair of query.join('?').split('&')) {
    const [key, ...value] = pair.split('=');
    if (key) filters[plain(key)] = plain(value.join('='));
  }
  return { path: plain(path).replace(/^\//, ''), filters };
}

async function start() {
  const model = readModel(await unpacked(document.getElementById('data').textContent));
  const overview = createOverview(model, (changed) => go(overviewAddress({ ...readAddress().filters, ...changed }), true));
  const [front, page] = [document.getElementById('overview'), document.getElementById('page')];
  let wanted = null;
  let title = document.title;

  /** Filters replace the address, pages add to the history. */
  function go(address, replace = false) {
    if (!replace) { location.hash = address; return; }
    history.replaceState(null, '', address);
    route();
  }

  function route() {
    if (location.hash === '#main') { document.getElementById('main').focus(); return; }
    const { path, filters } = readAddress();
    const children = path === '' ? null : pageOf(path, filters);
    const moved = front.hidden !== (children !== null) || children !== null;
    front.hidden = children !== null;
    page.hidden = children === null;
    if (children === null) {
      page.replaceChildren();
      overview.render(filters);
      document.title = title;
      if (wanted === 'trials') document.getElementById('trials-title').scrollIntoView();
    } else {
      page.replaceChildren(...children.flat(Infinity).filter(Boolean));
      const heading = page.querySelector('h1');
      document.title = `${heading?.textContent ?? 'streamspec'} · streamspec`;
      if (moved) { scrollTo(0, 0); heading?.focus({ preventScroll: true }); }
    }
    wanted = null;
  }

  function pageOf(path, filters) {
    const [kind, ...rest] = path.split('/');
    const name = rest.join('/');
    if (kind === 'trial') return trialOf(name);
    if (kind === 'case' && model.byId.has(name)) return casePage(model, model.byId.get(name));
    if (kind === 'sdk') return model.sdks.has(name) ? sdkPage(model, model.sdks.get(name)) : name ? unknown(path) : sdkIndex(model);
    if (kind === 'compare') return comparePage(model, filters, go);
    return unknown(path);
  }

  function trialOf(name) {
    const trial = trialNamed(model, name);
    return trial ? trialPage(model, trial.row, trial.case, trial) : unknown(`trial/${name}`);
  }

  function unknown(path) {
    return [h('h1', { tabindex: '-1' }, 'There is no such page'), h('p', {}, visible(path, 300)), h('p', {}, h('a', { href: '#/' }, 'To the overview'))];
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-to], a[href^="#/?"]');
    if (link) wanted = 'trials';
    if (link?.getAttribute('href') === location.hash) route();
  });
  document.addEventListener('keydown', (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (!page.hidden) { history.pushState(null, '', '#/'); route(); }
      overview.focusSearch();
    }
    if (event.key === 'Escape' && !page.hidden && !typing) go('#/');
  });
  addEventListener('hashchange', route);
  colours();
  route();
}

/** As the system says, light, dark, in turn; kept where the browser keeps something for a file. */
function colours() {
  const button = document.getElementById('theme');
  const order = ['', 'light', 'dark'];
  const names = { '': 'auto ◐', light: 'light ○', dark: 'dark ●' };
  const keep = (theme) => { try { localStorage.setItem('streamspec-theme', theme); } catch { /* nothing is kept then */ } };
  const kept = () => { try { return localStorage.getItem('streamspec-theme') ?? ''; } catch { return ''; } };
  const set = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Colours: ${names[theme] ?? 'auto'}`;
  };
  set(order.includes(kept()) ? kept() : '');
  button.addEventListener('click', () => {
    const next = order[(order.indexOf(document.documentElement.dataset.theme) + 1) % order.length];
    set(next);
    keep(next);
  });
}

start().catch((error) => {
  document.getElementById('active').textContent = `The matrix cannot be shown: ${error.message}. It needs a browser of 2023 or newer; compatibility.md has it as text.`;
});
