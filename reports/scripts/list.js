// Lists of trials.

/**
 * Says why a trial is not a pass, in short.
 *
 * @param {Trial} trial
 */
function because(trial) {
  const counts = trial.verdict.checks.filter((check) => check.level !== "may");
  const told = counts.map((check) => `${check.axis}: ${said(check)}`);
  if (trial.verdict.reason) told.push(trial.verdict.reason);
  return told.join("; ");
}

/**
 * Says what was seen instead, in the words of a list of known deviations.
 *
 * @param {Check} check
 */
function said(check) {
  /** @type {Partial<Record<Check["grade"], string>>} */
  const words = { absent: "no such field", empty: "empty", transport: `${shown(check.observed)}, the response's own` };
  if (["variants", "cuts", "errors"].includes(check.axis)) return shown(check.observed);
  return words[check.grade] ?? `${shown(check.observed)} instead of ${shown(check.expected)}`;
}

/** @type {Record<string, (one: Trial, other: Trial) => number>} */
const SORTS = {
  worst: (one, other) =>
    rank(one) - rank(other) || one.case.place - other.case.place || one.row.place - other.row.place,
  case: (one, other) => one.case.place - other.case.place || one.row.place - other.row.place,
  surface: (one, other) => one.row.place - other.row.place || one.case.place - other.case.place,
};

/**
 * Makes a list of trials; with `change` its order and its page are kept in the address.
 *
 * @param {Trial[]} found
 * @param {Filters} filters
 * @param {((changed: Filters) => void) | null} change
 * @param {string} [label]
 */
function trialList(found, filters, change, label = "List of trials") {
  const sort = filters["sort"] && filters["sort"] in SORTS ? filters["sort"] : "worst";
  const sorted = [...found].sort(SORTS[sort]);
  /**
   * @param {string} key
   * @param {string} text
   */
  const heading = (key, text) =>
    h(
      "th",
      { scope: "col", "aria-sort": sort === key ? "ascending" : undefined },
      change
        ? h(
            "button",
            { type: "button", class: "opener", onclick: () => change({ sort: key, page: "" }) },
            text,
            sort === key ? " ▴" : "",
          )
        : text,
    );
  /** @param {Trial} trial */
  const line = (trial) =>
    h(
      "tr",
      {},
      h("td", {}, h("a", { href: addressOf(trial) }, statusMark(statusOf(trial), trial.verdict.mode))),
      h("td", {}, trial.row.name),
      h(
        "td",
        {},
        h("a", { href: `#/case/${escapedPart(trial.case.id)}` }, trial.case.id),
        trial.variant === WRITTEN ? "" : ` as ${trial.variant}`,
        h("small", {}, visible(trial.case.title, 200)),
        variantNote(trial),
        transportNote(trial),
      ),
      h("td", {}, visible(because(trial), 240)),
    );
  /** @param {Trial[]} part */
  const table = (part) =>
    scroller(
      label,
      h(
        "table",
        { class: "list" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heading("worst", "verdict"),
            heading("surface", "surface"),
            heading("case", "case"),
            h("th", { scope: "col" }, "what does not hold"),
          ),
        ),
        h("tbody", {}, part.map(line)),
      ),
    );
  return paged(
    sorted,
    table,
    Number(filters.page) || 1,
    change && ((page) => change({ page: page === 1 ? "" : String(page) })),
  );
}

/**
 * Says how a trial's variant runs came out.
 *
 * @param {Trial} trial
 */
function variantNote(trial) {
  const differ = trial.variant === WRITTEN ? (trial.row.variantRuns.get(trial.case.place) ?? []) : [];
  if (!differ.length) return "";
  return h(
    "small",
    {},
    "differs as ",
    differ.map((one) => [h("a", { href: addressOf(one) }, one.variant), " "]),
  );
}

const PAGE = 100;

/**
 * Shows a part of a long list, so that the page never holds more than it shows.
 *
 * @template T
 * @param {T[]} items
 * @param {(part: T[]) => Node} draw
 * @param {number} [first]
 * @param {((page: number) => void) | null} [turned]
 */
function paged(items, draw, first = 1, turned = null) {
  const last = Math.max(1, Math.ceil(items.length / PAGE));
  const box = h("div", { class: "paged" });
  /** @param {number} wanted */
  const show = (wanted) => {
    const page = Math.min(Math.max(wanted, 1), last);
    /** @param {number} to */
    const turn = (to) => {
      if (turned) turned(to);
      else {
        show(to);
        box.scrollIntoView({ block: "nearest" });
      }
    };
    /**
     * @param {string} text
     * @param {number} to
     */
    const button = (text, to) =>
      h("button", { type: "button", disabled: to < 1 || to > last, onclick: () => turn(to) }, text);
    const from = (page - 1) * PAGE;
    box.replaceChildren(
      draw(items.slice(from, from + PAGE)),
      last === 1
        ? ""
        : h(
            "div",
            { class: "pager" },
            button("‹ Previous", page - 1),
            h(
              "span",
              { role: "status" },
              `${from + 1}–${Math.min(from + PAGE, items.length)} of ${items.length.toLocaleString("en")}`,
            ),
            button("Next ›", page + 1),
          ),
    );
  };
  show(first);
  return box;
}
