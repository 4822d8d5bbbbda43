// A surface by several transports: one row of the heat map, which unfolds to what differs.

/**
 * A surface on one route, with a row for each transport, the first one first.
 *
 * @typedef {object} Family
 * @property {Row[]} rows
 * @property {SdkData} sdk
 * @property {string} surface
 * @property {Way} way
 * @property {Model} model
 * @property {string} label
 * @property {string} name
 * @property {number} place
 * @property {Filters} filters
 * @property {Map<Api, Transports>} told
 */

/**
 * The transports by which something was run, the numbers of trials that came out otherwise by them, and their cases.
 *
 * @typedef {{ all: string[], otherwise: Map<string, number>, cases: Set<Case> }} Transports
 */

/**
 * Collects the rows of each surface on one route.
 *
 * @param {Row[]} rows
 */
function familiesOf(rows) {
  return [...new Set(rows.map((row) => row.family))];
}

/**
 * Says whether something was run by it at all.
 *
 * @param {Trial} trial
 */
function wasRun({ verdict: { status } }) {
  return status !== "unsupported" && status !== "not-run";
}

/**
 * Says whether a trial says something about the SDK.
 *
 * @param {Trial} trial
 */
function isJudged({ verdict: { status } }) {
  return status === "pass" || status === "disputed" || status === "deviates" || status === "fails";
}

/**
 * The trials of a case on a surface by each transport, the first one first.
 *
 * @param {Trial} trial
 */
function byTransport({ row, case: one }) {
  return row.family.rows.flatMap(({ trials }) => trials.get(one.place) ?? []);
}

/**
 * Says whether a trial came to another verdict than the same one by the first transport.
 *
 * @param {Trial} trial
 */
function isTransportDependent(trial) {
  if (trial.part !== "otherwise" || !isJudged(trial)) return false;
  return byTransport(trial).some((other) => other.part === "first" && isJudged(other));
}

/**
 * Says what was run by which transports in one dialect.
 *
 * @param {Family} family
 * @param {Api} api
 */
function transportsOf(family, api) {
  return entry(family.told, api, () => {
    /** @type {Transports} */
    const told = { all: [], otherwise: new Map(), cases: new Set() };
    if (family.rows.length < 2) return told;
    for (const { way, trials } of family.rows) {
      let isRun = false;
      for (const trial of trials.values()) {
        if (trial.case.api !== api) continue;
        isRun ||= wasRun(trial);
        if (trial.part !== "otherwise") continue;
        told.otherwise.set(way.transport, (told.otherwise.get(way.transport) ?? 0) + 1);
        told.cases.add(trial.case);
      }
      if (isRun) told.all.push(way.transport);
    }
    return told;
  });
}

/** @param {string[]} names */
function listedNames(names) {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? "");
}

/**
 * Says below the name of a surface whether its cases came out alike by all transports.
 *
 * @param {Family} family
 * @param {Api} api
 */
function transportsInWords(family, api) {
  const { all, otherwise } = transportsOf(family, api);
  if (all.length < 2) return "";
  const differ = [...otherwise.values()].reduce((sum, number) => sum + number, 0);
  return differ
    ? `⇄ ${counted(differ, "trial")} otherwise on ${listedNames([...otherwise.keys()])}`
    : `the same on ${listedNames(all)}`;
}

/**
 * The rows that a surface unfolds to: one for each transport, with the cases that differ.
 *
 * @param {Family} family
 * @param {Api} api
 * @param {Group[]} groups
 * @param {Filters} filters
 */
function unfoldedRows(family, api, groups, filters) {
  const { cases } = transportsOf(family, api);
  return family.rows.map((row, place) => {
    /** @type {Map<Group, Tally>} */
    const cells = new Map();
    for (const one of cases) {
      const trial = row.trials.get(one.place);
      if (trial && wasRun(trial)) count(entry(cells, one.group, tally), trial);
    }
    if (!cells.size) return "";
    const name = `${family.name} on ${row.way.transport}, what differs`;
    const line = h(
      "th",
      { scope: "row" },
      h("span", { class: "by" }, row.way.transport),
      h("small", {}, "what differs"),
    );
    const only = place ? { mode: "transport-dependent" } : {};
    return h(
      "tr",
      { class: "by-transport" },
      line,
      groups.map((group) => {
        const counts = cells.get(group);
        if (!counts) return h("td", { class: "none" }, "–");
        const href = overviewAddress({ ...row.filters, group: group.name, ...only });
        return heatCell(`${name}, ${group.about}`, counts, href, filters["numbers"] === "1");
      }),
    );
  });
}

/**
 * Says of a trial what the same one came to by other transports, in short.
 *
 * @param {Trial} trial
 */
function transportNote(trial) {
  const others =
    trial.variant === WRITTEN ? byTransport(trial).filter((other) => other !== trial && wasRun(other)) : [];
  if (!others.length || !wasRun(trial)) return "";
  const alike = trial.part === "first" ? others.filter((other) => other.part === "alike") : [];
  const unlike = trial.part === "first" ? others.filter((other) => other.part === "otherwise") : others.slice(0, 1);
  return h(
    "small",
    {},
    alike.length ? `the same on ${listedNames(alike.map(({ row }) => row.way.transport))} ` : "",
    trial.part === "alike" ? `the same on ${others[0]?.row.way.transport ?? ""}` : unlike.map(transportLink),
  );
}

/** @param {Trial} other */
function transportLink(other) {
  const mark = statusMark(statusOf(other), other.verdict.mode);
  return ["⇄ ", h("a", { href: addressOf(other) }, `on ${other.row.way.transport}`), ": ", mark, " "];
}

/**
 * Says on the page of a trial what the same one came to by each other transport.
 *
 * @param {Trial} trial
 */
function besideTransports(trial) {
  const others = trial.variant === WRITTEN ? byTransport(trial).filter((other) => other !== trial) : [];
  if (!others.length) return "";
  const isAlike = [trial, ...others].every((one) => one.part !== "otherwise" && wasRun(one));
  return h(
    "p",
    { class: "transports" },
    isAlike ? "The same on " : `On ${trial.row.way.transport} here. `,
    isAlike
      ? others.map((other, place) => [
          place ? (place === others.length - 1 ? " and " : ", ") : "",
          h("a", { href: addressOf(other) }, other.row.way.transport),
        ])
      : others.map(transportLink),
    isAlike ? "." : "",
  );
}

/**
 * Names trials of one case that came out alike: each surface once, with its transports where there are several.
 *
 * @param {Trial[]} same
 */
function surfaceLinks(same) {
  /** @type {Map<Family, Trial[]>} */
  const families = new Map();
  for (const trial of same) entry(families, trial.row.family, () => []).push(trial);
  return [...families].map(([family, trials], place) => [
    place ? ", " : "",
    trials.length === 1
      ? trials.map((trial) => h("a", { href: addressOf(trial) }, trial.row.label))
      : [
          `${family.label} on `,
          trials.map((trial, number) => [
            number ? (number === trials.length - 1 ? " and " : ", ") : "",
            h("a", { href: addressOf(trial) }, trial.row.way.transport),
          ]),
        ],
  ]);
}
