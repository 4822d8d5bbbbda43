// Strips: what comes of a cut or an error at each place of a healthy stream.

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
const stripLegend = () => keyOfFillings([...Object.values(PLACE_FATES), ["fine", "seen as it must be"]]);
