// Packed data, and the details of groups of cases, which are loaded when they are needed.

/**
 * Unpacks the report's own data: JSON, compressed, in base64.
 *
 * @param {string} text
 * @returns {Promise<any>}
 */
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

/** The details of groups. Each file beside the page calls `streamspec.detail` when it has been loaded. */
const streamspec = (() => {
  /** @type {Map<string, Promise<Detail>>} */
  const loading = new Map();
  /** @type {Map<string, { resolve: (detail: Detail) => void, reject: (error: unknown) => void }>} */
  const waiting = new Map();

  /**
   * Loads the details of a group.
   *
   * @param {Group} group
   * @returns {Promise<Detail>}
   */
  function load({ name, details }) {
    let loaded = loading.get(name);
    if (!loaded) {
      loaded = new Promise((resolve, reject) => {
        waiting.set(name, { resolve, reject });
        const script = document.createElement("script");
        script.src = details;
        script.addEventListener("error", () =>
          reject(new Error(`${script.getAttribute("src")} is not beside this page`)),
        );
        document.head.append(script);
      });
      loading.set(name, loaded);
    }
    return loaded;
  }

  /**
   * Takes the details of a group from the file that has been loaded.
   *
   * @param {string} group
   * @param {string} packed
   */
  async function detail(group, packed) {
    const { resolve, reject } = waiting.get(group) ?? {};
    try {
      resolve?.(readDetail(await unpacked(packed)));
    } catch (error) {
      reject?.(error);
    }
  }

  /**
   * @param {DetailsData} data
   * @returns {Detail}
   */
  function readDetail(data) {
    const answers = data.wires.map((wire) => wire.map((answer) => withEvents(answer, data.events)));
    const wires = new Map(data.cases.map(({ id, wire }) => [id, at(answers, wire)]));
    const trials = new Map();
    for (const trial of data.trials) {
      const [row, { id, wire }] = [at(data.rows, trial.row), at(data.cases, trial.case)];
      trials.set(keyOf({ ...row, case: id, variant: trial.variant }), {
        name: trial.name,
        checks: trial.checks.map((place) => at(data.checks, place)),
        observation: trial.observation === null ? null : at(data.observations, trial.observation),
        answers: at(answers, trial.wire ?? wire),
        requests: at(data.requests, trial.requests),
        attempts: at(data.attempts, trial.attempts),
        blame: trial.blame ?? null,
        waited: trial.waited ?? null,
      });
    }
    return { wires, trials };
  }

  /**
   * Puts events in the place of their places.
   *
   * @param {import('./data').AnswerData} answer
   * @param {DecodedEvent[]} events
   * @returns {Answer}
   */
  function withEvents({ decoded, ...answer }, events) {
    return { ...answer, decoded: decoded && { ...decoded, events: decoded.events.map((place) => at(events, place)) } };
  }

  return { load, detail };
})();

/**
 * A key of a trial, by which its details are found.
 *
 * @param {TrialParts} parts
 */
function keyOf({ sdk, surface, case: id, variant, route, transport }) {
  return JSON.stringify([sdk, surface, id, variant, route, transport]);
}

/**
 * The details of a trial; none where its group has none of it.
 *
 * @param {Detail} detail
 * @param {Trial} trial
 */
function detailsOf(detail, trial) {
  return detail.trials.get(keyOf(partsOf(trial)));
}
