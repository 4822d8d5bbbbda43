// The history of an SDK: a strip of its releases by group of cases, what each fixed and broke, and since when there is what is found.

/** @typedef {import('./data').Past} Past */
/** @typedef {import('./data').PastRelease} PastRelease */
/** @typedef {import('./data').PastGroup} PastGroup */

/** The size of a column of the strip, in pixels. */
const PAST = { width: 14, height: 32 };

/**
 * Shows the history of an SDK, where there is one.
 *
 * @param {Model} model
 * @param {SdkData} sdk
 * @returns {Child}
 */
function pastSection(model, sdk) {
  const past = model.past.find((one) => one.sdk === sdk.id);
  if (!past) return "";
  const run = past.releases.filter((release) => release.not_run === null);
  const changed = past.releases.filter((release) => release.changes.length > 0).reverse();
  return h(
    "section",
    { class: "past" },
    h("h2", {}, "Its history"),
    h(
      "p",
      {},
      `${counted(run.length, "release")} on ${counted(past.cases, "case")}, each with what it depended on when it was released. In a column the dark part below are trials that fail, the grey part above it those that deviate. ▲ stands above releases in which trials of the group came out better than in the one before, ▼ above those in which some came out worse.`,
    ),
    pastStrip(past),
    past.since.length
      ? [
          h("h3", {}, "Since when"),
          h(
            "ul",
            {},
            past.since.map(({ kind, version, or_earlier: orEarlier }) =>
              h(
                "li",
                {},
                h("a", { href: overviewAddress({ sdk: sdk.id, mode: kind }) }, kind),
                ` since ${visible(version)}${orEarlier ? ", the first that was run, or earlier" : ""}`,
              ),
            ),
          ),
        ]
      : "",
    h("h3", {}, "What releases changed"),
    changed.length ? changed.map(pastChanges) : h("p", {}, "None of them changed what a trial comes to."),
    past.releases
      .filter((release) => release.not_run !== null)
      .map((release) =>
        h("p", { class: "note" }, `${visible(release.version)} was not run: ${visible(release.not_run, 300)}`),
      ),
  );
}

/**
 * Draws the strip: a row for each group, a column for each release.
 *
 * @param {Past} past
 */
function pastStrip(past) {
  return scroller(
    "Releases by group",
    h(
      "table",
      { class: "strip" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, "group"),
          past.releases.map(({ version }) => h("th", { scope: "col" }, h("span", {}, visible(version, 30)))),
        ),
      ),
      h(
        "tbody",
        {},
        past.groups.map((group, place) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, visible(group, 60)),
            past.releases.map((release) => pastCell(release, release.groups[place])),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {PastRelease} release
 * @param {PastGroup | undefined} group
 */
function pastCell(release, group) {
  if (!group) return h("td", {}, h("span", { class: "spoken" }, `${visible(release.version)} was not run`), "–");
  const { pass, deviates, fails, better, worse } = group;
  const all = pass + deviates + fails;
  if (!all) return h("td", {}, h("span", { class: "spoken" }, "no trial"));
  const moved = [better ? `${better} better` : "", worse ? `${worse} worse` : ""].filter(Boolean).join(", ");
  const words = `${fails} fail, ${deviates} deviate, ${pass} pass${moved ? `; ${moved}` : ""}`;
  return h(
    "td",
    { title: `${visible(release.version)}: ${words}` },
    h("span", { class: "moved", "aria-hidden": "true" }, better ? "▲" : "", worse ? "▼" : ""),
    pastBar(fails / all, deviates / all),
    h("span", { class: "spoken" }, words),
  );
}

/**
 * Draws a column of which two parts are filled, from below.
 *
 * @param {number} fails
 * @param {number} deviates
 */
function pastBar(fails, deviates) {
  const { width, height } = PAST;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  /** @type {[string, number, number][]} */
  const parts = [
    ["bar-pass", 0, 1],
    ["bar-deviates", 1 - fails - deviates, deviates],
    ["bar-fails", 1 - fails, fails],
  ];
  const size = { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" };
  for (const [name, value] of Object.entries(size)) svg.setAttribute(name, String(value));
  for (const [name, top, share] of parts) {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const place = { class: name, x: 0, y: top * height, width, height: share * height };
    for (const [key, value] of Object.entries(place)) rect.setAttribute(key, String(value));
    svg.append(rect);
  }
  return svg;
}

/**
 * Lists what a release changed.
 *
 * @param {PastRelease} release
 */
function pastChanges(release) {
  /** @type {Map<string, number>} */
  const kinds = new Map();
  for (const { kind, trials } of release.changes) kinds.set(kind, (kinds.get(kind) ?? 0) + trials);
  const numbers = [...kinds].map(([kind, trials]) => `${trials.toLocaleString("en")} ${kind}`).join(", ");
  return h(
    "details",
    { class: "finding" },
    h("summary", {}, `${visible(release.version)}, after ${visible(release.after ?? "none")}: ${numbers}`),
    h(
      "ul",
      {},
      release.changes.map(({ kind, trials, words, surfaces, case: example }) =>
        h(
          "li",
          {},
          h("b", { class: kind }, `${trials.toLocaleString("en")} ${kind}`),
          `: ${visible(words, 500)} `,
          h(
            "small",
            {},
            `${surfaces.map((surface) => visible(surface, 80)).join(", ")}; for example `,
            h("code", {}, visible(example, 200)),
          ),
        ),
      ),
    ),
  );
}
