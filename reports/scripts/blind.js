// Blind windows: the places of a healthy stream at which a cut or an error looks like a completion.

/** @typedef {import('./data').SweptData} Swept */
/** @typedef {import('./data').SpoiltData} Spoilt */
/** @typedef {import('./data').RunData} Run */

/** @typedef {"blind" | "wrong" | "untyped"} Fate */

/**
 * A sweep of a surface: a healthy stream that was broken at many places, and what came of it.
 *
 * @typedef {{ row: Row, case: Case, swept: Swept, spoilt: Spoilt }} Sweep
 */

/**
 * What comes of a failure at a place, the most harmful first: its filling and its words.
 *
 * @type {Record<Fate, [filling: string, words: string]>}
 */
const PLACE_FATES = {
  blind: ["hidden", "turned into a success"],
  wrong: ["failed", "seen, but another MUST does not hold"],
  untyped: ["deviating", "seen, but the type of the error is lost"],
};

/** @type {Partial<Record<Variant, string>>} */
const SWEEPS = {
  "cut-events": "cut after each event",
  "cut-bytes": "cut after each byte",
  "error-events": "an error after each event",
  "error-bytes": "an error inside the events",
};

/** @param {Run[] | undefined} runs */
const places = (runs = []) => runs.reduce((sum, { count }) => sum + count, 0);

/** @param {Spoilt} spoilt */
const whole = ({ blind, wrong, untyped }) => !blind && !wrong && !untyped;

/**
 * The byte of a place that is known by its number.
 *
 * @param {Swept} swept
 * @param {number} number
 */
function byteOf(swept, number) {
  let left = number;
  for (const { first, count } of swept.places) {
    if (left < count) return first + left;
    left -= count;
  }
  return 0;
}

/**
 * Says in words what came of a sweep: which places, by the events that were sent before and by bytes.
 *
 * @param {Swept} swept
 * @param {Spoilt} spoilt
 */
function sweepInWords(swept, spoilt) {
  const all = places(swept.places);
  if (whole(spoilt)) return `all ${counted(all, "place")}: seen`;
  /** @param {Run} run */
  const named = ({ first, count }) => {
    const [from, to] = [byteOf(swept, first), byteOf(swept, first + count - 1)];
    return count === 1
      ? `after ${counted(from, "byte")}`
      : `after ${from.toLocaleString("en")} to ${counted(to, "byte")}`;
  };
  return Object.entries(PLACE_FATES)
    .flatMap(([fate, [, words]]) => {
      const runs = spoilt[/** @type {Fate} */ (fate)] ?? [];
      if (!runs.length) return [];
      const first = runs.slice(0, 4).map(named).join(", ");
      const more = runs.length > 4 ? ` and in ${counted(runs.length - 4, "more span")}` : "";
      return `${places(runs).toLocaleString("en")} of ${counted(all, "place")} ${words}: ${first}${more}`;
    })
    .join("; ");
}

/**
 * Draws a stream from its first place to its last one. Where it was broken after each event every place has the same width; where
 * it was broken inside, each byte has, and lines mark the ends of the events.
 *
 * @param {Swept} swept
 * @param {Spoilt} spoilt
 */
function strip(swept, spoilt) {
  const all = places(swept.places);
  const [first, last] = [byteOf(swept, 0), byteOf(swept, all - 1)];
  const isOfEvents = swept.variant === "cut-events" || swept.variant === "error-events";
  const length = isOfEvents ? all : last - first + 1;
  /** @param {number} number */
  const start = (number) => (isOfEvents ? number : byteOf(swept, number) - first) / length;
  const parts = Object.entries(PLACE_FATES).flatMap(([fate, [filling]]) =>
    (spoilt[/** @type {Fate} */ (fate)] ?? []).map(({ first: from, count }) => {
      const x = start(from);
      const width = start(from + count - 1) + 1 / length - x;
      return svg("rect", { class: filling, x: percent(x), width: percent(width), y: 0, height: "100%" });
    }),
  );
  const ends = isOfEvents
    ? Array.from({ length: Math.min(all, 400) - 1 }, (_, place) => (place + 1) / length)
    : swept.events.map((end) => (end - first) / length);
  return picture(
    "strip",
    sweepInWords(swept, spoilt),
    {},
    svg("rect", { class: "fine", width: "100%", height: "100%" }),
    parts,
    ends.map((end) => svg("line", { class: "tick", x1: percent(end), x2: percent(end), y1: 0, y2: "100%" })),
    svg("rect", { class: "frame", width: "100%", height: "100%" }),
  );
}

/** Says what the fillings of strips mean. */
function stripLegend() {
  /** @type {[string, string][]} */
  const all = [...Object.values(PLACE_FATES), ["fine", "seen as it must be"]];
  return h(
    "ul",
    { class: "key" },
    all.map(([filling, words]) =>
      h(
        "li",
        {},
        picture("swatch", "", {}, [
          svg("rect", { class: filling, width: "100%", height: "100%" }),
          svg("rect", { class: "frame", width: "100%", height: "100%" }),
        ]),
        ` ${words}`,
      ),
    ),
  );
}

/**
 * Shows the blind windows of the surfaces of an SDK: a strip for each healthy stream, and one for all surfaces that came out alike.
 *
 * @param {Row[]} rows
 */
