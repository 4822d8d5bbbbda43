// How the fleet splits: one square for each SDK.

/** @typedef {import('./data').About} About */

/** @type {Partial<Record<About, string>>} */
const FATES = {
  "in-band-error": "An error inside the stream",
  refusal: "An HTTP error before the stream",
  cut: "The connection is cut",
  "clean-end": "A clean end without the terminal event",
  stall: "The server sends nothing more",
  malformed: "A payload that cannot be parsed",
};

/**
 * An SDK with the part of something that is so in it, from 0 to 1.
 *
 * @typedef {{ id: string, part: number, of: string }} Part
 */

/**
 * Draws one square for each SDK, hatched where it is so at all and filled from below as far as it is so; those in which it is so
 * most stand first.
 *
 * @param {Part[]} parts
 */
function squares(parts) {
  const [side, gap] = [14, 3];
  const width = parts.length * (side + gap);
  return picture(
    "squares",
    "",
    { viewBox: `0 0 ${width} ${side + 2}`, width, height: side + 2 },
    parts.map(({ part }, place) => {
      const [x, height] = [place * (side + gap) + 1, Math.max(part * side, part ? 2 : 0)];
      return [
        part ? svg("rect", { class: "failed", x, y: 1, width: side, height: side }) : "",
        height ? svg("rect", { class: "hidden", x, y: 1 + side - height, width: side, height }) : "",
        svg("rect", { class: "frame", x, y: 1, width: side, height: side }),
      ];
    }),
  );
}

/**
 * Shows a split: a sentence with its squares, and behind it which SDKs these are.
 *
 * @param {string} title
 * @param {Part[]} parts
 * @param {(numbers: { none: number, some: number, all: number }) => string} sentence
 * @param {[none: string, some: string, all: string]} names
 */
function splitOf(title, parts, sentence, names) {
  const sorted = [...parts].sort((one, other) => other.part - one.part || (one.id < other.id ? -1 : 1));
  const [none, all] = [sorted.filter(({ part }) => part === 0), sorted.filter(({ part }) => part === 1)];
  const some = sorted.filter(({ part }) => part > 0 && part < 1);
  /**
   * @param {string} name
   * @param {Part[]} list
   */
  const lists = (name, list) =>
    list.length
      ? fact(
          name,
          list.map(({ id, of }, place) => [
            place ? ", " : "",
            h("a", { href: `#/sdk/${escapedPart(id)}` }, id),
            of ? ` (${of})` : "",
          ]),
        )
      : "";
  return h(
    "details",
    { class: "split" },
    h(
      "summary",
      {},
      h("b", {}, title),
      squares(sorted),
      h("span", {}, sentence({ none: none.length, some: some.length, all: all.length })),
    ),
    h("dl", {}, lists(names[2], all), lists(names[1], some), lists(names[0], none)),
  );
}

/**
 * Shows for each fate of an answer in how many SDKs it looks like a completion.
 *
 * @param {Model} model
 * @returns {Child[]}
 */
function fleetSplit(model) {
  /** @type {Map<About, Map<string, Tally>>} */
  const fates = new Map();
  for (const row of ownRows(model.rows)) {
    for (const trial of row.trials.values()) {
      const { about } = trial.case;
      if (about && trial.part !== "alike")
        count(
          entry(
            entry(fates, about, () => new Map()),
            row.sdk.id,
            tally,
          ),
          trial,
        );
    }
  }
  return Object.entries(FATES).flatMap(([about, title]) => {
    const counts = [...(fates.get(/** @type {About} */ (about)) ?? [])].filter(([, one]) => judgedOf(one));
    if (!counts.length) return [];
    const parts = counts.map(([id, one]) => {
      const [found, all] = [hidden(one), judgedOf(one)];
      return { id, part: found / all, of: found && found < all ? `${found} of ${counted(all, "trial")}` : "" };
    });
    return splitOf(
      title,
      parts,
      ({ none, some, all }) =>
        `never looks complete in ${none} of ${counted(parts.length, "SDK")}` +
        (some ? `, sometimes in ${some}` : "") +
        (all ? `, always in ${all}` : ""),
      ["never", "sometimes", "always"],
    );
  });
}

/**
 * The rows that are the SDKs' own doing: no handlers, and nothing through a gateway.
 *
 * @param {Row[]} rows
 */
function ownRows(rows) {
  return rows.filter((row) => !isHandler(row) && row.way.route === row.model.defaults.route);
}

/** @type {Record<string, string>} */
const CAME = {
  raised: "raise",
  "error-item": "hand over an error item",
  returned: "return normally",
  aborted: "say that it was aborted",
  stopped: "stop, as the caller wanted",
  cancelled: "cancel, as the caller wanted",
  hang: "never answer",
  crash: "crash",
};

/**
 * The trials of a case on every surface.
 *
 * @param {Model} model
 * @param {Case} one
 */
function trialsOf(model, one) {
  return model.rows.flatMap(({ trials }) => trials.get(one.place) ?? []);
}

/**
 * Says how the SDKs split over one case: how calls end on their surfaces.
 *
 * @param {Trial[]} trials
 * @param {Detail} detail
 * @returns {Child}
 */
function caseSplit(trials, detail) {
  /** @type {Map<string, { sdks: Map<string, Row[]> }>} */
  const ends = new Map();
  const own = new Set(ownRows(trials.map((trial) => trial.row)));
  /** @type {Map<string, number>} */
  const surfaces = new Map();
  for (const trial of trials.filter(({ row, part }) => own.has(row) && part !== "alike")) {
    const told = detailsOf(detail, trial);
    const end = told?.observation?.ended ?? trial.verdict.mode;
    if (!end || judgedOf(tallyOf(trial)) === 0) continue;
    const id = trial.row.sdk.id;
    surfaces.set(id, (surfaces.get(id) ?? 0) + 1);
    entry(entry(ends, end, () => ({ sdks: new Map() })).sdks, id, () => []).push(trial.row);
  }
  const all = surfaces.size;
  if (!all) return "";
  const sorted = [...ends].sort(([, one], [, other]) => other.sdks.size - one.sdks.size);
  return h(
    "section",
    { class: "splits" },
    h("h2", {}, "How the fleet splits"),
    sorted.map(([end, { sdks }]) => {
      const parts = [...surfaces].map(([id, number]) => {
        const part = (sdks.get(id)?.length ?? 0) / number;
        return { id, part, of: part && part < 1 ? (sdks.get(id) ?? []).map((row) => row.label).join(", ") : "" };
      });
      const words = CAME[end] ?? end;
      return splitOf(
        `${sdks.size} of ${counted(all, "SDK")} ${words}`,
        parts,
        ({ some }) => (some ? `${some} of them on some surfaces only` : ""),
        ["on no surface", "on some surfaces", "on every surface"],
      );
    }),
  );
}

/**
 * @param {Trial} trial
 */
function tallyOf(trial) {
  const counts = tally();
  count(counts, trial);
  return counts;
}
