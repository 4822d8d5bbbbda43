// Addresses: what ties the pages together. An address names the parts of what it leads to, each by itself.

/**
 * @param {string} text
 */
function escapedPart(text) {
  return encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%40", "@");
}

/**
 * An address with parts; those that are empty are left out.
 *
 * @param {string} page
 * @param {Record<string, string | undefined>} parts
 */
function addressWith(page, parts) {
  const named = Object.entries(parts).flatMap(([key, part]) => (part ? [`${key}=${escapedPart(part)}`] : []));
  return named.length ? `#/${page}?${named.join("&")}` : `#/${page}`;
}

/**
 * The address of a trial; the parts that are the default are left out.
 *
 * @param {Model} model
 * @param {TrialParts} parts
 */
function addressOfParts({ defaults }, { sdk, surface, case: id, variant, route, transport }) {
  return addressWith("trial", {
    sdk,
    surface,
    case: id,
    variant: variant === defaults.variant ? "" : variant,
    route: route === defaults.route ? "" : route,
    transport: transport === defaults.transport ? "" : transport,
  });
}

/**
 * @param {Trial} trial
 */
function addressOf(trial) {
  return addressOfParts(trial.row.model, partsOf(trial));
}

/**
 * The trial that an address names; none where the page lists no such trial.
 *
 * @param {Model} model
 * @param {Filters} parts
 */
function trialAt({ rows, caseById, defaults }, parts) {
  const { variant = defaults.variant, route = defaults.route, transport = defaults.transport } = parts;
  const row = rows.find(
    (row) =>
      row.sdk.id === parts.sdk &&
      row.surface === parts.surface &&
      row.way.route === route &&
      row.way.transport === transport,
  );
  const one = caseById.get(parts.case ?? "");
  if (!row || !one) return undefined;
  const variantRuns = row.variantRuns.get(one.place) ?? [];
  return variant === WRITTEN ? row.trials.get(one.place) : variantRuns.find((run) => run.variant === variant);
}

/**
 * The address of the page that compares two surfaces.
 *
 * @param {Row} one
 * @param {Row} other
 */
function comparisonAddress(one, other) {
  return addressWith("compare", { one: one.name, other: other.name });
}

const FILTERS = ["api", "language", "sdk", "route", "transport", "group", "level", "verdict", "mode"];
const KEPT = [...FILTERS, "surface", "case", "q", "sort", "page", "numbers"];

/**
 * Returns an address of the overview.
 *
 * @param {Filters} filters
 */
function overviewAddress(filters) {
  return addressWith("", Object.fromEntries(KEPT.map((key) => [key, filters[key]])));
}

/** Splits `#/trial?x=y` into its parts. An address that cannot be decoded is taken as it is. */
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
