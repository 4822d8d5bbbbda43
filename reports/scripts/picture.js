// What all pictures have in common. Each says in words what it shows, and needs no colour: harm is solid, what is lesser is hatched
// or dotted, and what is fine is empty.

/**
 * Makes an element of a picture.
 *
 * @param {string} tag
 * @param {Record<string, string | number | undefined>} [attributes]
 * @param {Child[]} children
 */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(name, String(value));
  element.append(...nodes(children));
  return element;
}

/**
 * A picture; a label that is empty says that the words beside it say the same.
 *
 * @param {string} kind
 * @param {string} label
 * @param {Record<string, string | number | undefined>} attributes
 * @param {Child[]} children
 */
function picture(kind, label, attributes, ...children) {
  const told = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return svg("svg", { class: `picture ${kind}`, ...told, ...attributes }, ...children);
}

/** @param {number} part */
const percent = (part) => `${Number((100 * part).toFixed(2))}%`;

/**
 * What trials come to, the most harmful first: the name of its filling, its words, and how many there are of it.
 *
 * @type {[name: string, words: string, count: (counts: Tally) => number][]}
 */
const SHARES = [
  ["hidden", "look complete although they are not", (counts) => hidden(counts)],
  ["failed", "fail otherwise", (counts) => counts.fails - hidden(counts)],
  ["deviating", "deviate", (counts) => counts.deviates],
  ["disputing", "are disputed", (counts) => counts.disputed],
  ["fine", "pass", (counts) => counts.pass],
];

/**
 * Counts the failures that look like a completion.
 *
 * @param {Tally} counts
 */
function hidden({ modes }) {
  return (modes.get("silent") ?? 0) + (modes.get("fabricated") ?? 0);
}

/**
 * Counts the trials that say something about the SDK.
 *
 * @param {Tally} counts
 */
function judgedOf({ pass, disputed, deviates, fails }) {
  return pass + disputed + deviates + fails;
}

/**
 * Says how trials came out, in one sentence.
 *
 * @param {Tally} counts
 */
function inWords(counts) {
  const shares = SHARES.map(([, words, count]) => [count(counts), words]).filter(([number]) => number);
  const parts = shares.map(([number, words]) => `${number?.toLocaleString("en")} ${words}`);
  if (counts.cut) parts.push(`${counted(counts.cut, "variant run")} cut-dependent`);
  for (const [name, number] of counts.notJudged) parts.push(`[${number} ${name}]`);
  return `of ${counted(judgedOf(counts), "trial")} ${parts.join(", ") || "none"}`;
}

/**
 * Draws how trials came out, as shares of one bar.
 *
 * @param {Tally} counts
 * @param {string} [label]
 */
function shareBar(counts, label = "") {
  const all = judgedOf(counts);
  let from = 0;
  const parts = SHARES.map(([name, , count]) => {
    const share = all ? count(counts) / all : 0;
    const part = svg("rect", { class: name, x: percent(from), y: 0, width: percent(share), height: "100%" });
    from += share;
    return share ? part : "";
  });
  return picture("bar", label, {}, parts, svg("rect", { class: "frame", width: "100%", height: "100%" }));
}

/**
 * Says what fillings mean.
 *
 * @param {[filling: string, words: string][]} fillings
 */
function keyOfFillings(fillings) {
  return h(
    "ul",
    { class: "key" },
    fillings.map(([name, words]) =>
      h(
        "li",
        {},
        picture("swatch", "", {}, [
          svg("rect", { class: name, width: "100%", height: "100%" }),
          svg("rect", { class: "frame", width: "100%", height: "100%" }),
        ]),
        ` ${words}`,
      ),
    ),
  );
}

/** Says what the fillings of bars mean. */
const shareLegend = () => keyOfFillings(SHARES.map(([name, words]) => [name, words]));
