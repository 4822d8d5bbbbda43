// Elements and texts. Whatever comes from records is only ever shown as text.

/**
 * Finds an element that the page has.
 *
 * @param {string} id
 */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element;
}

/**
 * Makes an element. Children are elements or texts, and a text is never markup.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: Event) => unknown)>} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/**
 * Collects what is in children, however they are nested.
 *
 * @param {readonly Child[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return nodes(child);
    if (child instanceof Node) return [child];
    return child || child === 0 ? [String(child)] : [];
  });
}

const LONGEST = 8000;

/**
 * Shows a text from outside: control characters and those that hide or reorder text become visible, a long one is cut.
 *
 * @param {unknown} text
 * @param {number} [longest]
 */
function visible(text, longest = LONGEST) {
  let whole = String(text);
  if (whole.length > longest) whole = `${whole.slice(0, longest)}… (cut; ${whole.length} characters in all)`;
  // eslint-disable-next-line no-control-regex -- control characters are what it makes visible
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/g;
  return whole.replace(/[\ud800-\udbff][\udc00-\udfff]|[^]/g, (one) =>
    one.length === 2
      ? one
      : one.replace(hidden, (found) => (found === "\r" ? "\\r" : `\\u{${found.codePointAt(0)?.toString(16)}}`)),
  );
}

/** @type {Record<string, string>} */
const MATCHES = {
  contains: "contains",
  "starts-with": "starts with",
  "prefix-of": "a beginning of",
  "at-most": "at most",
  "at-least": "at least",
};

/**
 * Shows a value of a check or an observation.
 *
 * @param {unknown} value
 * @returns {string}
 */
function shown(value) {
  if (value === null || value === undefined) return "nothing";
  if (value === "") return "the empty text";
  if (Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null))
    return value.map(shown).join(" or ") || "[]";
  const [first, ...others] = typeof value === "object" ? Object.entries(value) : [];
  const match = first && MATCHES[first[0]];
  if (match && !others.length) return `${match} ${shown(first[1])}`;
  return visible(typeof value === "string" ? value : JSON.stringify(value));
}

/**
 * Makes a link to a document outside; anything but http and https stays text.
 *
 * @param {string} url
 * @param {string} [text]
 */
function outside(url, text = url) {
  return /^https?:\/\//.test(url) ? h("a", { href: url, rel: "noopener noreferrer" }, visible(text)) : visible(text);
}

/**
 * Shows a sentence in which backticks mark code.
 *
 * @param {string} text
 * @returns {Child[]}
 */
function prose(text) {
  return visible(text)
    .split("`")
    .map((part, place, parts) =>
      place % 2 && place < parts.length - 1 ? h("code", {}, part) : place % 2 ? `\`${part}` : part,
    );
}

/** @type {Record<Status | "cut-dependent", string>} */
const STATUSES = {
  pass: "✓ pass",
  disputed: "◇ disputed",
  deviates: "△ deviates",
  fails: "✗ fails",
  "cut-dependent": "✂ cut-dependent",
  flaky: "≈ flaky",
  unsupported: "⊘ unsupported",
  "adapter-fault": "⚠ adapter fault",
  "gateway-fault": "⚠ gateway fault",
  "harness-fault": "⚠ harness fault",
  "not-run": "– not run",
};
/** @type {Mode[]} */
const MODES = ["fabricated", "silent", "hang", "crash", "spurious", "wrong"];
/** @type {Variant} */
const WRITTEN = "as-written";

/**
 * @param {Status | "cut-dependent"} name
 * @param {Mode | null} [mode]
 */
function statusMark(name, mode) {
  return h("span", { class: `status ${name}` }, STATUSES[name] ?? name, mode ? ` (${mode})` : "");
}

/**
 * @param {number} number
 * @param {string} noun
 */
function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * @param {string} label
 * @param {Child} child
 */
function scroller(label, child) {
  return h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label }, child);
}

/**
 * Makes a cell that says what it is where the table is too narrow for its head.
 *
 * @param {string} label
 * @param {Child[]} value
 */
function cell(label, ...value) {
  return h("td", { "data-label": label }, ...value);
}

/**
 * @param {string} name
 * @param {Child[]} value
 */
function fact(name, ...value) {
  return [h("dt", {}, name), h("dd", {}, ...value)];
}

/**
 * @param {Child[]} parts
 */
function crumbs(...parts) {
  return h(
    "nav",
    { class: "crumbs", "aria-label": "Where this is" },
    h("a", { href: "#/" }, "Overview"),
    parts.map((part) => [" › ", part]),
  );
}

/**
 * @param {string} text
 */
function copier(text) {
  const button = h("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text above to copy it";
    }
  });
  return button;
}
