// The heat map: what a cell of the matrix shows, and the line that tells the numbers of the one that is looked at.

/**
 * Makes the content of a cell: a bar, or the numbers where these are asked for.
 *
 * @param {Tally} counts
 * @param {boolean} withNumbers
 */
function cellContent(counts, withNumbers) {
  if (withNumbers) return tallyLines(counts);
  const { cut, notJudged } = counts;
  const isFault = [...notJudged.keys()].some((status) => status.endsWith("-fault"));
  const marks = [cut ? "✂" : "", notJudged.has("flaky") ? "≈" : "", isFault ? "⚠" : ""].join("");
  return [shareBar(counts), marks ? h("span", { class: "cut-dependent", "aria-hidden": "true" }, marks) : ""];
}

/**
 * Makes a cell of the heat map.
 *
 * @param {string} name
 * @param {Tally} counts
 * @param {string} href
 * @param {boolean} withNumbers
 */
function heatCell(name, counts, href, withNumbers) {
  const words = `${name}: ${inWords(counts)}`;
  const label = withNumbers ? {} : { "aria-label": words };
  return h(
    "td",
    {},
    h(
      "a",
      { href, class: "cell", "data-to": "trials", "data-told": words, ...label },
      cellContent(counts, withNumbers),
    ),
  );
}

/**
 * The line below the map that tells the numbers of the cell that the pointer is on or that has the focus.
 *
 * @param {HTMLElement} map
 */
function tellsNumbers(map) {
  const silent = "Point at a cell, or go to it with the Tab key, and its numbers stand here; it leads to its trials.";
  // What is told stands in the label of the cell, too.
  const line = h("p", { class: "told", "aria-hidden": "true" }, silent);
  /** @param {Event} event */
  const tell = ({ target }) => {
    const cell = target instanceof Element ? target.closest("[data-told]") : null;
    if (cell) line.textContent = cell.getAttribute("data-told");
  };
  map.addEventListener("mouseover", tell);
  map.addEventListener("focusin", tell);
  return line;
}
