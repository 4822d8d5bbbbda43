// Two surfaces side by side.

/**
 * Shows two surfaces, and the cases that they come to different verdicts on.
 *
 * @param {Model} model
 * @param {Filters} query
 * @param {(address: string) => void} go
 * @returns {Child[]}
 */
function comparePage(model, query, go) {
  const names = model.rows.map((row) => row.name);
  const first =
    model.rows.find((row) => row.name === query.one) ??
    model.rows.find((row) => row.sdk.surfaces?.length > 1) ??
    model.rows[0];
  const other =
    model.rows.find((row) => row.name === query.other) ??
    model.rows.find((row) => row !== first && row.sdk === first?.sdk) ??
    model.rows.at(-1);
  if (!first || !other)
    return [h("h1", { tabindex: "-1" }, "Two surfaces side by side"), h("p", {}, "There is nothing to compare.")];
  const chosen = { one: first.name, other: other.name };
  /**
   * @param {"one" | "other"} key
   * @param {string} text
   */
  const choose = (key, text) => {
    const options = names.map((name) => h("option", { value: name, selected: name === chosen[key] }, name));
    const select = h("select", { id: `compare-${key}` }, options);
    select.addEventListener("change", () => {
      go(addressWith("compare", { ...chosen, [key]: select.value }));
    });
    return h("label", { for: select.id }, text, select);
  };
  /** @type {[Trial, Trial][]} */
  const both = [...first.trials].flatMap(([place, trial]) => {
    const second = other.trials.get(place);
    return second ? [[trial, second]] : [];
  });
  const unlike = both.filter(
    ([one, two]) =>
      statusOf(one) !== statusOf(two) || one.verdict.mode !== two.verdict.mode || because(one) !== because(two),
  );
  /** @param {number} sign */
  const better = (sign) =>
    unlike.filter(([one, two]) => Math.sign(rank(one) - rank(two)) === sign).length.toLocaleString("en");
  /** @param {Trial} trial */
  const came = (trial) =>
    h(
      "td",
      { "data-label": trial.row.name },
      h("a", { href: addressOf(trial) }, statusMark(statusOf(trial), trial.verdict.mode)),
      h("small", {}, visible(because(trial), 240)),
    );
  return [
    crumbs("Compare"),
    h("h1", { tabindex: "-1" }, "Two surfaces side by side"),
    h(
      "form",
      { class: "filters", "aria-label": "Surfaces" },
      choose("one", "One surface"),
      choose("other", "The other"),
    ),
    h(
      "p",
      {},
      both.length
        ? `${counted(both.length, "case")} were run on both; ${unlike.length.toLocaleString("en")} came out differently: ${better(1)} better on ${first.name}, ${better(-1)} better on ${other.name}, the others otherwise.`
        : "No case was run on both: they speak different APIs.",
    ),
    unlike.length
      ? paged(unlike, (part) =>
          scroller(
            "Differences",
            h(
              "table",
              { class: "list" },
              h(
                "thead",
                {},
                h(
                  "tr",
                  {},
                  ["case", first.name, other.name].map((name) => h("th", { scope: "col" }, name)),
                ),
              ),
              h(
                "tbody",
                {},
                part.map(([one, two]) =>
                  h(
                    "tr",
                    {},
                    h(
                      "th",
                      { scope: "row" },
                      h("a", { href: `#/case/${escapedPart(one.case.id)}` }, one.case.id),
                      h("small", {}, visible(one.case.title, 200)),
                    ),
                    came(one),
                    came(two),
                  ),
                ),
              ),
            ),
          ),
        )
      : "",
  ];
}
