// "What do I catch?": the page of one SDK.

/**
 * @param {Model} model
 * @returns {Child[]}
 */
function sdkIndex(model) {
  return [
    crumbs("SDKs"),
    h("h1", { tabindex: "-1" }, "What do I catch?"),
    h("p", {}, "For each SDK and each kind of failure: the exception, where it is raised, what its fields hold."),
    scroller(
      "SDKs",
      h(
        "table",
        { class: "list" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["SDK", "version", "language", "failures that look like success", "a handler"].map((name) =>
              h("th", { scope: "col" }, name),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          [...model.sdks.values()].map((sdk) => indexLine(model, sdk)),
        ),
      ),
    ),
  ];
}

/**
 * @param {Model} model
 * @param {SdkData} sdk
 */
function indexLine(model, sdk) {
  const { modes, judged } = summed(model.rows.filter((row) => row.sdk === sdk && !isHandler(row)));
  const looks = (modes.get("silent") ?? 0) + (modes.get("fabricated") ?? 0);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: `#/sdk/${escapedPart(sdk.id)}` }, sdk.id)),
    cell("version", `${sdk.package} ${sdk.version}`),
    cell("language", sdk.language),
    cell(
      "failures that look like success",
      sdk.not_run ? "not run" : `${looks.toLocaleString("en")} of ${counted(judged, "trial")}`,
    ),
    cell("a handler", sdk.code.length ? "yes" : ""),
  );
}

/**
 * @param {Model} model
 * @param {SdkData} sdk
 * @returns {Child[]}
 */
function sdkPage(model, sdk) {
  const rows = model.rows.filter((row) => row.sdk === sdk);
  return [
    crumbs(h("a", { href: "#/sdk" }, "SDKs")),
    h("h1", { tabindex: "-1" }, `${sdk.id}: what do I catch?`),
    h(
      "p",
      {},
      `${sdk.package} ${sdk.version}, ${sdk.language}${sdk.runtime ? `, ${sdk.runtime}` : ""}. Everything here was seen in trials of exactly this version. `,
      h("a", { href: overviewAddress({ sdk: sdk.id }) }, "All its trials"),
    ),
    sdk.not_run ? h("p", { class: "note" }, `Not run: ${visible(sdk.not_run)}`) : "",
    whichSurface(sdk, rows),
    seenSection(model, sdk),
    sdk.code.map((code) => handlerSection(code, rows)),
    blindSection(rows),
    waitsSection(sdk),
    sdk.catches.map((caught) => kindSection(model, sdk, caught)),
    sdk.known.length
      ? h(
          "section",
          {},
          h("h2", {}, "Known deviations"),
          h(
            "ul",
            {},
            sdk.known.map((known) =>
              h(
                "li",
                {},
                h("code", {}, known.axis),
                ": ",
                prose(known.reason),
                " ",
                known.link ? outside(known.link, "Link") : "",
              ),
            ),
          ),
        )
      : "",
    pastSection(model, sdk),
  ];
}

/**
 * Counts how one surface, or several, came out.
 *
 * @param {Row[]} rows
 */
function summed(rows) {
  const counts = tally();
  for (const row of rows) for (const trial of row.trials.values()) if (trial.part !== "alike") count(counts, trial);
  return { ...counts, judged: counts.pass + counts.disputed + counts.deviates + counts.fails };
}

/**
 * Shows code around the SDK, how it does, and what it cannot mend.
 *
 * @param {CodeData} code
 * @param {Row[]} rows
 */
function handlerSection(code, rows) {
  const own = rows.filter((row) => code.surfaces.includes(row.surface));
  const { pass, disputed, deviates, fails, judged } = summed(own);
  const others = rows
    .filter((row) => !isHandler(row) && row.family.rows[0] === row)
    .map((row) => ({ row, counts: summed([row]) }))
    .sort((one, other) => other.counts.pass - one.counts.pass);
  const best = others[0];
  /** @type {Map<string, Trial[]>} */
  const missed = new Map();
  for (const trial of own.flatMap((row) => [...row.trials.values()])) {
    for (const check of trial.verdict.checks.filter((check) => check.level !== "may")) {
      const key = `${check.level.toUpperCase()} ${check.axis}`;
      missed.set(key, [...(missed.get(key) ?? []), trial]);
    }
  }
  const list = [...missed].sort(([, one], [, other]) => other.length - one.length);
  /** @param {number} value */
  const number = (value) => value.toLocaleString("en");
  return h(
    "section",
    {},
    h("h2", {}, "A handler that does what can be done"),
    h(
      "p",
      {},
      `An application can write this around the SDK. The suite runs it like any other surface: of ${counted(judged, "trial")} ${number(pass)} pass, ${number(disputed)} differ only where maintainers have ruled otherwise, ${number(deviates)} deviate, ${number(fails)} fail. `,
      best && own[0]
        ? [
            `Of the SDK's own surfaces ${best.row.label} does best: ${number(best.counts.pass)} of ${number(best.counts.judged)} pass. `,
            h("a", { href: comparisonAddress(best.row, own[0]) }, "Case by case"),
          ]
        : "",
    ),
    h("pre", { tabindex: "0", class: "code", "aria-label": code.file }, h("code", {}, visible(code.source, 20000))),
    copier(code.source),
    list.length
      ? [
          h("h3", {}, "What it still misses"),
          h(
            "ul",
            {},
            list.map(([key, trials]) =>
              h(
                "li",
                {},
                h("code", {}, key),
                ` in ${counted(trials.length, "trial")}: `,
                trials
                  .slice(0, 3)
                  .map((trial, place) => [
                    place ? "; " : "",
                    h("a", { href: addressOf(trial) }, visible(trial.case.id, 200)),
                    " ",
                    h("small", { class: "inline" }, visible(trial.case.title, 120)),
                  ]),
                trials.length > 3 ? ` and ${number(trials.length - 3)} more` : "",
              ),
            ),
          ),
        ]
      : "",
  );
}
