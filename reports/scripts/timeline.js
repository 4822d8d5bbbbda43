// The wire of a trial as two bars with real proportions: when something is sent, and how much.

/** @typedef {{ name: string, words: string, size: number }} Stretch */

/**
 * Draws stretches side by side, each as wide as its part of them all; one that is narrow stays visible.
 *
 * @param {string} label
 * @param {Stretch[]} stretches
 */
function proportions(label, stretches) {
  const all = stretches.reduce((sum, { size }) => sum + size, 0) || 1;
  let from = 0;
  const parts = stretches.map(({ name, size }) => {
    const x = from / all;
    from += size;
    return [
      size ? svg("rect", { class: name, x: percent(x), width: percent(size / all), y: 0, height: "100%" }) : "",
      svg("line", { class: "tick", x1: percent(x), x2: percent(x), y1: 0, y2: "100%" }),
    ];
  });
  return picture("strip", label, {}, parts, svg("rect", { class: "frame", width: "100%", height: "100%" }));
}

/** @type {Record<Step["do"], string>} */
const WRITTEN_AS = { head: "disputing", body: "written", "last-chunk": "ending", pause: "quiet" };

/**
 * Draws an answer: the bytes of each step, and, where the server is silent for a while, the time.
 *
 * @param {Answer} answer
 * @param {number | null} waited
 */
function answerPicture({ steps, end }, waited) {
  const written = steps.filter((one) => one.do !== "pause");
  const sizes = written.map((one) => ({
    name: WRITTEN_AS[one.do],
    words: `${one.do} ${counted(one.bytes, "byte")}`,
    size: one.bytes,
  }));
  const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
  const pauses = steps.reduce((sum, one) => sum + (one.do === "pause" ? one.ms : 0), 0);
  const silent = end === "stall" && waited !== null ? Math.max(0, waited - pauses) : 0;
  /** @type {Stretch[]} */
  const times = [];
  let sent = 0;
  for (const one of steps) {
    if (one.do !== "pause") {
      sent += one.bytes;
      continue;
    }
    times.push({ name: "quiet", words: `${counted(sent, "byte")} sent, then ${one.ms} ms of silence`, size: one.ms });
    sent = 0;
  }
  if (silent) {
    const words = `${counted(sent, "byte")} sent, then nothing for ${silent.toLocaleString("en")} ms`;
    times.push({ name: "failed", words, size: silent });
  } else if (sent && times.length) times.push({ name: "written", words: `${counted(sent, "byte")} sent`, size: 0 });
  const whole = pauses + silent;
  return h(
    "div",
    { class: "proportions" },
    whole
      ? [
          h(
            "p",
            {},
            h("b", {}, "Time"),
            ` · ${whole.toLocaleString("en")} ms: ${times.map(({ words }) => words).join("; ")}`,
          ),
          proportions("", times),
        ]
      : "",
    bytes
      ? [
          h("p", {}, h("b", {}, "Bytes"), ` · ${bytes.toLocaleString("en")}: ${sizesInWords(sizes)}`),
          proportions("", sizes),
        ]
      : "",
  );
}

/**
 * Lists the sizes of steps; a long list is cut.
 *
 * @param {Stretch[]} sizes
 */
function sizesInWords(sizes) {
  const most = 8;
  const first = sizes.slice(0, most).map(({ words }) => words);
  if (sizes.length > most) first.push(`and ${counted(sizes.length - most, "more step")}`);
  return first.join(", ");
}

/**
 * Shows how long the surfaces of an SDK wait for a server that sends nothing more, and what ends the wait.
 *
 * @param {SdkData} sdk
 */
function waitsSection(sdk) {
  if (!sdk.waits.length) return "";
  const longest = Math.max(...sdk.waits.map(({ most, hung_for: hung }) => Math.max(most, hung)));
  const columns = ["surface", "timeout", "gave up after", "", "never gave up"];
  /** @param {import('./data').Wait} wait */
  const line = ({ surface, timeout, ended, least, middle, most, hung, hung_for: hungFor }) => {
    const inTheMiddle = least === most ? "" : `, ${middle.toLocaleString("en")} ms in the middle`;
    const words = ended ? milliseconds(least, most) + inTheMiddle : "–";
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, surface),
      cell(at(columns, 1), timeout === null ? "not recorded" : `${timeout.toLocaleString("en")} ms`),
      cell(at(columns, 2), words, ended ? h("small", {}, counted(ended, "trial")) : ""),
      cell(
        "",
        picture(
          "strip",
          "",
          {},
          ended ? svg("rect", { class: "written", width: percent(middle / longest), height: "100%" }) : "",
          hung ? svg("rect", { class: "failed", y: "60%", width: percent(hungFor / longest), height: "40%" }) : "",
          timeout === null
            ? ""
            : svg("line", {
                class: "limit",
                x1: percent(timeout / longest),
                x2: percent(timeout / longest),
                y1: 0,
                y2: "100%",
              }),
          svg("rect", { class: "frame", width: "100%", height: "100%" }),
        ),
      ),
      cell(
        at(columns, 4),
        hung
          ? h(
              "b",
              { class: "fails" },
              `✗ ${counted(hung, "trial")}, ended by the suite after ${hungFor.toLocaleString("en")} ms`,
            )
          : "",
      ),
    );
  };
  return h(
    "section",
    { class: "waits" },
    h("h2", {}, "How long it waits"),
    h(
      "p",
      {},
      "The server keeps the connection open and sends nothing more, and the SDK may not try again. Times were measured, in steps of 10 ms; a busy machine adds to them. ",
      sdk.timeout ? ["What governs them: ", prose(sdk.timeout)] : "",
    ),
    scroller(
      "How long it waits",
      h(
        "table",
        { class: "list" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            columns.map((name) => h("th", { scope: "col" }, name || h("span", { class: "spoken" }, "in proportion"))),
          ),
        ),
        h("tbody", {}, sdk.waits.map(line)),
      ),
    ),
  );
}

/**
 * Says how long one call waited for a server that sends nothing more.
 *
 * @param {SdkData} sdk
 * @param {TrialDetail} told
 */
function ownWait(sdk, { waited, observation }) {
  if (waited === null) return "";
  return h(
    "p",
    { class: "waited" },
    observation ? "The call ended after " : "The call had not ended after ",
    h("b", {}, `${waited.toLocaleString("en")} ms`),
    observation ? ". " : ", when the suite ended it. ",
    sdk.timeout ? ["What governs that: ", prose(sdk.timeout)] : "",
  );
}

/**
 * @param {number} least
 * @param {number} most
 */
function milliseconds(least, most) {
  const [from, to] = [least.toLocaleString("en"), most.toLocaleString("en")];
  return least === most ? `${to} ms` : `${from} to ${to} ms`;
}
