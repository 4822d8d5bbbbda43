// The page of one trial.

/**
 * Shows the page of one trial; what is in its details is filled in when they are there.
 *
 * @param {Trial} trial
 * @returns {Child[]}
 */
function trialPage(trial) {
  const { row, case: one, verdict } = trial;
  const variantRuns = row.variantRuns.get(one.place) ?? [];
  const written = row.trials.get(one.place);
  const held = h("div", {}, h("p", { role: "status" }, "Loading the details…"));
  streamspec
    .load(one.group)
    .then((detail) => {
      const told = detailsOf(detail, trial);
      held.replaceChildren(
        ...(told ? trialDetails(trial, told) : [h("p", {}, "Nothing more is recorded of this trial.")]),
        ...nodes([trial.variant === WRITTEN ? caseSplit(trialsOf(row.model, one), detail) : ""]),
      );
    })
    .catch((error) => held.replaceChildren(checkTable(verdict.checks), difference(verdict.checks), missing(error)));
  /** @type {Record<string, string>} */
  const parts = { sdk: row.sdk.asked, surface: row.surface, case: one.id, program: row.sdk.program };
  const command = (row.way.commands[trial.variant] ?? "").replace(/\{(\w+)\}/g, (whole, part) => parts[part] ?? whole);
  return [
    crumbs(
      h("a", { href: `#/sdk/${escapedPart(row.sdk.id)}` }, row.sdk.id),
      row.label,
      h("a", { href: overviewAddress({ group: one.group.name }) }, one.group.name),
    ),
    h("h1", { tabindex: "-1" }, visible(one.title, 400)),
    h("p", { class: "id" }, one.id, trial.variant === WRITTEN ? "" : ` as ${trial.variant}`),
    h(
      "p",
      {},
      statusMark(statusOf(trial), verdict.mode),
      verdict.reason ? ` ${visible(verdict.reason)}` : "",
      " · ",
      h("a", { href: `#/case/${escapedPart(one.id)}` }, "the same case on every surface"),
      " · ",
      h("a", { href: overviewAddress({ ...row.filters, group: one.group.name }) }, "this surface on its group"),
    ),
    one.disputed
      ? h(
          "section",
          { class: "dispute" },
          h("h2", {}, "Disputed"),
          h("p", {}, prose(one.disputed.position), " ", outside(one.disputed.url, "The ruling")),
        )
      : "",
    besideDirect(trial),
    besideTransports(trial),
    ownStrip(trial),
    held,
    knownDeviations(row.sdk, verdict.known),
    h("section", {}, h("h2", {}, "Reproduce"), h("pre", { tabindex: "0" }, command), copier(command)),
    h(
      "section",
      {},
      h("h2", {}, "Variants"),
      h(
        "p",
        {},
        "The same bytes, split or framed otherwise, must mean the same. ",
        trial.variant === WRITTEN || !written
          ? ""
          : [h("a", { href: addressOf(written) }, "The trial as written"), ". "],
        written?.verdict.same.length ? `Same verdict as: ${written.verdict.same.join(", ")}. ` : "",
        variantRuns.length
          ? [
              "Another verdict as: ",
              variantRuns.map((other) => [h("a", { href: addressOf(other) }, other.variant), " "]),
            ]
          : "",
        !written?.verdict.same.length && !variantRuns.length ? "None was run." : "",
      ),
    ),
    sources(one),
  ];
}

/**
 * @param {Error} error
 */
function missing(error) {
  return h(
    "p",
    { class: "note" },
    `The wire and the whole observation are not shown: ${error.message}. Keep the folder `,
    h("code", {}, "details"),
    " beside the page, or write both again with the command ",
    h("code", {}, "report"),
    ".",
  );
}

/**
 * @param {Case} one
 */
function sources(one) {
  return h(
    "section",
    {},
    h("h2", {}, "Where the expectation comes from"),
    h(
      "ul",
      {},
      one.sources.map((source) =>
        h(
          "li",
          {},
          `${source.basis}: `,
          outside(source.url),
          source.quote ? h("q", {}, visible(source.quote)) : "",
          provenance(source),
        ),
      ),
    ),
  );
}

