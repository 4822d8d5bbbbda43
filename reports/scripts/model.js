// The model of the page, made from the data in it.

/** @typedef {import('./data').PageData} PageData */
/** @typedef {import('./data').DetailsData} DetailsData */
/** @typedef {import('./data').SdkData} SdkData */
/** @typedef {import('./data').CodeData} CodeData */
/** @typedef {import('./data').CheckData} Check */
/** @typedef {import('./data').Source} Source */
/** @typedef {import('./data').Dispute} Dispute */
/** @typedef {PageData['cases'][number]['api']} Api */
/** @typedef {import('./data').Status} Status */
/** @typedef {import('./data').Mode} Mode */
/** @typedef {import('./data').Variant} Variant */
/** @typedef {import('./data').Level} Level */
/** @typedef {import('./data').CatchRow} CatchRow */
/** @typedef {import('./data').FailurePath} FailurePath */
/** @typedef {import('./data').Values} Values */
/** @typedef {import('./data').Times} Times */
/** @typedef {import('./data').Observation} Observation */
/** @typedef {import('./data').ObservedError} ObservedError */
/** @typedef {Omit<import('./data').DecodedData, 'events'> & { events: DecodedEvent[] }} Decoded */
/** @typedef {Omit<import('./data').AnswerData, 'decoded'> & { decoded: Decoded | null }} Answer */
/** @typedef {import('./data').EventData} DecodedEvent */
/** @typedef {import('./data').DescribedStep} Step */
/** @typedef {import('./data').RequestData} RequestData */
/** @typedef {import('./data').AttemptData} Attempt */

/** @typedef {import('./data').WayData} Way */
/** @typedef {import('./data').GatewayData} Gateway */
/** @typedef {import('./data').BlameCount} BlameCount */
/** @typedef {import('./data').SideBySide} SideBySide */

/**
 * A group of cases.
 * @typedef {{ name: string, about: string, details: string, api: Api, place: number }} Group
 */

/**
 * A case.
 * @typedef {object} Case
 * @property {string} id
 * @property {string} within
 * @property {string} file
 * @property {string | null} combination
 * @property {Api} api
 * @property {string} title
 * @property {About | null} about
 * @property {Source[]} sources
 * @property {Dispute | null} disputed
 * @property {Group} group
 * @property {number} place
 */

/**
 * The verdict of a trial.
 * @typedef {object} Verdict
 * @property {Status} status
 * @property {Mode | null} mode
 * @property {string[]} known
 * @property {Variant[]} same
 * @property {string | null} reason
 * @property {Check[]} checks
 * @property {number} rank
 * @property {Set<Level>} levels
 * @property {boolean} contradicts
 */

/**
 * A surface by a route and a transport, with its trials as written, and its variant runs that came out differently, each by the
 * place of the case.
 * @typedef {object} Row
 * @property {Model} model
 * @property {SdkData} sdk
 * @property {string} surface
 * @property {Way} way
 * @property {Family} family
 * @property {string} label
 * @property {string} name
 * @property {number} place
 * @property {Filters} filters
 * @property {Map<number, Trial>} trials
 * @property {Map<number, Trial[]>} variantRuns
 * @property {Sweep[]} sweeps
 */

/**
 * A trial. Of those that differ in nothing but the transport, the one by the first transport is `first`, as is every variant run; the
 * others came out `alike` or `otherwise`.
 *
 * @typedef {{ row: Row, case: Case, variant: Variant, verdict: Verdict, part: "first" | "alike" | "otherwise" }} Trial
 */

/**
 * The parts of the identity of a trial.
 * @typedef {{ sdk: string, surface: string, case: string, variant: Variant, route: string, transport: string }} TrialParts
 */

/**
 * Everything that the page shows.
 * @typedef {object} Model
 * @property {Map<string, SdkData>} sdks
 * @property {Map<string, Group>} groups
 * @property {Case[]} cases
 * @property {Row[]} rows
 * @property {Trial[]} trials
 * @property {Map<string, Case>} caseById
 * @property {PageData['defaults']} defaults
 * @property {Set<string>} routes
 * @property {Set<string>} transports
 * @property {Gateway[]} gateways
 * @property {import('./data').Past[]} past
 * @property {import('./data').TimeSpent} times
 * @property {import('./data').Alone | null} alone
 * @property {Record<keyof PageData['words'], [string, string][]>} words
 */

/**
 * The filters that narrow the view down, by their names in the address.
 * @typedef {Record<string, string | undefined>} Filters
 */

