// "Which surface should I use?": the surfaces of an SDK beside each other, the least harmful first.

/**
 * A surface in one dialect, or several that came out alike.
 *
 * @typedef {{ rows: Family[], counts: Tally }} Choice
 */

/**
 * The harm of a surface, as parts of its trials: what looks complete first, then what ends in no answer or in a crash, then all
 * that fails, then what deviates.
 *
 * @param {Tally} counts
 */
function harm(counts) {
  const all = judgedOf(counts);
  if (!all) return [Infinity];
  const without = (counts.modes.get("hang") ?? 0) + (counts.modes.get("crash") ?? 0);
  return [hidden(counts), without, counts.fails, counts.deviates].map((number) => number / all);
}

/**
 * @param {Choice} one
 * @param {Choice} other
 */
function byHarm(one, other) {
  const [mine, its] = [harm(one.counts), harm(other.counts)];
  const place = mine.findIndex((part, number) => part !== its[number]);
  return place < 0 ? 0 : at(mine, place) - at(its, place);
}

/**
 * Collects the surfaces of an SDK by dialect; those that came out alike are one choice.
 *
 * @param {Row[]} rows
 */
function choices(rows) {
  /** @type {Map<Api, Map<string, Choice>>} */
  const dialects = new Map();
  for (const row of familiesOf(rows)) {
    /** @type {Map<Api, Tally>} */
    const ofRow = new Map();
    // Of what came out the same by several transports one counts.
    for (const { trials } of row.rows)
      for (const trial of trials.values())
        if (trial.part !== "alike") count(entry(ofRow, trial.case.api, tally), trial);
    for (const [api, counts] of ofRow) {
      const { pass, disputed, deviates, fails } = counts;
      const key = JSON.stringify([
        pass,
        disputed,
        deviates,
        fails,
        [...counts.modes].sort(),
        isHandler(row),
        isDirect(row),
        transportsInWords(row, api),
      ]);
      entry(
        entry(dialects, api, () => new Map()),
        key,
        () => ({ rows: [], counts }),
      ).rows.push(row);
    }
  }
  return new Map([...dialects].map(([api, ofApi]) => [api, [...ofApi.values()].sort(byHarm)]));
}

/**
 * Answers the question for each dialect, with a warning where a surface lets a failure look like a completion.
 *
 * @param {SdkData} sdk
 * @param {Row[]} rows
 */
function whichSurface(sdk, rows) {
  if (!rows.length) return "";
  return h(
    "section",
    { class: "which" },
    h("h2", {}, "Which surface should I use?"),
    h(
      "p",
      {},
      "Ways of using the SDK, each tried by itself, the least harmful first. What counts most is that no failure looks complete; then that the call ends, then what else fails, over the trials of this report.",
    ),
    shareLegend(),
    [...choices(rows)].map(([api, all]) => dialectChoice(sdk, api, all)),
  );
}

/**
 * @param {SdkData} sdk
 * @param {Api} api
 * @param {Choice[]} all
 */
function dialectChoice(sdk, api, all) {
  const own = all.filter(({ rows: [row], counts }) => row && !isHandler(row) && isDirect(row) && judgedOf(counts));
  const [best] = own;
  const silent = own.filter(({ counts }) => hidden(counts));
  /** @param {Choice} choice */
  const names = ({ rows }) =>
    rows.map((row, place) => [place ? (place === rows.length - 1 ? " or " : ", ") : "", h("code", {}, row.label)]);
  const columns = ["surface", "what it is", "how its trials come out", "pass", "deviates", "fails"];
  /** @param {Choice} choice */
  const line = (choice) => {
    const { rows, counts } = choice;
    const first = at(rows, 0);
    /**
     * @param {number} number
     * @param {Filters} filters
     */
    const link = (number, filters) =>
      h("a", { href: overviewAddress({ ...first.filters, api, ...filters }) }, number.toLocaleString("en"));
    const worst = MODES.find((mode) => counts.modes.has(mode));
    const looks = hidden(counts);
    return h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        choice === best && own.length > 1 ? h("b", { class: "pass" }, "★ ") : "",
        rows.map((row, place) => [place ? ", " : "", row.label]),
        isHandler(first) ? h("small", {}, "code around the SDK, below") : "",
        h("small", {}, transportsInWords(first, api)),
      ),
      cell(at(columns, 1), h("code", {}, visible(sdk.calls[first.surface] ?? "–", 300))),
      cell(
        at(columns, 2),
        shareBar(counts, inWords(counts)),
        looks
          ? h(
              "b",
              { class: "fails warning" },
              `⚠ ${looks.toLocaleString("en")} ${looks === 1 ? "looks" : "look"} complete`,
            )
          : "",
      ),
      cell(at(columns, 3), link(counts.pass, { verdict: "pass" }), ` of ${judgedOf(counts).toLocaleString("en")}`),
      cell(at(columns, 4), link(counts.deviates, { verdict: "deviates" })),
      cell(
        at(columns, 5),
        link(counts.fails, { verdict: "fails" }),
        worst ? ` (${counts.modes.get(worst)} ${worst})` : "",
      ),
    );
  };
  return [
    h("h3", {}, api),
    best
      ? h(
          "p",
          { class: "answer" },
          own.length > 1 ? ["Use ", names(best), ". "] : ["There is one way: ", names(best), ". "],
          hidden(best.counts)
            ? h("b", { class: "fails" }, `⚠ Even there ${lookComplete(best.counts)}. `)
            : "No failure looks complete there. ",
          silent.length && silent.some((choice) => choice !== best)
            ? [
                h("b", { class: "fails" }, "⚠ Beware of "),
                silent
                  .filter((choice) => choice !== best)
                  .map((choice, place) => [place ? "; " : "", names(choice), `: ${lookComplete(choice.counts)}`]),
                ".",
              ]
            : "",
        )
      : h("p", {}, "No trial of it says anything."),
    scroller(
      `Surfaces in ${api}`,
      h(
        "table",
        { class: "list" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            columns.map((name) => h("th", { scope: "col" }, name)),
          ),
        ),
        h("tbody", {}, all.map(line)),
      ),
    ),
  ];
}

/**
 * @param {Tally} counts
 */
function lookComplete(counts) {
  const looks = hidden(counts);
  const verb = looks === 1 ? "looks" : "look";
  return `${looks.toLocaleString("en")} of ${counted(judgedOf(counts), "trial")} ${verb} complete although the answer broke`;
}

/**
 * Says whether nothing stands between the SDK and the server.
 *
 * @param {Row | Family} row
 */
function isDirect({ way, model }) {
  return way.route === model.defaults.route;
}
