// Names and addresses: what ties the pages together.

/**
 * The name of a trial, as the terminal and the records have it.
 *
 * @param {string} surface
 * @param {string} id
 * @param {Variant} variant
 */
function trialName(surface, id, variant) {
  return variant === WRITTEN ? `${surface}::${id}` : `${surface}::${id}@${variant}`;
}

/**
 * @param {Trial} trial
 */
function nameOf(trial) {
  return trialName(trial.row.name, trial.case.id, trial.variant);
}

/**
 * @param {Model} model
 * @param {string} name
 */
function trialNamed(model, name) {
  model.byName ??= new Map(model.trials.map((trial) => [nameOf(trial), trial]));
  return model.byName.get(name);
}

/**
 * @param {string} text
 */
function escapedPart(text) {
  return encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%40", "@");
}

/**
 * @param {Trial} trial
 */
function addressOf(trial) {
  return addressOfName(nameOf(trial));
}

/** @param {string} name */
function addressOfName(name) {
  return `#/trial/${escapedPart(name)}`;
}

const FILTERS = ["api", "language", "sdk", "group", "level", "verdict", "mode"];
const KEPT = [...FILTERS, "surface", "case", "q", "sort", "page"];

/**
 * An address of the overview.
 *
 * @param {Filters} filters
 */
function overviewAddress(filters) {
  const parts = KEPT.filter((key) => filters[key]).map((key) => `${key}=${escapedPart(String(filters[key]))}`);
  return parts.length ? `#/?${parts.join("&")}` : "#/";
}

/** `#/trial/a/b?x=y` as its parts. An address that cannot be decoded is taken as it is. */
function readAddress() {
  const [path = "", ...query] = location.hash.slice(1).split("?");
  /** @param {string} text */
  const plain = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  /** @type {Filters} */
  const filters = {};
  for (const pair of query.join("?").split("&")) {
    const [key, ...value] = pair.split("=");
    if (key) filters[plain(key)] = plain(value.join("="));
  }
  return { path: plain(path).replace(/^\//, ""), filters };
}
