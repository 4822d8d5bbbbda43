// The blind windows of an SDK, of a healthy stream and of one sweep.

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
  /** @param {Sweep} sweep */
  const line = (sweep) => stripLine(h("a", { href: sweepAddress(sweep) }, sweep.case.id), sweep);
  return paged(sweeps, (part) => h("div", { class: "strips" }, part.map(line)));
}

/**
 * A strip behind what it is of.
 *
 * @param {Child} names
 * @param {Sweep} sweep
 */
function stripLine(names, { swept, spoilt }) {
  return h(
    "div",
    { class: "strip-line" },
    h("div", {}, names, h("small", {}, SWEEPS[swept.variant] ?? swept.variant)),
    h("div", {}, strip(swept, spoilt), h("small", { "aria-hidden": "true" }, sweepInWords(swept, spoilt))),
  );
}

/**
 * Shows what comes of a failure at each place of one healthy stream, once for all surfaces that came out alike, the blindest first.
 *
 * @param {Model} model
 * @param {Case} one
 */
function caseStrips(model, one) {
  /** @type {Map<string, Sweep[]>} */
  const alike = new Map();
  for (const sweep of model.rows.flatMap((row) => row.sweeps.filter(({ case: swept }) => swept === one)))
    entry(alike, JSON.stringify([sweep.swept.variant, sweep.spoilt]), () => []).push(sweep);
  if (!alike.size) return "";
  const sorted = [...alike.values()].sort(
    ([first], [second]) => places(second?.spoilt.blind) - places(first?.spoilt.blind),
  );
  /** @param {Sweep[]} same */
  const line = (same) => {
    const names = same.map((sweep, place) => [
      place ? ", " : "",
      h("a", { href: sweepAddress(sweep) }, sweep.row.name),
    ]);
    return stripLine(names, at(same, 0));
  };
  return h(
    "section",
    { class: "blind" },
    h("h2", {}, "Blind windows"),
    stripLegend(),
    paged(sorted, (part) => h("div", { class: "strips" }, part.map(line))),
  );
}

/**
 * The address of the trial that a sweep is.
 *
 * @param {Sweep} sweep
 */
function sweepAddress({ row, case: one, swept: { variant } }) {
  return addressOfParts(row.model, { ...row.way, sdk: row.sdk.id, surface: row.surface, case: one.id, variant });
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
