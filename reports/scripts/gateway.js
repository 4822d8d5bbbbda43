// Gateways: the page of all of them, and one for each: what does it pass on?

/**
 * @param {Model} model
 * @returns {Child[]}
 */
function gatewayIndex({ gateways, words }) {
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
                    return cell(group, count ? blamed(count, words) : "–");
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
  const { blame, harm, about: fates } = model.words;
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
        headOf(["the answer", ...blame.map(([, name]) => name), "delayed", "left open"]),
        h(
          "tbody",
          {},
          Object.entries(gateway.about).map(([about, count]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, named(fates, about)),
              blame.map(([word, name]) => cell(name, (count.words[word] ?? 0).toLocaleString("en"))),
              cell("delayed", (count.delayed ?? 0).toLocaleString("en")),
              cell("left open", (count.left_open ?? 0).toLocaleString("en")),
            ),
          ),
        ),
      ),
    ),
    beside?.results?.length ? besideTable(model, beside.results) : "",
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
          `${named(harm, found.kind)}: ${counted(found.trials, "trial")}, in ${counted(found.cases, "case")}`,
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
 * Shows the results on the direct route beside those through the gateway.
 *
 * @param {Model} model
 * @param {SideBySide[]} results
 */
function besideTable(model, results) {
  return [
    h("h2", {}, "Beside the direct route"),
    scroller(
      "Results side by side",
      h(
        "table",
        { class: "list beside" },
        headOf(["direct", "through the gateway", "blame", "trials", "for example"]),
        h(
          "tbody",
          {},
          results.map(({ direct, through, word, trials, example }) =>
            h(
              "tr",
              {},
              cell("direct", statusMark(direct.status, direct.mode ?? null)),
              cell("through the gateway", statusMark(through.status, through.mode ?? null)),
              cell("blame", word ? named(model.words.blame, word) : "–"),
              cell("trials", trials.toLocaleString("en")),
              cell("for example", h("a", { href: addressOfParts(model, example) }, example.case)),
            ),
          ),
        ),
      ),
    ),
  ];
}

/**
 * Says what the same trial came to on the direct route, where that was run, too.
 *
 * @param {Trial} trial
 */
function besideDirect({ row, case: one, variant }) {
  const { model, sdk, surface, way } = row;
  if (way.route === model.defaults.route || variant !== WRITTEN) return "";
  const isDirect = (/** @type {Row} */ other) =>
    other.sdk === sdk &&
    other.surface === surface &&
    other.way.route === model.defaults.route &&
    other.way.transport === way.transport;
  const direct = model.rows.find(isDirect)?.trials.get(one.place);
  if (!direct) return "";
  const { status, mode } = direct.verdict;
  return h(
    "p",
    { class: "direct" },
    h("a", { href: addressOf(direct) }, "On the direct route"),
    ": ",
    statusMark(status, mode),
  );
}

/**
 * Finds the words for a name; a name without any stands for itself.
 *
 * @param {readonly (readonly [string, string])[]} words
 * @param {string} name
 */
function named(words, name) {
  return words.find(([known]) => known === name)?.[1] ?? name;
}

/**
 * Says what became of some answers, a line for each word.
 *
 * @param {BlameCount} count
 * @param {Model["words"]} words
 */
function blamed(count, { blame }) {
  const seen = blame.filter(([word]) => count.words[word]);
  const lines = seen.map(([word, name]) =>
    h(
      "span",
      { class: word === "passed-on" ? "pass" : word === "lost-at-the-sdk" ? "deviates" : "fails" },
      `${count.words[word]} ${name}`,
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