/**
 * The details of a trial.
 * @typedef {object} TrialDetail
 * @property {string} name
 * @property {Check[]} checks
 * @property {Observation | null} observation
 * @property {Answer[]} answers
 * @property {RequestData[]} requests
 * @property {Attempt[]} attempts
 * @property {string | null} blame
 * @property {number | null} waited
 */

/** @typedef {{ wires: Map<string, Answer[]>, trials: Map<string, TrialDetail> }} Detail */

/**
 * The content of an element.
 * @typedef {Node | string | number | false | null | undefined | readonly Child[]} Child
 */

/**
 * Makes objects of the page's tables. Every text in it may come from an SDK: it is only ever shown as text.
 *
 * @param {PageData} data
 * @returns {Model}
 */
function readModel(data) {
  /** @type {Verdict[]} */
  const verdicts = data.verdicts.map((verdict) => {
    const checks = verdict.checks.map((place) => at(data.checks, place));
    return {
      ...verdict,
      checks,
      rank: rankOf(verdict.status, verdict.mode),
      levels: new Set(checks.map((check) => check.level)),
      contradicts: checks.some((check) => check.level !== "may" && check.grade === "contradictory"),
    };
  });
  const sdks = new Map(data.sdks.map((sdk) => [sdk.id, sdk]));
  /** @type {Map<string, Group>} */
  const groups = new Map();
  /** @type {Case[]} */
  const cases = data.cases.map((one, place) => {
    const { name, about, details } = at(data.groups, one.group);
    const group = groups.get(name) ?? { name, about, details, api: one.api, place: groups.size };
    groups.set(name, group);
    return { ...one, sources: one.sources.map((source) => at(data.sources, source)), group, place };
  });
  /** @type {Trial[]} */
  const trials = [];
  /** @type {Model} */
  const model = {
    sdks,
    groups,
    cases,
    rows: [],
    trials,
    caseById: new Map(cases.map((one) => [one.id, one])),
    defaults: data.defaults,
    routes: new Set(data.ways.map((way) => way.route)),
    transports: new Set(data.ways.map((way) => way.transport)),
    gateways: data.gateways,
    past: data.past,
    times: data.times,
    alone: data.alone ?? null,
    // Pairs, which the types that are made of the schema do not know.
    words: /** @type {Model["words"]} */ (data.words),
  };
  /** @type {Map<string, Family>} */
  const families = new Map();
  const rows = data.rows.map(
    ({ sdk, surface, way: number, label, name, cases: runs, verdicts: came, sweeps, ...more }, place) => {
      const [known, way] = [sdks.get(sdk), at(data.ways, number)];
      if (!known) throw new Error(`nothing is said about ${sdk}`);
      const filters = {
        sdk,
        surface,
        route: model.routes.size > 1 ? way.route : "",
        transport: model.transports.size > 1 ? way.transport : "",
      };
      const [own, variantRuns] = [new Map(), new Map()];
      const family = entry(families, JSON.stringify([sdk, surface, way.route]), () => ({
        rows: [],
        sdk: known,
        surface,
        way,
        model,
        label,
        name,
        place,
        filters,
        told: new Map(),
      }));
      // A pair, which the types that are made of the schema do not know.
      const folded = /** @type {[string, string] | undefined} */ (more.folded);
      if (family.rows.length) {
        [family.label, family.name] = folded ?? [label, name];
        family.filters = { ...filters, transport: "" };
      }
      /** @type {Row} */
      const row = {
        model,
        sdk: known,
        surface,
        way,
        family,
        label,
        name,
        place,
        filters,
        trials: own,
        variantRuns,
        sweeps: [],
      };
      row.sweeps = (sweeps ?? []).map((sweep) => {
        const [swept, spoilt] = [at(data.swept, sweep.swept), at(data.spoilt, sweep.spoilt)];
        return { row, case: at(cases, swept.case), swept, spoilt };
      });
      family.rows.push(row);
      const [behind, otherwise] = [numbersOf(more.behind), numbersOf(more.otherwise)];
      let next = 0;
      for (const { first, count } of runs) {
        for (let number = first; number < first + count; number += 1) {
          /** @type {Trial["part"]} */
          const part = !more.behind || !behind.has(number) ? "first" : otherwise.has(number) ? "otherwise" : "alike";
          const trial = { row, case: at(cases, number), variant: WRITTEN, verdict: at(verdicts, at(came, next)), part };
          next += 1;
          row.trials.set(number, trial);
          trials.push(trial);
        }
      }
      return row;
    },
  );
  for (const run of data.variant_runs) {
    const [row, verdict] = [at(rows, run.row), at(verdicts, run.verdict)];
    /** @type {Trial} */
    const trial = { row, case: at(cases, run.case), variant: run.variant, verdict, part: "first" };
    row.variantRuns.set(run.case, [...(row.variantRuns.get(run.case) ?? []), trial]);
    trials.push(trial);
  }
  model.rows = rows;
  return model;
}

