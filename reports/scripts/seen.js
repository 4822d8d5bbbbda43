// "What do I catch?" in one table for each dialect: a row for each surface, a column for each thing that breaks.

/** @typedef {import('./data').SeenRow} SeenRow */
/** @typedef {import('./data').SeenCell} SeenCell */
/** @typedef {import('./data').SeenWay} SeenWay */

/**
 * Answers the page's question by dialect and surface; the sections below have all fields.
 *
 * @param {Model} model
 * @param {SdkData} sdk
 */
function seenSection(model, sdk) {
  if (!sdk.seen.length) return "";
  const apis = [...new Set(sdk.seen.map(({ api }) => api))];
  return h(
    "section",
    { class: "seen" },
    h("h2", {}, "What do I catch, in short"),
    h(
      "p",
      {},
      "The class of what is raised, the values of its status with the way to each, and in how many trials. Surfaces that show the same share a row.",
    ),
    apis.map((api) => {
      const rows = sdk.seen.filter((row) => row.api === api);
      const kinds = CATCH_KINDS.filter((kind) => rows.some(({ cells }) => cells.some((one) => one.kind === kind)));
      return [
        h("h3", {}, api),
        scroller(
          `What is caught in ${api}`,
          h(
            "table",
            { class: "list catches" },
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                h("th", { scope: "col" }, "surface"),
                kinds.map((kind) => h("th", { scope: "col" }, KINDS[kind][0])),
              ),
            ),
            h(
              "tbody",
              {},
              rows.map((row) => seenLine(model, sdk, row, kinds)),
            ),
          ),
        ),
      ];
    }),
  );
}

/** @type {SeenCell["kind"][]} */
const CATCH_KINDS = ["in-band", "cut", "clean-end", "stall", "malformed", "http"];

/**
 * @param {Model} model
 * @param {SdkData} sdk
 * @param {SeenRow} row
 * @param {SeenCell["kind"][]} kinds
 */
function seenLine(model, sdk, row, kinds) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, row.surfaces.join(", ")),
    kinds.map((kind) => {
      const found = row.cells.find((one) => one.kind === kind);
      if (!found) return cell(KINDS[kind][0], "–");
      return cell(
        KINDS[kind][0],
        h(
          "ul",
          { class: "plain" },
          found.ways.map((way) => h("li", {}, seenWay(model, sdk, row, way))),
          found.more ? h("li", {}, `and ${counted(found.more, "other way")}`) : "",
        ),
      );
    }),
  );
}

/**
 * @param {Model} model
 * @param {SdkData} sdk
 * @param {SeenRow} row
 * @param {SeenWay} way
 * @returns {Child}
 */
function seenWay({ defaults }, sdk, row, way) {
  const { route, transport } = defaults;
  const parts = { sdk: sdk.id, surface: at(row.surfaces, 0), case: way.example, variant: WRITTEN, route, transport };
  const { most, more } = way.values;
  // A caller who looks at the stop reason can tell that the answer is not complete.
  const isEmpty = !more && most.every(({ label }) => label === "empty");
  /** @type {Record<string, Child>} */
  const ends = {
    raised: h("code", {}, visible(way.class)),
    "error-item": [h("code", {}, visible(way.class)), " as an item"],
    returned: isEmpty ? h("b", { class: "deviates" }, "△ no exception") : h("b", { class: "fails" }, "✗ no exception"),
    aborted: "says it was aborted",
    hang: h("b", { class: "fails" }, "✗ no answer"),
    crash: h("b", { class: "fails" }, "✗ a crash"),
  };
  const of = way.class ? "status" : way.ended === "returned" ? "stop reason" : "";
  const told = most.map(({ label }) => (label === "no such field" ? `no ${of}` : `${of} ${visible(label, 60)}`));
  if (more) told.push(counted(more, "other value"));
  const named = of ? told.join(", ").replaceAll(`, ${of} `, ", ") : "";
  return [
    h(
      "a",
      { href: addressWith("trial", { ...parts, variant: "", route: "", transport: "" }) },
      ends[way.ended] ?? visible(way.ended),
    ),
    ` ×${way.trials.toLocaleString("en")}`,
    h("small", {}, [named, SITES[way.site]].filter(Boolean).join("; ")),
  ];
}