function blindSection(rows) {
  const all = rows.flatMap((row) => row.sweeps);
  if (!all.length) return "";
  /** @type {Map<string, Sweep[]>} */
  const ofSurface = new Map();
  for (const sweep of all) entry(ofSurface, `${sweep.case.api} ${sweep.row.label}`, () => []).push(sweep);
  // Surfaces all of whose strips are alike are shown once.
  /** @type {Map<string, Sweep[][]>} */
  const alike = new Map();
  for (const sweeps of ofSurface.values()) {
    const key = JSON.stringify(sweeps.map(({ swept, spoilt, case: one }) => [one.id, swept.variant, spoilt]));
    entry(alike, key, () => []).push(sweeps);
  }
  /** @param {Sweep[]} sweeps */
  const blindOf = (sweeps) => sweeps.reduce((sum, { spoilt }) => sum + places(spoilt.blind), 0);
  const sorted = [...alike.values()].sort(([one = []], [other = []]) => blindOf(other) - blindOf(one));
  return h(
    "section",
    { class: "blind" },
    h("h2", {}, "Blind windows"),
    h(
      "p",
      {},
      "Each strip is a healthy stream from its beginning to its stop reason. It was broken at every place of it, each time in a call of its own: the connection ended there, or the provider's documented error came.",
    ),
    stripLegend(),
    sorted.map((same, place) => windowsOf(same, place === 0)),
  );
}

/**
 * @param {Sweep[][]} same
 * @param {boolean} open
 */
function windowsOf(same, open) {
  const sweeps = at(same, 0);
  const { case: one } = at(sweeps, 0);
  const all = sweeps.reduce((sum, { swept }) => sum + places(swept.places), 0);
  const blind = sweeps.reduce((sum, { spoilt }) => sum + places(spoilt.blind), 0);
  const broken = sweeps.filter(({ spoilt }) => !whole(spoilt));
  const mixed = broken.filter((sweep) => !onlyFate(sweep));
  mixed.sort((one, other) => places(other.spoilt.blind) - places(one.spoilt.blind));
  const fine = sweeps.length - broken.length;
  /** @type {[Fate, string][]} */
  const throughout = [
    ["blind", "at every place of which it looks like a success"],
    ["wrong", "at every place of which another MUST does not hold"],
    ["untyped", "at every place of which the type of the error is lost"],
  ];
  return h(
    "details",
    { class: "way", open },
    h(
      "summary",
      {},
      h("b", {}, same.map((list) => at(list, 0).row.label).join(", ")),
      ` in ${one.api}: `,
      blind
        ? h("span", { class: "fails" }, `⚠ ${blind.toLocaleString("en")} of ${counted(all, "place")} are blind`)
        : `none of ${counted(all, "place")} is blind`,
    ),
    mixed.length ? strips(mixed) : "",
    throughout.map(([fate, words]) => {
      const same = broken.filter((sweep) => onlyFate(sweep) === fate);
      return same.length
        ? h(
            "details",
            { class: "more", open: !mixed.length && same.length <= 4 },
            h("summary", {}, `${counted(same.length, "stream")} ${words}`),
            strips(same),
          )
        : "";
    }),
    fine
      ? h("p", {}, `${counted(fine, "stream")} more, at every place of which the failure is seen as it must be.`)
      : "",
  );
}

/**
 * The fate that a failure has at every place of a sweep, if it is not what it must be; none where the places differ.
 *
 * @param {Sweep} sweep
 */
function onlyFate({ swept, spoilt }) {
  const all = places(swept.places);
  return Object.keys(PLACE_FATES).find((fate) => places(spoilt[/** @type {Fate} */ (fate)]) === all);
}

/** @param {Sweep[]} sweeps */
function strips(sweeps) {
  return paged(sweeps, (part) => h("div", { class: "strips" }, part.map(stripLine)));
}

/**
 * @param {Sweep} sweep
 */
function stripLine({ row, case: one, swept, spoilt }) {
  const href = addressOfParts(row.model, {
    ...row.way,
    sdk: row.sdk.id,
    surface: row.surface,
    case: one.id,
    variant: swept.variant,
  });
  return h(
    "div",
    { class: "strip-line" },
    h("div", {}, h("a", { href }, one.id), h("small", {}, SWEEPS[swept.variant] ?? swept.variant)),
    h("div", {}, strip(swept, spoilt), h("small", { "aria-hidden": "true" }, sweepInWords(swept, spoilt))),
  );
}

/**
 * Shows the strip of a trial that is a sweep.
 *
 * @param {Trial} trial
 */
function ownStrip({ row, case: one, variant }) {
  const sweep = row.sweeps.find(({ case: swept, swept: { variant: kind } }) => swept === one && kind === variant);
  if (!sweep) return "";
  const { swept, spoilt } = sweep;
  return h(
    "section",
    { class: "blind" },
    h("h2", {}, "The places of the stream"),
    h("p", {}, `From its beginning to its stop reason: ${SWEEPS[variant] ?? variant}.`),
    stripLegend(),
    h("div", { class: "strips" }, strip(swept, spoilt)),
    h("p", { "aria-hidden": "true" }, `${sweepInWords(swept, spoilt)}.`),
  );
}
