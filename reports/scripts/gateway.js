// Gateways: the page of all of them, and one for each: what does it pass on?

/** The words of blame, as reports say them; those of the gateway are its own doing. @type {Record<Word, string>} */
const WORDS = {
  "passed-on": "passed on",
  "lost-at-the-sdk": "lost at the SDK",
  "changed-at-the-gateway": "changed at the gateway",
  "lost-at-the-gateway": "lost at the gateway",
  invented: "invented",
};

/** What gateways do, as reports say it. @type {Record<string, string>} */
const HARM = {
  ...WORDS,
  "retried-after-output": "retried after output",
  retried: "retried before output",
  delayed: "delayed",
  "client-left-open": "left the client's connection open",
  "server-left-open": "left the server's connection open",
};

/** The fate of an answer. @type {Record<string, string>} */
const FATES = {
  healthy: "nothing fails",
  "in-band-error": "an error in the stream",
  refusal: "an error before the stream",
  cut: "the connection ends too early",
  "clean-end": "a clean end of what is not whole",
  stall: "silence",
  malformed: "something that cannot be read",
};

/** @type {Word[]} */
const WORDS_IN_ORDER = ["passed-on", "lost-at-the-sdk", "changed-at-the-gateway", "lost-at-the-gateway", "invented"];

/**
 * @param {Model} model
 * @returns {Child[]}
 */
function gatewayIndex({ gateways }) {
  const groups = [...new Set(gateways.flatMap((gateway) => Object.keys(gateway.groups)))].sort();
  return [
    crumbs("Gateways"),
    h("h1", { tabindex: "-1" }, "What do gateways pass on?"),
    h(
      "p",
      {},
      "A cell counts trials as written, of all dialects, by what became of the answer on its way. What is changed, lost or ",
      "invented at a gateway is its own doing, and no SDK is judged by it.",
    ),
    gateways.length
      ? scroller(
          "Gateways by groups of cases",
          h(
            "table",
            { class: "grid" },
            headOf(["gateway", ...groups]),
            h(
              "tbody",
              {},
              gateways.map((gateway) =>
                h(
                  "tr",
                  {},
                  h(
                    "th",
                    { scope: "row" },
                    h("a", { href: `#/gateway/${escapedPart(gateway.route)}` }, gateway.route),
                    h("small", {}, visible(`${gateway.name} ${gateway.version}`)),
                  ),
                  groups.map((group) => {
                    const count = gateway.groups[group];
                    return cell(group, count ? blamed(count) : "–");
                  }),
                ),
              ),
            ),
          ),
        )
      : h("p", {}, "Every trial was direct."),
  ];
}

/**
 * @param {Model} model
 * @param {Gateway} gateway
 * @returns {Child[]}
 */
function gatewayPage(model, gateway) {
  const { route, name, version, beside } = gateway;
  return [
    crumbs(h("a", { href: "#/gateway" }, "Gateways")),
    h("h1", { tabindex: "-1" }, `${route}: what does it pass on?`),
    h(
      "p",
      {},
      visible(`${name} ${version}. `),
      beside
        ? `Beside the direct route ${counted(beside.alike, "trial")} come out alike, ${beside.worse} worse and ${beside.better} better. `
        : "",
      h("a", { href: overviewAddress({ route: model.routes.size > 1 ? route : "" }) }, "All its trials"),
    ),
    scroller(
      "What became of answers",
      h(
        "table",
        { class: "list" },
        headOf(["the answer", ...WORDS_IN_ORDER.map((word) => WORDS[word]), "delayed", "left open"]),
        h(
          "tbody",
          {},
          Object.entries(gateway.about).map(([about, count]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, FATES[about] ?? about),
              WORDS_IN_ORDER.map((word) => cell(WORDS[word], (count.words[word] ?? 0).toLocaleString("en"))),
              cell("delayed", (count.delayed ?? 0).toLocaleString("en")),
              cell("left open", (count.left_open ?? 0).toLocaleString("en")),
            ),
          ),
        ),
      ),
    ),
    h("h2", {}, "What it does"),
    gateway.findings.length ? "" : h("p", {}, "It does no harm."),
    gateway.findings.map((found, place) => {
      const command = at(gateway.commands, place);
      return h(
        "section",
        { class: "way" },
        h(
          "h3",
          {},
          `${HARM[found.kind] ?? found.kind}: ${counted(found.trials, "trial")}, in ${counted(found.cases, "case")}`,
        ),
        h("p", {}, "For example ", h("a", { href: addressOfParts(model, found.example) }, found.example.case)),
        h("pre", { tabindex: "0" }, command),
        copier(command),
      );
    }),
  ];
}

/**
 * @param {string[]} names
 */
function headOf(names) {
  const heads = names.map((name) => h("th", { scope: "col" }, name));
  return h("thead", {}, h("tr", {}, heads));
}

/**
 * Says what became of some answers, a line for each word.
 *
 * @param {BlameCount} count
 */
function blamed(count) {
  const lines = WORDS_IN_ORDER.filter((word) => count.words[word]).map((word) =>
    h(
      "span",
      { class: word === "passed-on" ? "pass" : word === "lost-at-the-sdk" ? "deviates" : "fails" },
      `${count.words[word]} ${WORDS[word]}`,
    ),
  );
  const others = [
    count.retried ? `${count.retried} retried` : "",
    count.delayed ? `${count.delayed} delayed` : "",
    count.left_open ? `${count.left_open} left open` : "",
    count.not_blamed ? `[${count.not_blamed} not judged]` : "",
  ];
  return [...lines, ...others.filter(Boolean).map((other) => h("span", {}, other))].map((line) => h("div", {}, line));
}
