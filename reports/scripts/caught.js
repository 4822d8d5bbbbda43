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
