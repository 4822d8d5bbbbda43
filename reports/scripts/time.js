// Where the time of a run went: the page of all SDKs, and what held the run back.

/** @typedef {import('./data').SdkTimes} SdkTimes */

/** @param {number} milliseconds */
function inSeconds(milliseconds) {
  return `${(milliseconds / 1000).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`;
}

/** @param {number | null} milliseconds */
const secondsOr = (milliseconds) => (milliseconds === null ? "–" : inSeconds(milliseconds));

/**
 * @param {Model} model
 * @returns {Child[]}
 */
function timePage(model) {
  const { ended, sdks, longest } = model.times;
  const sum = (/** @type {(one: SdkTimes) => number | null} */ of) =>
    sdks.reduce((all, one) => all + (of(one) ?? 0), 0);
  const [calls, underWay, waiting] = [sum((one) => one.calls), sum((one) => one.under_way), sum((one) => one.waiting)];
  const [last, second] = sdks;
  const after = last?.span && second?.span ? last.span.last - second.span.last : 0;
  return [
    crumbs("Time"),
    h("h1", { tabindex: "-1" }, "Where the time goes"),
    sdks.length
      ? h(
          "p",
          {},
          ended === null
            ? "The records do not say when calls ended, or are of several runs, so there is no length of the run. "
            : `The last answer came ${inSeconds(ended)} after the first SDK was started. `,
          `${counted(calls, "call")} took ${inSeconds(underWay)}, many of them at once`,
          sdks.some((one) => one.waiting !== null)
            ? `; for ${inSeconds(waiting)} of that the cases make a correct client wait: pauses, timeouts and delays. `
            : ". ",
          last && after > 0 ? [h("b", {}, last.sdk), ` ended ${inSeconds(after)} after every other SDK. `] : "",
          "Wall time on one machine: it says as much about that as about the SDKs. Controls that were not repeated are in no number of calls.",
        )
      : h("p", {}, "No call was made."),
    sdks.length ? [h("h2", {}, "By SDK"), timeLegend(), timeTable(model)] : "",
    longest.length ? [h("h2", {}, "The longest calls"), longestTable(model)] : "",
  ];
}

/** Says what the fillings of the strips mean. */
const timeLegend = () =>
  keyOfFillings([
    ["written", "calls under way"],
    ["disputing", "their part of waiting that cases ask for"],
    ["quiet", "the rest: controls, earlier attempts, starts, the suite's own work"],
  ]);

/** @param {Model} model */
function timeTable({ times: { ended, sdks } }) {
  const most = ended ?? Math.max(...sdks.map((one) => one.under_way));
  const columns = ["SDK", "set-up", "start", "calls", "under way", "waiting", "again", "the rest", "ended at", ""];
  /** @param {SdkTimes} one */
  const line = (one) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("a", { href: `#/sdk/${escapedPart(one.sdk)}` }, one.sdk)),
      cell("set-up", secondsOr(one.set_up)),
      cell("start", secondsOr(one.start)),
      cell("calls", one.calls.toLocaleString("en")),
      cell("under way", inSeconds(one.under_way)),
      cell("waiting", secondsOr(one.waiting)),
      cell("again", inSeconds(one.again)),
      cell("the rest", secondsOr(one.span && one.span.rest)),
      cell("ended at", secondsOr(one.span && one.span.last)),
      cell("", timeStrip(one, most)),
    );
  return scroller(
    "Time by SDK",
    h(
      "table",
      { class: "list times" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map((name) => h("th", { scope: "col" }, name || h("span", { class: "spoken" }, "in proportion"))),
        ),
      ),
      h("tbody", {}, sdks.map(line)),
    ),
  );
}

/**
 * Draws the stretch of an SDK on that of the run; where that is not recorded, the sum of its calls beside the largest one.
 *
 * @param {SdkTimes} one
 * @param {number} most
 */
function timeStrip({ under_way: underWay, waiting, span }, most) {
  const share = waiting !== null && underWay ? waiting / underWay : 0;
  const [from, length] = span ? [span.first, span.last - span.first] : [0, underWay];
  const busy = length - (span?.rest ?? 0);
  /** @type {[string, number][]} */
  const parts = [
    ["written", busy * (1 - share)],
    ["disputing", busy * share],
    ["quiet", length - busy],
  ];
  let x = from;
  return picture(
    "strip",
    "",
    {},
    parts.map(([name, width]) => {
      const part = svg("rect", { class: name, x: percent(x / most), width: percent(width / most), height: "100%" });
      x += width;
      return width ? part : "";
    }),
    svg("rect", { class: "frame", x: percent(from / most), width: percent(length / most), height: "100%" }),
  );
}

/** @param {Model} model */
function longestTable(model) {
  /** @param {TrialParts} trial */
  const surface = ({ sdk, surface, route, transport }) => {
    const isOf = (/** @type {Row} */ row) =>
      row.sdk.id === sdk && row.surface === surface && row.way.route === route && row.way.transport === transport;
    return model.rows.find(isOf)?.name ?? sdk;
  };
  return scroller(
    "The longest calls",
    h(
      "table",
      { class: "list" },
      headOf(["trial", "took", "of that the case asks for"]),
      h(
        "tbody",
        {},
        model.times.longest.map(({ trial, took, asks }) =>
          h(
            "tr",
            {},
            h(
              "td",
              {},
              h("a", { href: addressOfParts(model, trial) }, trial.case),
              trial.variant === WRITTEN ? "" : ` as ${trial.variant}`,
              h("small", {}, surface(trial)),
            ),
            cell("took", inSeconds(took)),
            cell("of that the case asks for", secondsOr(asks === null ? null : Math.min(asks, took))),
          ),
        ),
      ),
    ),
  );
}
