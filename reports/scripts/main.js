// Routes, keys and colours.

async function start() {
  const model = readModel(await unpacked(byId("data").textContent));
  const overview = createOverview(model, (changed) =>
    go(overviewAddress({ ...readAddress().filters, ...changed }), true),
  );
  const [front, page] = [byId("overview"), byId("page")];
  /** @type {string | null} */
  let wanted = null;
  const { title } = document;

  /**
   * Goes to an address: filters replace the one before, pages add to the history.
   *
   * @param {string} address
   * @param {boolean} [replace]
   */
  function go(address, replace = false) {
    if (!replace) {
      location.hash = address;
      return;
    }
    history.replaceState(null, "", address);
    route();
  }

  function route() {
    if (location.hash === "#main") {
      byId("main").focus();
      return;
    }
    const { path, filters } = readAddress();
    const children = path === "" ? null : pageOf(path, filters);
    const moved = front.hidden !== (children !== null) || children !== null;
    front.hidden = children !== null;
    page.hidden = children === null;
    if (children === null) {
      page.replaceChildren();
      overview.render(filters);
      document.title = title;
      if (wanted === "trials") byId("trials-title").scrollIntoView();
    } else {
      page.replaceChildren(...nodes(children));
      const heading = page.querySelector("h1");
      document.title = `${heading?.textContent ?? "streamspec"} · streamspec`;
      if (moved) {
        scrollTo(0, 0);
        heading?.focus({ preventScroll: true });
      }
    }
    wanted = null;
  }

  /**
   * @param {string} path
   * @param {Filters} filters
   */
  function pageOf(path, filters) {
    const [, kind, name = ""] = /^([^/]*)(?:\/([^]*))?$/.exec(path) ?? [];
    if (kind === "trial" && !name) return trialOf(filters);
    const [one, sdk] = [model.caseById.get(name), model.sdks.get(name)];
    if (kind === "case" && one) return casePage(model, one);
    if (kind === "sdk" && !name) return sdkIndex(model);
    if (kind === "sdk" && sdk) return sdkPage(model, sdk);
    if (kind === "gateway" && !name) return gatewayIndex(model);
    const gateway = model.gateways.find(({ route }) => kind === "gateway" && route === name);
    if (gateway) return gatewayPage(model, gateway);
    if (kind === "compare") return comparePage(model, filters, go);
    if (kind === "time" && !name) return timePage(model);
    return unknown(path);
  }

  /** @param {Filters} parts */
  function trialOf(parts) {
    const trial = trialAt(model, parts);
    return trial ? trialPage(trial) : unknown(location.hash);
  }

  /** @param {string} path */
  function unknown(path) {
    return [
      h("h1", { tabindex: "-1" }, "There is no such page"),
      h("p", {}, visible(path, 300)),
      h("p", {}, h("a", { href: "#/" }, "To the overview")),
    ];
  }

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[data-to], a[href^="#/?"]') : null;
    if (link) wanted = "trials";
    if (link?.getAttribute("href") === location.hash) route();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (!page.hidden) {
        history.pushState(null, "", "#/");
        route();
      }
      overview.focusSearch();
    }
    if (event.key === "Escape" && !page.hidden && !typing) go("#/");
  });
  addEventListener("hashchange", route);
  colours();
  route();
}

/** Switches the colours, as the system says, light, dark, in turn; kept where the browser keeps something for a file. */
function colours() {
  const button = byId("theme");
  const order = ["", "light", "dark"];
  /** @type {Record<string, string>} */
  const names = { "": "auto ◐", light: "light ○", dark: "dark ●" };
  /** @param {string} theme */
  const keep = (theme) => {
    try {
      localStorage.setItem("streamspec-theme", theme);
    } catch {
      /* nothing is kept then */
    }
  };
  const kept = () => {
    try {
      return localStorage.getItem("streamspec-theme") ?? "";
    } catch {
      return "";
    }
  };
  /** @param {string} theme */
  const set = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Colours: ${names[theme] ?? "auto"}`;
  };
  set(order.includes(kept()) ? kept() : "");
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(document.documentElement.dataset["theme"] ?? "") + 1) % order.length] ?? "";
    set(next);
    keep(next);
  });
}

start().catch((error) => {
  byId("active").textContent =
    `The heat map cannot be shown: ${error.message}. It needs a browser of 2023 or newer; compatibility.md has it as text.`;
});
