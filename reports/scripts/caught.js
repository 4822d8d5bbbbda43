// The failures as the callers of an SDK catch them, by what breaks.

/** @type {Record<CatchRow["kind"], [string, string]>} */
const KINDS = {
  "in-band": ["An error inside the stream", "HTTP 200 has gone out, then the provider sends an error."],
  http: ["An HTTP error before the stream", "The response itself has a status of 4xx or 5xx, or is no event stream."],
  cut: ["The connection is cut", "The connection is reset, or closed before the HTTP message is complete."],
  "clean-end": ["A clean end without the terminal event", "The HTTP message is complete, the answer in it is not."],
  stall: ["The server stalls", "Nothing more comes, and the connection stays open."],
  malformed: ["A payload that cannot be parsed", "An event holds broken JSON, wrong types or missing fields."],
};

/**
 * Answers the page's question in one table; the sections below have the fields.
 *
 * @param {SdkData} sdk
 */
function inShort(sdk) {
  if (!sdk.catches.length) return "";
  /**
   * @param {FailurePath} way
   * @returns {Child}
   */
  const came = (way) =>
    ({
      raised: h("code", {}, visible(way.class)),
      "error-item": [h("code", {}, visible(way.class)), " as an item"],
      returned: h("b", { class: "fails" }, "no exception"),
      aborted: "says it was aborted",
      hang: h("b", { class: "fails" }, "no answer"),
      crash: h("b", { class: "fails" }, "the process dies"),
    })[way.ended] ?? visible(way.ended);
  const columns = [
    "what breaks",
    "what the caller gets",
    "where",
    "text so far",
    "sent again, where retries are allowed",
  ];
  /** @param {CatchRow} caught */
  const line = (caught) => {
    /** @type {Map<string, FailurePath & { empty: number }>} */
    const byClass = new Map();
    for (const way of caught.ways) {
      const before = byClass.get(`${way.ended} ${way.class}`);
      byClass.set(`${way.ended} ${way.class}`, {
        ...way,
        trials: way.trials + (before?.trials ?? 0),
        empty: empties(way) + (before?.empty ?? 0),
      });
    }
    const merged = [...byClass.values()].sort((one, other) => other.trials - one.trials);
    const first = merged.slice(0, 3);
    const [kept, lost] = caught.ways.reduce(([kept, lost], way) => [kept + way.kept, lost + way.lost], [0, 0]);
    const more = merged.length + caught.more - first.length;
    const ways = h(
      "ul",
      { class: "plain" },
      first.map((way) =>
        h(
          "li",
          {},
          came(way),
          ` ×${way.trials.toLocaleString("en")}`,
          way.empty ? ` (the stop reason is empty in ${way.empty.toLocaleString("en")})` : "",
        ),
      ),
      more > 0 ? h("li", {}, `and ${counted(more, "other way")}`) : "",
    );
    const sites = [...new Set(caught.ways.map((way) => SITES[way.site]).filter(Boolean))];
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, KINDS[caught.kind][0], h("small", {}, counted(caught.trials, "trial"))),
      cell(at(columns, 1), ways),
      cell(at(columns, 2), sites.join("; ") || "–"),
      cell(at(columns, 3), kept + lost ? `kept in ${kept} of ${kept + lost}` : "–"),
      cell(at(columns, 4), caught.retryable ? `${caught.retried} of ${caught.retryable}` : "not tried"),
    );
  };
  return h(
    "section",
    {},
    h("h2", {}, "In short"),
    scroller(
      "In short",
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
        h("tbody", {}, sdk.catches.map(line)),
      ),
    ),
  );
}

/**
 * Counts the trials in which a normal end came without a stop reason though there is a field for one: a caller can tell.
 *
 * @param {FailurePath} way
 */
function empties(way) {
  if (way.ended !== "returned") return 0;
  const empty = way.fields["stop reason"]?.most.find(({ label }) => label === "empty");
  return empty?.times ?? 0;
}

/** @type {Record<string, string | undefined>} */
const SITES = { open: "opening the stream", iterate: "taking items", finalize: "asking for the finished answer" };

/**
 * @param {Model} model
 * @param {SdkData} sdk
 * @param {CatchRow} caught
 */
function kindSection(model, sdk, caught) {
  const [title, about] = KINDS[caught.kind];
  const retries = caught.retryable
    ? `With retries allowed, it sent the request again in ${caught.retried} of ${counted(caught.retryable, "trial")}.`
    : "No trial of this kind allowed retries.";
  return h(
    "section",
    { class: "kind" },
    h("h2", {}, title),
    h("p", {}, `${about} ${counted(caught.trials, "trial")}. ${retries}`),
    caught.ways.map((way, place) => waySection(model, sdk, way, place === 0)),
    caught.more ? h("p", {}, `… and ${counted(caught.more, "rarer way")}.`) : "",
  );
}

/**
 * @param {Model} model
 * @param {SdkData} sdk
 * @param {FailurePath} way
 * @param {boolean} open
 */
function waySection(model, sdk, way, open) {
  const site =
    {
      open: "when the stream is opened",
      iterate: "while items are taken",
      finalize: "when the finished answer is asked for",
    }[way.site] ?? "";
  const heading = {
    raised: ["raises ", h("code", {}, visible(way.class)), ` ${site}`],
    "error-item": ["hands over an item of ", h("code", {}, visible(way.class)), ", then ends normally"],
    returned: ["raises nothing: the call returns normally"],
    aborted: ["says that it was aborted"],
    hang: ["never answers"],
    crash: ["takes the whole process down"],
  }[way.ended] ?? [way.ended];
  const kept = way.kept + way.lost;
  /**
   * @param {Times} value
   * @param {number} place
   */
  const value = ({ label, times }, place) => [
    place ? ", " : "",
    h("span", { class: "value" }, h("code", {}, visible(label, 200)), ` ×${times}`),
  ];
  /** @param {Values} values */
  const values = ({ most, more }) => [most.map(value), more ? ` and ${counted(more, "other value")}` : ""];
  const names = ["status", "type", "code", "request id", "retry after", "retryable", "stop reason"];
  const fields = names.flatMap((name) => {
    const held = way.fields[name];
    return held ? [{ name, held, never: held.most.every(({ label }) => label === "no such field") }] : [];
  });
  const never = fields.filter((field) => field.never).map(({ name }) => name);
  const example = addressOfParts(model, { sdk: sdk.id, variant: WRITTEN, ...way.example });
  return h(
    "details",
    { class: "way", open },
    h("summary", {}, heading, ` · ${counted(way.trials, "trial")}`),
    h(
      "dl",
      {},
      way.classes.length ? fact("is a", h("code", {}, visible(way.classes.join(" < "), 600))) : "",
      fact("surfaces", way.surfaces.join(", ")),
      fields.filter((field) => !field.never).map(({ name, held }) => fact(name, values(held))),
      never.length ? fact("no field for", never.join(", ")) : "",
      kept ? fact("text so far", `kept in ${way.kept} of ${counted(kept, "trial")} in which text was sent`) : "",
      fact("example", h("a", { href: example }, way.example.case)),
    ),
  );
}
