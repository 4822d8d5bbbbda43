// The heat map of surfaces by groups of cases, with its rows and columns.

/**
 * Numbers of trials by status, and apart from these by status and by mode.
 *
 * @typedef {object} Tally
 * @property {number} pass
 * @property {number} disputed
 * @property {number} deviates
 * @property {number} fails
 * @property {number} cut
 * @property {Map<Status, number>} notJudged
 * @property {Map<Mode, number>} modes
 */

/** @typedef {{ row: string | null, group: string | null, transports: string | null }} Open */

/** @returns {Tally} */
function tally() {
  return { pass: 0, disputed: 0, deviates: 0, fails: 0, cut: 0, notJudged: new Map(), modes: new Map() };
}

/**
 * Finds what a map has under a key, which is made where it is not there yet.
 *
 * @template K, V
 * @param {Map<K, V>} map
 * @param {K} key
 * @param {() => V} made
 */
function entry(map, key, made) {
  const value = map.get(key) ?? made();
  map.set(key, value);
  return value;
}

/**
 * @param {Tally} into
 * @param {Trial} trial
 */
function count(into, trial) {
  const { status: came, mode } = trial.verdict;
  if (trial.variant !== WRITTEN) into.cut += came === "fails" ? 1 : 0;
  else if (came === "pass" || came === "disputed" || came === "deviates" || came === "fails") into[came] += 1;
  else into.notJudged.set(came, (into.notJudged.get(came) ?? 0) + 1);
  if (mode && trial.variant === WRITTEN) into.modes.set(mode, (into.modes.get(mode) ?? 0) + 1);
}

/**
 * Makes a cell in two lines: numbers behind their marks, and the worst kind of failure in words.
 *
 * @param {Tally} counts
 */
function tallyLines(counts) {
  const worst = MODES.find((mode) => counts.modes.has(mode));
  /** @type {Child[]} */
  const marks = [];
  /**
   * @param {string} name
   * @param {string} sign
   * @param {number} number
   */
  const mark = (name, sign, number) =>
    number &&
    marks.push(
      h(
        "span",
        { class: name },
        h("span", { "aria-hidden": "true" }, sign),
        number,
        h("span", { class: "spoken" }, ` ${name} `),
      ),
    );
  mark("pass", "✓", counts.pass);
  mark("disputed", "◇", counts.disputed);
  mark("deviates", "△", counts.deviates);
  mark("fails", "✗", counts.fails);
  const lines = [h("span", { class: "marks" }, marks)];
  if (worst) lines.push(h("span", { class: "fails" }, `${counts.modes.get(worst)} ${worst}`));
  if (counts.cut)
    lines.push(
      h(
        "span",
        { class: "cut-dependent" },
        h("span", { "aria-hidden": "true" }, "✂"),
        ` ${counts.cut}`,
        h("span", { class: "spoken" }, " cut-dependent"),
      ),
    );
  for (const [name, number] of counts.notJudged) lines.push(h("span", { class: "notJudged" }, `[${number} ${name}]`));
  return lines;
}

/**
 * Makes one table for each API: its surfaces by its groups.
 *
 * @param {Model} model
 * @param {Trial[]} found
 * @param {Filters} filters
 * @param {Open} open
 * @param {() => void} again
 * @returns {Child[]}
 */
function matrices(model, found, filters, open, again) {
  /** @type {Map<Api, Map<Family, Map<string, Tally>>>} */
  const cells = new Map();
  // A case counts once for each surface, by the first transport by which it was found.
  /** @type {Map<Family, Set<Case>>} */
  const counted = new Map();
  for (const trial of found) {
    const { family } = trial.row;
    if (family.rows.length > 1 && trial.variant === WRITTEN) {
      const before = entry(counted, family, () => new Set());
      if (before.has(trial.case)) continue;
      before.add(trial.case);
    }
    const { api, name } = trial.case.group;
    const ofApi = entry(cells, api, () => new Map());
    const ofRow = entry(ofApi, family, () => new Map());
    count(entry(ofRow, name, tally), trial);
  }
  if (!cells.size) return [h("p", {}, "No trial fits these filters.")];
  const tables = [...cells].flatMap(([api, rows]) => matrix(model, api, rows, found, filters, open, again));
  const map = h("div", {}, dialects([...cells].map(([api, rows]) => [api, rows.size])), ...tables);
  return filters["numbers"] === "1" ? [map] : [map, tellsNumbers(map)];
}

/**
 * Leads to the table of each dialect, where there are several.
 *
 * @param {[api: Api, surfaces: number][]} all
 */
function dialects(all) {
  if (all.length < 2) return "";
  const leads = all.map(([api, surfaces]) => {
    const onclick = () => document.getElementById(`matrix-${api}`)?.scrollIntoView();
    return h("button", { type: "button", onclick }, api, h("small", { class: "inline" }, ` ${surfaces}`));
  });
  return h("nav", { class: "dialects", "aria-label": "Dialects, each with its number of surfaces" }, leads);
}

/**
 * @param {Model} model
 * @param {Api} api
 * @param {Map<Family, Map<string, Tally>>} rows
 * @param {Trial[]} found
 * @param {Filters} filters
 * @param {Open} open
 * @param {() => void} again
 */
