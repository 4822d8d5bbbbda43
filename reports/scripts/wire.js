// The bytes that the server sent, and the events that a client can read in them.

const ENDS = {
  finish: "The server completes the HTTP message",
  eof: "The server closes the connection without completing the message",
  reset: "The server resets the connection (RST)",
  stall: "The server stays silent, with the connection open",
  "no-close-notify": "The server closes the connection without a close_notify of TLS",
  "rst-no-error": "The server resets the stream with NO_ERROR",
  "rst-internal-error": "The server resets the stream with INTERNAL_ERROR",
  "rst-refused-stream": "The server resets the stream with REFUSED_STREAM",
  "rst-cancel": "The server resets the stream with CANCEL",
  "rst-enhance-your-calm": "The server resets the stream with ENHANCE_YOUR_CALM",
  "goaway-below": "The server sends GOAWAY for this stream and closes the connection",
  "goaway-at": "The server sends GOAWAY after this stream and closes the connection",
  "connection-error": "The server sends GOAWAY with INTERNAL_ERROR and closes the connection",
};

/**
 * Draws the answers, and lists requests and answers in order. Times are left out, but for the pauses of the server and the wait
 * for one that sends nothing more: they say more about the machine than about the SDK.
 *
 * @param {TrialDetail} told
 * @returns {Child}
 */
function timeline(told) {
  if (!told.requests.length) return h("p", {}, "No request reached the server.");
  const items = told.requests.flatMap(({ request, answer: number, left, after: place }) => {
    const answer = told.answers[number] ?? told.answers.at(-1);
    const gone = h(
      "li",
      { class: "client" },
      h("b", {}, "← The client leaves"),
      " while the connection is still open.",
    );
    const steps = answer ? answer.steps.map(step) : [h("li", {}, "What was sent is not recorded.")];
    const early = place !== null && place < steps.length;
    if (early) steps.splice(place, 0, gone);
    const end = answer
      ? [h("li", { class: "end" }, h("b", {}, `End: ${answer.end}`), ` · ${ENDS[answer.end] ?? ""}.`)]
      : [];
    if (left && !early) end.push(gone);
    if (left === false)
      end.push(h("li", { class: "client" }, "The client still held the connection when the trial was over."));
    return [
      h("li", { class: "client" }, h("b", {}, "← The client sends "), h("code", {}, visible(request, 300))),
      ...steps,
      answer?.content
        ? h("li", {}, "Decompressed, the body says:", h("pre", { tabindex: "0" }, visible(answer.content)))
        : "",
      ...end,
    ];
  });
  const asked = [...new Set(told.requests.flatMap(({ answer }) => told.answers[answer] ?? told.answers.at(-1) ?? []))];
  return [
    asked.map((answer) => answerPicture(answer, told.waited)),
    h("ol", { class: "wire" }, items),
    asked.map(decodedSection),
  ];
}

/**
 * Lists the events of an answer: what a client had to go by.
 *
 * @param {Answer} answer
 */
function decodedSection({ decoded }) {
  if (!decoded) return "";
  const { whole, events, more } = decoded;
  /** @param {DecodedEvent} event */
  const line = (event) =>
    h(
      "li",
      {},
      h("b", {}, visible(event.name)),
      event.whole ? "" : " (never completed: no client may act on it)",
      " ",
      h("code", {}, visible(event.data)),
    );
  return h(
    "details",
    { class: "way" },
    h("summary", {}, `Decoded: ${counted(whole, "event")}`),
    h("ol", { class: "events" }, events.map(line)),
    more ? h("p", {}, `… and ${counted(more, "more event")}`) : "",
  );
}

/**
 * @param {Step} one
 */
function step(one) {
  if (one.do === "pause") return h("li", { class: "pause" }, h("b", {}, "‖ Pause"), ` for ${one.ms} ms`);
  const what = { head: "→ Head", body: "→ Body", "last-chunk": "→ Last chunk: the message is complete" }[one.do];
  const writes = one.writes && one.writes > 1 ? ` in ${counted(one.writes, "write")}` : "";
  return h(
    "li",
    { class: one.do },
    h("b", {}, what),
    ` · ${counted(one.bytes, "byte")}${writes}`,
    one.do === "last-chunk" ? "" : bytes(one.do === "head" ? one.text.trimEnd().replaceAll("\r\n", "\n") : one.text),
  );
}

/**
 * Shows what is written; the line ends that close it are marked, for an event without its empty line is not complete.
 *
 * @param {string} text
 */
function bytes(text) {
  const [ends] = /[\r\n]*$/.exec(text) ?? [""];
  const named = ends.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  return h(
    "pre",
    { tabindex: "0" },
    visible(text.slice(0, text.length - ends.length)),
    ends ? h("span", { class: "none" }, named) : "",
  );
}