/**
 * Describes a source beyond its address.
 *
 * @param {Source} source
 */
function provenance({ confidence, gone, recording }) {
  const notes = [
    confidence && confidence !== "high" ? `Confidence: ${confidence}.` : "",
    gone ? `The page was gone on ${gone}.` : "",
    recording
      ? `Recorded on ${recording.date}, SHA-256 ${recording.sha256}; taken out or replaced: ${recording.redacted}`
      : "",
  ].filter(Boolean);
  return notes.length ? h("small", {}, visible(notes.join(" "))) : "";
}

/**
 * @param {SdkData} sdk
 * @param {string[]} ids
 */
function knownDeviations(sdk, ids) {
  if (!ids.length) return "";
  return h(
    "section",
    {},
    h("h2", {}, "Known deviation"),
    h(
      "ul",
      {},
      ids.map((id) => {
        const known = sdk.known.find((one) => one.id === id);
        return known
          ? h(
              "li",
              {},
              h("code", {}, known.axis),
              ": ",
              prose(known.reason),
              " ",
              known.link ? outside(known.link, "Link") : "",
            )
          : "";
      }),
    ),
  );
}

/**
 * @param {Trial} trial
 * @param {TrialDetail} told
 */
function trialDetails({ row: { sdk }, verdict: { status } }, told) {
  return [
    h("p", {}, "Its name in lists and records: ", h("code", {}, visible(told.name))),
    told.blame ? h("p", { class: "blame" }, "Through the gateway: ", h("b", {}, visible(told.blame, 400)), ".") : "",
    ownWait(sdk, told),
    earlierAttempts(told.attempts, status),
    h("section", {}, h("h2", {}, "Expected and observed"), checkTable(told.checks), difference(told.checks)),
    h("section", {}, h("h2", {}, "What the caller saw"), observation(told.observation)),
    h("section", {}, h("h2", {}, "The wire"), timeline(told)),
  ];
}

/**
 * Lists the attempts that others followed, in their order. Their times are left out, as those of the wire are.
 *
 * @param {Attempt[]} attempts
 * @param {Status} status
 */
function earlierAttempts(attempts, status) {
  if (!attempts.length) return "";
  return h(
    "section",
    { class: "attempts" },
    h("h2", {}, "Earlier attempts"),
    status === "flaky"
      ? h(
          "p",
          { class: "note" },
          "The trial is flaky: two attempts differ where no clock decides what is seen, so neither is its result. ",
          "What follows is of the last one.",
        )
      : h("p", {}, "The last attempt counts, and what follows is of that one."),
    h(
      "ol",
      {},
      attempts.map(({ of, result, reason }) =>
        h(
          "li",
          {},
          `${ATTEMPTED[of] ?? of} came to `,
          h("b", {}, visible(result)),
          ` and was run again: ${visible(reason)}.`,
        ),
      ),
    ),
  );
}

/** @type {Record<Attempt["of"], string>} */
const ATTEMPTED = { trial: "The trial", control: "The control, the same error as a plain HTTP response," };

const GRADES = {
  exact: "✓ holds",
  wrong: "✗ something else",
  absent: "✗ no such field",
  empty: "✗ left empty",
  transport: "△ the response's own status",
  contradictory: "✗ contradicts",
  "not-observable": "– not observable on this surface",
  "not-applicable": "– no error to compare",
};

/**
 * @param {Check[]} checks
 */
function checkTable(checks) {
  if (!checks.length) return h("p", {}, "Nothing was compared.");
  return scroller(
    "Checks",
    h(
      "table",
      { class: "list checks" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["axis", "level", "expected", "observed", ""].map((name) => h("th", { scope: "col" }, name || "result")),
        ),
      ),
      h(
        "tbody",
        {},
        checks.map((check) =>
          h(
            "tr",
            { class: `grade-${check.grade}` },
            h("th", { scope: "row" }, check.axis),
            cell("level", check.level.toUpperCase()),
            cell("expected", shown(check.expected)),
            cell("observed", shown(check.observed)),
            cell("result", GRADES[check.grade] ?? check.grade),
          ),
        ),
      ),
    ),
  );
}

