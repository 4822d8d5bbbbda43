// The page of one case on every surface.

/**
 * Shows one case on every surface that it was run on.
 *
 * @param {Model} model
 * @param {Case} one
 * @returns {Child[]}
 */
function casePage(model, one) {
  const trials = trialsOf(model, one);
  const held = h("div", {}, sideBySide(trials, null));
  const split = h("div", {});
  const wire = h("div", {}, h("p", { role: "status" }, "Loading the details…"));
  streamspec
    .load(one.group)
    .then((detail) => {
      held.replaceChildren(sideBySide(trials, detail));
      split.replaceChildren(...nodes([caseSplit(trials, detail)]));
      /** @type {Check[]} */
      const noChecks = [];
      const all = trials.flatMap((trial) => detailsOf(detail, trial) ?? []);
      const most = all.reduce((most, told) => (told.checks.length > most.length ? told.checks : most), noChecks);
      /** @param {Check} check */
      const wanted = (check) =>
        check.axis === "error.class" ? "the class of the same error as a plain HTTP response" : shown(check.expected);
      wire.replaceChildren(
        most.length
          ? h(
              "section",
              {},
              h("h2", {}, "What a client must make of it"),
              h(
                "ul",
                {},
                most.map((check) =>
                  h("li", {}, h("b", {}, check.level.toUpperCase()), ` ${check.axis}: `, h("code", {}, wanted(check))),
                ),
              ),
            )
          : "",
        h(
          "section",
          {},
          h("h2", {}, "What the server sends"),
          (detail.wires.get(one.id) ?? []).map((answer, number) => [
            h("h3", {}, `To request ${number + 1}`),
            answerPicture(answer, null),
            h(
              "ol",
              { class: "wire" },
              answer.steps.map(step),
              h("li", { class: "end" }, h("b", {}, `End: ${answer.end}`), ` · ${ENDS[answer.end] ?? ""}.`),
            ),
          ]),
        ),
      );
    })
    .catch((error) => wire.replaceChildren(missing(error)));
  return [
    crumbs(h("a", { href: overviewAddress({ group: one.group.name }) }, one.group.name)),
    h("h1", { tabindex: "-1" }, visible(one.title, 400)),
    h("p", { class: "id" }, one.id),
    one.disputed
      ? h(
          "p",
          { class: "dispute" },
          h("b", {}, "Disputed: "),
          prose(one.disputed.position),
          " ",
          outside(one.disputed.url, "The ruling"),
        )
      : "",
    siblings(model, one),
    split,
    h("section", {}, h("h2", {}, "Side by side"), held),
    caseStrips(model, one),
    aloneSection(model, one),
    wire,
    sources(one),
  ];
}

/**
 * Says which mutants of the reference client no other case file catches, where that is known.
 *
 * @param {Model} model
 * @param {Case} one
 */
function aloneSection({ alone }, one) {
  if (!alone) return "";
  const caught = alone.cases[one.file] ?? [];
  return h(
    "section",
    { class: "alone" },
    h("h2", {}, "What it proves"),
    h(
      "p",
      {},
      caught.length
        ? `${counted(caught.length, "mutant")} ${caught.length === 1 ? "is" : "are"} caught by this case alone, with all of its combinations. `
        : "No mutant is caught by this case alone: another case catches each that it does, too. ",
      `A mutant is the reference client with one fault; there are ${alone.mutants.toLocaleString("en")} of them.`,
    ),
    caught.length
      ? h(
          "ul",
          {},
          caught.map(({ name, about }) => h("li", {}, h("code", {}, visible(name, 100)), ": ", prose(about))),
        )
      : "",
  );
}

/**
 * Links the other combinations of a case file's matrix.
 *
 * @param {Model} model
 * @param {Case} one
 */
function siblings(model, one) {
  if (one.combination === null) return "";
  const all = model.cases.filter((other) => other.file === one.file);
  return h(
    "p",
    {},
    "Combinations of this case: ",
    all.map((other, place) => [
      place ? ", " : "",
      other === one
        ? h("b", {}, one.combination)
        : h("a", { href: `#/case/${escapedPart(other.id)}` }, other.combination),
    ]),
  );
}

/**
 * Makes a table of trials of one case; surfaces of one SDK that came out alike share a line.
 *
 * @param {Trial[]} trials
 * @param {Detail | null} detail
 */
function sideBySide(trials, detail) {
  const columns = [
    "surface",
    "verdict",
    "what does not hold",
    ...(detail ? ["ended", "class", "site", "status", "type", "text", "requests"] : []),
  ];
  /** @type {Map<string, Trial[]>} */
  const alike = new Map();
  for (const trial of trials) {
    const told = detail ? detailsOf(detail, trial) : undefined;
    const { ended, text, error } = told?.observation ?? {};
    const { class: kind, site, status, type } = error ?? {};
    const key = JSON.stringify([
      trial.row.sdk.id,
      statusOf(trial),
      trial.verdict.mode,
      because(trial),
      ended,
      text,
      kind,
      site,
      status,
      type,
      told?.requests.length,
    ]);
    alike.set(key, [...(alike.get(key) ?? []), trial]);
  }
  /** @param {Trial[]} same */
  const line = (same) => {
    const trial = at(same, 0);
    const told = detail ? detailsOf(detail, trial) : undefined;
    const seen = told?.observation;
    const error = seen?.error;
    const more = detail
      ? [
          seen?.ended ?? "–",
          error ? h("code", {}, visible(error.class, 200)) : "–",
          error?.site ?? "–",
          error ? reading(error, "status") : "–",
          error ? reading(error, "type") : "–",
          seen?.text === undefined ? "–" : visible(seen.text, 60) || "(empty)",
          told ? String(told.requests.length) : "–",
        ]
      : [];
    const links = surfaceLinks(same);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, trial.row.sdk.id, h("small", {}, links)),
      h("td", {}, h("a", { href: addressOf(trial) }, statusMark(statusOf(trial), trial.verdict.mode))),
      h("td", {}, visible(because(trial), 240)),
      more.map((value, place) => cell(at(columns, place + 3), value)),
    );
  };
  return paged([...alike.values()], (part) =>
    scroller(
      "The case on every surface",
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
        h("tbody", {}, part.map(line)),
      ),
    ),
  );
}
