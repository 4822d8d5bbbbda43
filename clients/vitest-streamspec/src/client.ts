/** The HTTP interface of `streamspec serve`. */

/** A case: what it sends is told by its title, what it expects by `expect`. */
export interface Case {
  id: string;
  title: string;
  api: string;
  settings: { timeout_ms: number; max_retries: number; declares_tool: boolean };
  expect: { level: string; axis: string; expected: unknown }[];
}

/** The end, as your code took it. */
export type Outcome = "completed" | "error" | "incomplete" | "waiting" | "stopped" | "cancelled";

/** What your code saw. What is not given is not judged; null says that there is such a field and that it is empty. */
export interface Seen {
  outcome: Outcome;
  text?: string;
  tool_calls?: { name: string; arguments: unknown; complete?: boolean }[];
  stop_reason?: string | null;
  usage?: { input?: number | null; output?: number | null } | null;
  thinking?: string;
  refusal?: string;
  endings?: ("completed" | "failed" | "aborted")[];
  error?: SeenError;
  elapsed_ms?: number;
  ignore?: string[];
}

/** The failure as your code can read it. */
export interface SeenError {
  type?: string | null;
  code?: string | null;
  status?: number | null;
  message?: string;
  class?: string;
  request_id?: string | null;
  retry_after?: number | null;
  retryable?: boolean | null;
  site?: "open" | "iterate" | "finalize";
  foreign?: boolean;
}

/** A judgement: `explanation` has every check with its reason, and with its sources where it does not hold. */
export interface Judgement {
  passes: boolean;
  status: string;
  mode?: string;
  checks: { level: string; axis: string; holds: boolean; reason: string; sources: string[] }[];
  not_judged: { level: string; axis: string; reason: string }[];
  explanation: string;
}

/** A request that the interface refuses, with its own words. */
export class StreamspecError extends Error {
  override name = "StreamspecError";
}

/** A server that plays cases, at `http://127.0.0.1:PORT`. */
export class Server {
  readonly root: string;

  constructor(root: string) {
    this.root = root.replace(/\/$/, "");
  }

  /** The cases, all of them or those that an id, a folder or a glob names. */
  async cases(match?: string): Promise<Case[]> {
    const query = match === undefined ? "" : `?${new URLSearchParams({ match })}`;
    const listed = (await this.call("GET", `/cases${query}`)) as { cases: Case[] };
    return listed.cases;
  }

  /** Opens a session: one attempt at a case, at a URL of its own. */
  async open(id: string, options: { variant?: string; nonce?: string; hold?: boolean } = {}): Promise<Session> {
    const opened = (await this.call("POST", "/sessions", { case: id, ...options })) as Opened;
    return new Session(this, opened);
  }

  /** Asks the interface. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const options = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${this.root}/api/v1${path}`, options);
    const text = await response.text();
    if (!response.ok) throw new StreamspecError(words(text));
    return text === "" ? undefined : JSON.parse(text);
  }
}

interface Opened {
  id: string;
  case: string;
  nonce: string;
  base_url: string;
}

/** One attempt at a case. Every request below `baseURL` belongs to it until it is closed. */
export class Session {
  readonly baseURL: string;
  readonly case: string;
  readonly nonce: string;
  /** The axes that no judgement of this session looks at. */
  ignored: readonly string[] = [];
  readonly #server: Server;
  readonly #place: string;

  constructor(server: Server, opened: Opened) {
    this.#server = server;
    this.#place = `/sessions/${encodeURIComponent(opened.id)}`;
    this.baseURL = opened.base_url;
    this.case = opened.case;
    this.nonce = opened.nonce;
  }

  /** What the client asked and was sent so far. */
  async transcript(): Promise<unknown> {
    return this.#server.call("GET", this.#place);
  }

  /** Lets go of the pauses and stalls that wait; their number. */
  async release(): Promise<number> {
    return ((await this.#server.call("POST", `${this.#place}/release`)) as { released: number }).released;
  }

  /** Judges what was seen. */
  async verdict(seen: Seen): Promise<Judgement> {
    const body = { ...seen, ignore: [...this.ignored, ...(seen.ignore ?? [])] };
    return (await this.#server.call("POST", `${this.#place}/judgement`, body)) as Judgement;
  }

  /** Ends the session: what is still sent is cut, and the transcript is forgotten. */
  async close(): Promise<void> {
    await this.#server.call("DELETE", this.#place);
  }
}

/** What the interface says is wrong. */
function words(text: string): string {
  try {
    return String((JSON.parse(text) as { error: unknown }).error);
  } catch {
    return text.trim();
  }
}
