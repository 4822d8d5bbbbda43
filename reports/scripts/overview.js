// The overview: how the fleet splits, filters, the heat map and the list of trials.

/**
 * @param {Model} model
 * @param {(changed: Filters) => void} change
 */
function createOverview(model, change) {
  const controls = createFilters(model, change);
  byId("split").append(...nodes(fleetSplit(model)));
  byId("key").append(shareLegend());
  const numbers = byId("numbers");
  numbers.addEventListener("click", () => change({ numbers: numbers.ariaPressed === "true" ? "" : "1" }));
  /** @type {Open} */
  const open = { row: null, group: null, transports: null };

  /** @param {Filters} filters */
  function render(filters) {
    controls.show(filters);
    numbers.ariaPressed = String(filters["numbers"] === "1");
    const { found, alike } = filtered(model, filters);
    byId("active").replaceChildren(...nodes(activeFilters(filters, found.length, model.trials.length, alike)));
    byId("matrix").replaceChildren(...nodes(matrices(model, found, filters, open, () => render(filters))));
    byId("trials").replaceChildren(trialList(found, filters, change));
  }

  return { render, focusSearch: controls.focusSearch };
}

/**
 * @param {Model} model
 * @param {(changed: Filters) => void} change
 */
function createFilters(model, change) {
  const rows = [...model.rows];
  /** @type {Record<string, string[]>} */
  const values = {
    api: [...new Set(model.cases.map((one) => one.api))],
    language: [...new Set(rows.map((row) => row.sdk.language).filter(Boolean))].sort(),
    sdk: [...new Set(rows.map((row) => row.sdk.id))],
    route: [...model.routes],
    transport: [...model.transports],
    group: [...model.groups.keys()],
    level: ["must", "should", "may"],
    verdict: Object.keys(STATUSES),
    mode: [...MODES, "contradictory", ...(model.transports.size > 1 ? ["transport-dependent"] : [])],
  };
  /** @type {Record<string, string>} */
  const names = { api: "API", sdk: "SDK", level: "Broken level", mode: "Kind of failure" };
  /** @type {Map<string, HTMLSelectElement>} */
  const selects = new Map();
  // Where there is one way only, there is nothing to choose.
  const offered = FILTERS.filter((key) => !["route", "transport"].includes(key) || (values[key] ?? []).length > 1);
  for (const key of offered) {
    const options = (values[key] ?? []).map((value) => h("option", { value }, value));
    const select = h("select", { id: `filter-${key}` }, h("option", { value: "" }, "all"), options);
    select.addEventListener("change", () => change({ [key]: select.value, page: "" }));
    selects.set(key, select);
  }
  const search = h("input", { type: "search", id: "search", placeholder: "case, title, SDK", autocomplete: "off" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ q: search.value, page: "" }), 150);
  });
  const form = byId("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.append(
    h("label", { for: "search", class: "wide" }, "Search", search),
    ...[...selects].map(([key, select]) =>
      h("label", { for: select.id }, names[key] ?? key.slice(0, 1).toUpperCase() + key.slice(1), select),
    ),
  );
  return {
    focusSearch: () => search.focus(),
    /** @param {Filters} filters */
    show(filters) {
      for (const [key, select] of selects) select.value = filters[key] ?? "";
      if (document.activeElement !== search) search.value = filters["q"] ?? "";
    },
  };
}

/**
 * @param {Filters} filters
 * @param {number} found
 * @param {number} all
 * @param {number} alike
 * @returns {Child[]}
 */
function activeFilters(filters, found, all, alike) {
  const set = [...FILTERS, "surface", "case", "q"].filter((key) => filters[key]);
  /** @param {string} key */
  const without = (key) => overviewAddress({ ...filters, [key]: "", page: "" });
  return [
    `${counted(found, "trial")} of ${all.toLocaleString("en")}`,
    alike ? `, and ${alike.toLocaleString("en")} that came out the same by another transport` : "",
    ...set.map((key) =>
      h(
        "a",
        { class: "chip", href: without(key), "aria-label": `Remove the filter ${key} ${filters[key]}` },
        `${key}: ${visible(filters[key], 60)} ×`,
      ),
    ),
    set.length > 1 ? h("a", { class: "chip", href: "#/" }, "remove all ×") : "",
  ];
}
