// Names and addresses: what ties the pages together.

/**
 * Escapes the signs that a part of a name has in common with the grammar of the whole.
 *
 * @param {string} part
 * @param {RegExp} signs
 */
function escapedSigns(part, signs) {
  return part.replace(signs, encodeURIComponent);
}

/**
 * Names a surface of an SDK.
 *
 * @param {string} sdk
 * @param {string} surface
 */
function rowName(sdk, surface) {
  return `${escapedSigns(sdk, /[%/:]/g)}/${escapedSigns(surface, /[%/:]/g)}`;
}

/**
 * Names a trial, as the terminal does: the short form of its identity.
 *
 * @param {{ sdk: string, surface: string, id: string, variant: Variant }} parts
 */
function trialName({ sdk, surface, id, variant }) {
  const written = `${rowName(sdk, surface)}::${escapedSigns(id, /[%@]/g)}`;
  return variant === WRITTEN ? written : `${written}@${variant}`;
}

/**
 * @param {Trial} trial
 */
function nameOf(trial) {
  const { row, case: one, variant } = trial;
  return trialName({ sdk: row.sdk.id, surface: row.surface, id: one.id, variant });
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
 * Returns an address of the overview.
 *
 * @param {Filters} filters
 */
function overviewAddress(filters) {
  const parts = KEPT.filter((key) => filters[key]).map((key) => `${key}=${escapedPart(String(filters[key]))}`);
  return parts.length ? `#/?${parts.join("&")}` : "#/";
}

/** Splits `#/trial/a/b?x=y` into its parts. An address that cannot be decoded is taken as it is. */
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