function matrix(model, api, rows, found, filters, open, again) {
  const used = new Set([...rows.values()].flatMap((ofRow) => [...ofRow.keys()]));
  const groups = [...model.groups.values()].filter((group) => used.has(group.name));
  /**
   * @param {keyof Open} key
   * @param {string} value
   */
  const toggle = (key, value) => {
    open[key] = open[key] === value ? null : value;
    again();
    document.getElementById(`open-${key}-${api}-${value}`)?.focus();
  };
  /**
   * @param {keyof Open} key
   * @param {string} value
   * @param {string} text
   * @param {string} what
   * @param {string} [label]
   */
  const opener = (key, value, text, what, label = text) =>
    h(
      "button",
      {
        type: "button",
        class: "opener",
        id: `open-${key}-${api}-${value}`,
        "aria-expanded": String(open[key] === value),
        "aria-label": `${text}: ${what}`,
        onclick: () => toggle(key, value),
      },
      h("span", { "aria-hidden": "true" }, open[key] === value ? "▾ " : "▸ "),
      label,
    );
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "surface"),
    groups.map((group) => h("th", { scope: "col" }, opener("group", group.name, group.about, "its cases"))),
  );
  /** @type {SdkData | null} */
  let last = null;
  const body = [...rows]
    .sort(([one], [other]) => one.place - other.place)
    .flatMap(([row, ofRow]) => {
      const { sdk } = row;
      const first =
        sdk === last
          ? []
          : [
              h(
                "tr",
                { class: "sdk" },
                h(
                  "th",
                  { scope: "rowgroup", colspan: groups.length + 1 },
                  h(
                    "span",
                    { class: "stay" },
                    h("a", { href: `#/sdk/${escapedPart(sdk.id)}` }, sdk.id),
                    h(
                      "small",
                      { class: "inline" },
                      ` ${sdk.package ?? ""} ${sdk.version ?? ""}, ${sdk.language ?? ""}`,
                    ),
                  ),
                ),
              ),
            ];
      last = sdk;
      const words = transportsInWords(row, api);
      const differs = transportsOf(row, api).otherwise.size > 0;
      const line = h(
        "tr",
        {},
        h(
          "th",
          { scope: "row" },
          opener("row", row.name, row.name, "its trials", row.label),
          isHandler(row) ? h("small", {}, "code around the SDK") : "",
          !words || filters.transport
            ? ""
            : differs
              ? opener("transports", row.name, `${row.name}, ${words}`, "what differs", words)
              : h("small", {}, words),
        ),
        groups.map((group) => {
          const counts = ofRow.get(group.name);
          if (!counts) return h("td", { class: "none" }, "–");
          const href = overviewAddress({
            ...filters,
            ...row.filters,
            transport: filters.transport || row.filters.transport,
            group: group.name,
            page: "",
          });
          return heatCell(`${row.name}, ${group.about}`, counts, href, filters["numbers"] === "1");
        }),
      );
      const unfolded =
        differs && open.transports === row.name && !filters.transport ? unfoldedRows(row, api, groups, filters) : [];
      if (open.row !== row.name) return [...first, line, ...unfolded];
      const own = found.filter((trial) => trial.row.family === row && trial.case.api === api);
      return [
        ...first,
        line,
        ...unfolded,
        h(
          "tr",
          { class: "opened" },
          h("td", { colspan: groups.length + 1 }, trialList(own, {}, null, `Trials of ${row.name}`)),
        ),
      ];
    });
  const opened = groups.find((group) => group.name === open.group);
  return [
    h("h3", { id: `matrix-${api}` }, api),
    scroller(`Heat map of ${api}`, h("table", { class: "matrix" }, h("thead", {}, head), h("tbody", {}, body))),
    opened
      ? caseGrid(
          opened,
          [...rows.keys()].sort((one, other) => one.place - other.place),
          found,
        )
      : "",
  ];
}

/**
 * Shows the cases of one group by surfaces.
 *
 * @param {Group} group
 * @param {Family[]} rows
 * @param {Trial[]} found
 */
function caseGrid(group, rows, found) {
  /** @type {Map<Case, Map<Family, Trial[]>>} */
  const lines = new Map();
  for (const trial of found) {
    if (trial.case.group !== group) continue;
    const all = entry(lines, trial.case, () => new Map());
    entry(all, trial.row.family, () => []).push(trial);
  }
  const cases = [...lines.keys()].sort((one, other) => one.place - other.place);
  /** @param {Case} one */
  const line = (one) =>
    h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        h("a", { href: `#/case/${escapedPart(one.id)}` }, one.within),
        h("small", {}, visible(one.title, 200)),
      ),
      rows.map((row) =>
        h(
          "td",
          {},
          (lines.get(one)?.get(row) ?? []).map((trial) =>
            h(
              "a",
              { href: addressOf(trial), title: visible(because(trial), 300) },
              statusMark(statusOf(trial), trial.verdict.mode),
              trial.variant === WRITTEN ? "" : ` ${trial.variant}`,
              trial.part === "otherwise" ? ` on ${trial.row.way.transport}` : "",
            ),
          ),
        ),
      ),
    );
  return h(
    "div",
    { class: "opened-group" },
    h("h4", {}, `Cases of ${group.name}`),
    paged(cases, (part) =>
      scroller(
        `Cases of ${group.name}`,
        h(
          "table",
          { class: "grid" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, "case"),
              rows.map((row) => h("th", { scope: "col" }, row.name)),
            ),
          ),
          h("tbody", {}, part.map(line)),
        ),
      ),
    ),
  );
}