/**
 * The numbers in runs of consecutive ones.
 *
 * @param {import('./data').RunData[] | undefined} runs
 */
function numbersOf(runs) {
  return new Set(runs?.flatMap(({ first, count }) => Array.from({ length: count }, (_, number) => first + number)));
}

/**
 * The parts of the identity of a trial.
 *
 * @param {Trial} trial
 * @returns {TrialParts}
 */
function partsOf({ row, case: one, variant }) {
  const { route, transport } = row.way;
  return { sdk: row.sdk.id, surface: row.surface, case: one.id, variant, route, transport };
}

/**
 * Finds what stands at a place of a list; a place that is not there is an error of the report.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} place
 */
function at(list, place) {
  const found = list[place];
  if (found === undefined) throw new Error(`nothing stands at ${place}`);
  return found;
}

/**
 * Says whether a surface is no call of the SDK but an application's handling of it.
 *
 * @param {Row | Family} row
 */
function isHandler(row) {
  return row.sdk.handlers.includes(row.surface);
}

/**
 * Names the verdict of a trial or of its variant run: a variant run is listed only where it came out differently.
 *
 * @param {Trial} trial
 */
function statusOf(trial) {
  return trial.variant !== WRITTEN && trial.verdict.status === "fails" ? "cut-dependent" : trial.verdict.status;
}

/**
 * Ranks a verdict, for sorting: the worst is the least.
 *
 * @param {Status} status
 * @param {Mode | null} mode
 */
function rankOf(status, mode) {
  if (status === "fails" && mode) return MODES.indexOf(mode);
  return (
    MODES.length +
    [
      "deviates",
      "disputed",
      "flaky",
      "adapter-fault",
      "gateway-fault",
      "harness-fault",
      "unsupported",
      "not-run",
      "pass",
    ].indexOf(status)
  );
}

/**
 * @param {Trial} trial
 */
function rank(trial) {
  return trial.verdict.rank;
}

/**
 * Returns the trials that filters let through, each filter tested once for each case, row and verdict. Where no transport is chosen,
 * those that came out as by the first transport are counted and left out.
 *
 * @param {Model} model
 * @param {Filters} filters
 */
function filtered(model, filters) {
  const terms = (filters.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  /** @param {string} text */
  const has = (text) => terms.map((term) => text.toLowerCase().includes(term));
  const caseSays = model.cases.map((one) => ({
    fits: is(filters.api, one.api) && is(filters.group, one.group.name) && is(filters.case, one.id),
    terms: has(`${one.id} ${one.title}`),
  }));
  const rowSays = model.rows.map((row) => ({
    fits:
      is(filters.sdk, row.sdk.id) &&
      is(filters.language, row.sdk.language) &&
      is(filters.surface, row.surface) &&
      is(filters.route, row.way.route) &&
      is(filters.transport, row.way.transport),
    terms: has(row.name),
  }));
  /** @type {Map<Verdict, boolean>} */
  const verdictSays = new Map();
  /** @param {Verdict} verdict */
  const verdictFits = (verdict) => {
    let fits = verdictSays.get(verdict);
    if (fits === undefined) {
      const isOfTrials = filters.mode === "transport-dependent";
      const mode =
        filters.mode === "contradictory" ? verdict.contradicts : isOfTrials || is(filters.mode, verdict.mode);
      fits = mode && (!filters.level || [...verdict.levels].some((level) => level === filters.level));
      verdictSays.set(verdict, fits);
    }
    return fits;
  };
  let alike = 0;
  const found = model.trials.filter((trial) => {
    const [inCase, inRow] = [at(caseSays, trial.case.place), at(rowSays, trial.row.place)];
    const fits =
      inCase.fits &&
      inRow.fits &&
      verdictFits(trial.verdict) &&
      is(filters.verdict, statusOf(trial)) &&
      (filters.mode !== "transport-dependent" || isTransportDependent(trial)) &&
      terms.every((_, place) => inCase.terms[place] || inRow.terms[place]);
    const isLeftOut = fits && !filters.transport && trial.part === "alike" && wasRun(trial);
    alike += isLeftOut ? 1 : 0;
    return fits && !isLeftOut;
  });
  return { found, alike };
}

/**
 * @param {string | undefined} wanted
 * @param {string | null} value
 */
function is(wanted, value) {
  return !wanted || wanted === value;
}