/**
 * Shows the checks that do not hold, as a diff.
 *
 * @param {Check[]} checks
 */
function difference(checks) {
  const broken = checks.filter(
    (check) => check.level !== "may" && !["exact", "not-applicable", "not-observable"].includes(check.grade),
  );
  if (!broken.length) return "";
  /** @param {Check} check */
  const seen = (check) => (["absent", "empty"].includes(check.grade) ? check.grade : shown(check.observed));
  return h(
    "pre",
    { class: "diff", tabindex: "0", "aria-label": "Difference: minus expected, plus observed" },
    broken.flatMap((check) => [
      h("del", {}, `- ${check.axis}: ${shown(check.expected)}\n`),
      h("ins", {}, `+ ${check.axis}: ${seen(check)}\n`),
    ]),
  );
}

/**
 * Shows a field of an error: absent, empty, or a value and the way to it.
 *
 * @param {ObservedError} error
 * @param {Field} key
 * @returns {Child}
 */
function reading(error, key) {
  const held = error[key];
  if (held === undefined) return h("span", { class: "none" }, "no such field");
  if (held === null) return h("span", { class: "none" }, "empty");
  return [h("code", {}, shown(held.value)), ` (${held.via})`];
}

/** @typedef {"status" | "type" | "code" | "request_id" | "retry_after" | "retryable"} Field */

/** @type {[string, Field][]} */
const FIELDS = [
  ["status", "status"],
  ["type", "type"],
  ["code", "code"],
  ["request id", "request_id"],
  ["retry after", "retry_after"],
  ["retryable", "retryable"],
];

/**
 * @param {Observation | null} seen
 */
function observation(seen) {
  if (!seen) return h("p", {}, "No answer that could be observed.");
  const { error } = seen;
  const text =
    seen.text === undefined
      ? h("span", { class: "none" }, "none is handed over before it fails")
      : h("pre", { tabindex: "0" }, visible(seen.text) || "(empty)");
  return h(
    "dl",
    {},
    fact(
      "ended",
      {
        returned: "returned normally",
        raised: "raised",
        "error-item": "an error item, then a normal end",
        aborted: "says it was aborted",
        stopped: "stopped, as the caller wanted no more",
        cancelled: "cancelled, as the caller wanted",
      }[seen.ended] ?? seen.ended,
      `, after ${counted(seen.events, "item")}`,
    ),
    error
      ? [
          fact("class", h("code", {}, visible(error.classes.join(" < ") || error.class, 1000))),
          fact(
            "raised at",
            {
              open: "opening the stream",
              iterate: "taking items from the stream",
              finalize: "asking for the finished answer",
            }[error.site] ?? error.site,
          ),
          fact("message", h("pre", { tabindex: "0" }, visible(error.message))),
          FIELDS.map(([name, key]) => fact(name, reading(error, key))),
          error.causes?.length ? fact("causes", visible(error.causes.join(" ← "), 1000)) : "",
        ]
      : "",
    fact("text", text),
    fact(
      "stop reason",
      !("stop_reason" in seen)
        ? h("span", { class: "none" }, "no such field")
        : seen.stop_reason === null
          ? h("span", { class: "none" }, "empty")
          : h("code", {}, shown(seen.stop_reason)),
    ),
    seen.tool_calls?.length
      ? fact(
          "tool calls",
          h(
            "ul",
            {},
            seen.tool_calls.map((call) =>
              h(
                "li",
                {},
                h("code", {}, `${visible(call.name, 200)}(${shown(call.arguments)})`),
                call.complete ? " handed over as complete" : " not complete",
              ),
            ),
          ),
        )
      : "",
  );
}
