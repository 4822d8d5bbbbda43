/**
 * The observation of one call, in the contract's terms, collected while an adapter drives its SDK.
 *
 * Only errors that come out of the SDK's calls, inside {@link Observer}, are observations.
 */

import { type Asked, isCancellation } from "./streamspec-caller.ts";
import { type ErrorFields, type ObservedError, type Origin, type Site, describeError } from "./streamspec-failure.ts";
import { cut, get, tokens, word } from "./streamspec-values.ts";

/** The kind of items that the caller of a surface is handed; it decides which fields exist before anything has arrived. */
export type Delivers = "events" | "text" | "final";

/** The fields that a surface may show beside those that all surfaces of its kind do. */
export type AlsoShown = "usage" | "thinking" | "refusal" | "endings";

/** A notice that the answer is over, by an event or a callback that the SDK documents for it. */
export type Notice = "completed" | "failed" | "aborted";

/** Numbers of tokens, of the whole answer as far as the SDK tells it. */
export interface Usage {
  input: number | null;
  output: number | null;
}

export interface ToolCall {
  name: string;
  /** A string while it is raw text, any other JSON value once the SDK parsed it. */
  arguments: unknown;
  complete: boolean;
}

export interface Observation {
  ended: "returned" | "raised" | "error-item" | "aborted" | "stopped" | "cancelled";
  events: number;
  text?: string | undefined;
  tool_calls?: ToolCall[] | undefined;
  stop_reason?: string | null | undefined;
  usage?: Usage | null | undefined;
  thinking?: string | undefined;
  refusal?: string | undefined;
  endings?: Notice[] | undefined;
  error?: ObservedError | undefined;
  /** That of the second call, where there was one. */
  again?: Observation | undefined;
  /** Those of the other calls, in the order in which they were started, where several were made at once. */
  others?: Observation[] | undefined;
}

/** The parts of a finished answer beside text, calls and stop reason, as far as the SDK has a place for them. */
export interface Beside {
  usage?: { input: unknown; output: unknown };
  thinking?: string;
  refusal?: string;
}

/** The observer of one call: it collects what the SDK's caller sees, and makes the observation of it. */
export class Observer {
  #events = 0;
  #text: string | undefined;
  #tools: Map<unknown, ToolCall> | undefined;
  #stopReason: string | null | undefined;
  #usage: Usage | null | undefined;
  #thinking: string | undefined;
  #refusal: string | undefined;
  #endings: Notice[] | undefined;
  #raised: { site: Site; error: unknown } | undefined;
  #item: ObservedError | undefined;
  #handed: { site: Site; error: unknown } | undefined;
  #ended: "aborted" | "stopped" | "cancelled" | undefined;
  readonly #asked: Asked;
  readonly #lacks: readonly string[];

  constructor(delivers: Delivers, also: readonly AlsoShown[] = [], asked: Asked = {}, lacks: readonly string[] = []) {
    this.#asked = asked;
    this.#lacks = lacks;
    if (also.includes("endings")) this.hearEndings();
    if (delivers !== "final") {
      this.#text = "";
      if (also.includes("usage")) this.#usage = null;
      if (also.includes("thinking")) this.#thinking = "";
      if (also.includes("refusal")) this.#refusal = "";
    }
    if (delivers !== "events") return;
    this.#tools = new Map();
    this.#stopReason = null;
  }

  /**
   * Opens a stream and takes all its items, with the plain `for await` of a user: helpers race their own events
   * against the loop, so any extra turn here would change what they report. A caller who stops breaks out of it; items that
   * the SDK makes before it has asked, for which `counts` is false, are none of those that are wanted.
   */
  async iterate<T>(
    open: () => AsyncIterable<T> | Promise<AsyncIterable<T>>,
    fold: (item: T) => void,
    counts: (item: T) => boolean = () => true,
  ): Promise<void> {
    let wanted = this.#asked.stopAfter ?? Infinity;
    let site: Site = "open";
    let own: { error: unknown } | undefined;
    try {
      const opened = open();
      const items = opened instanceof Promise ? await opened : opened;
      site = "iterate";
      for await (const item of items) {
        this.#events += 1;
        try {
          fold(item);
          if (counts(item)) wanted -= 1;
        } catch (error) {
          own = { error };
          break;
        }
        if (wanted <= 0) {
          this.#ended = "stopped";
          this.#asked.leave?.abort();
          break;
        }
      }
    } catch (error) {
      this.#raised = { site, error };
    }
    if (own) throw own.error;
  }

  /** Waits for the SDK's word that it has finished, and gives `fold` what came with it. */
  async settle<T>(site: Site, finish: () => Promise<T>, fold: (result: T) => void): Promise<void> {
    let result: T;
    try {
      result = await finish();
    } catch (error) {
      this.#raised = { site, error };
      return;
    }
    fold(result);
  }

  /** Waits for a caller's own handling of the SDK, whose failure keeps the text that had arrived. */
  async handle<T>(handler: () => Promise<T>, fold: (result: T) => void): Promise<void> {
    await this.settle("finalize", handler, fold);
    this.addText(get(this.#raised?.error, "text"));
  }

  /** Adds a piece of text that was handed over by a callback. */
  textEvent(piece: unknown): void {
    this.#events += 1;
    this.addText(piece);
  }

  addText(piece: unknown): void {
    if (typeof piece === "string") this.#text = (this.#text ?? "") + piece;
  }

  /** Adds a piece of the model's thoughts. */
  addThinking(piece: unknown): void {
    if (typeof piece === "string") this.#thinking = (this.#thinking ?? "") + piece;
  }

  /** Adds a piece of the text of a refusal. */
  addRefusal(piece: unknown): void {
    if (typeof piece === "string") this.#refusal = (this.#refusal ?? "") + piece;
  }

  /** Keeps the numbers of tokens of the whole answer so far; one that is left empty does not take back an earlier one. */
  count(input: unknown, output: unknown): void {
    const counts = { input: tokens(input) ?? this.#usage?.input, output: tokens(output) ?? this.#usage?.output };
    if (counts.input === undefined && counts.output === undefined) return;
    this.#usage = { input: counts.input ?? null, output: counts.output ?? null };
  }

  /** Begins a tool call; `key` ties later pieces to it. */
  openTool(key: unknown, name: unknown, args: unknown): void {
    this.#tools ??= new Map();
    const tool = this.#tools.get(key) ?? { name: "", arguments: args, complete: false };
    if (tool.name === "" && typeof name === "string") tool.name = name;
    this.#tools.set(key, tool);
  }

  /** Adds raw text of a tool call's arguments; a parsed placeholder gives way to the first of it. */
  addArguments(key: unknown, piece: unknown): void {
    const tool = this.#tools?.get(key);
    if (!tool || typeof piece !== "string" || piece === "") return;
    tool.arguments = typeof tool.arguments === "string" ? tool.arguments + piece : piece;
  }

  /** Ends a tool call, whole or cut, as the SDK says that it is over, with the arguments where it repeats them. */
  closeTool(key: unknown, args?: unknown, complete = true): void {
    const tool = this.#tools?.get(key);
    if (!tool) return;
    tool.complete = complete;
    if (args !== undefined && args !== null) tool.arguments = args;
  }

  closeTools(): void {
    for (const key of this.#tools?.keys() ?? []) this.closeTool(key);
  }

  /** Takes back a tool call that turns out to be none of the caller's. */
  dropTool(key: unknown): void {
    this.#tools?.delete(key);
  }

  /** Keeps a stop reason; an item without one does not take back an earlier one. */
  stop(reason: unknown): void {
    this.#stopReason = word(reason) ?? this.#stopReason;
  }

  /** Takes everything at once, from a finished message; the message is the one item its caller was handed. */
  finished(
    text: string,
    tools: (Omit<ToolCall, "name"> & { name: unknown })[],
    reason: unknown,
    { usage, thinking, refusal }: Beside = {},
  ): void {
    this.#events = 1;
    this.#text = text;
    this.#tools = new Map();
    for (const [place, tool] of tools.entries()) {
      this.openTool(place, tool.name, tool.arguments);
      this.closeTool(place, undefined, tool.complete);
    }
    this.#stopReason = word(reason) ?? null;
    if (usage) {
      this.#usage = null;
      this.count(usage.input, usage.output);
    }
    this.#thinking = thinking;
    this.#refusal = refusal;
  }

  /**
   * Takes a failure that is an item of the stream, or the finished message itself; the first that says anything counts, also
   * before what is raised behind it.
   */
  failureItem(item: Pick<ObservedError, "site" | "class"> & { message: unknown; code?: unknown }): void {
    if (this.#item && saysAnything(this.#item)) return;
    const code = word(item.code);
    this.#item = {
      site: item.site,
      class: item.class,
      classes: [item.class],
      message: cut(typeof item.message === "string" ? item.message : ""),
      // An item that has no such field has no key of it.
      code: code !== undefined ? { value: code, via: "attribute" } : "code" in item ? null : undefined,
      causes: [],
    };
  }

  /** Takes any value that the SDK hands over as the failure; the first one is why the others came. */
  errorItem(site: Site, error: unknown): void {
    this.#handed ??= { site, error };
  }

  /** Notes that the caller has listeners to the end, as the manifest says of the surface, or as it has with some apis alone. */
  hearEndings(): void {
    this.#endings = [];
  }

  /** Takes a notice that the answer is over. */
  heard(notice: Notice): void {
    this.#endings?.push(notice);
  }

  /**
   * Lets a turn go by, as in a program that goes on: a notice may still come, and a rejection that the SDK leaves unhandled
   * ends the process while this call is still in flight, which caused it.
   */
  async lateTurn(): Promise<void> {
    await new Promise((done) => setImmediate(done));
  }

  /** Notes that the SDK itself says, without an error, that the answer was interrupted. */
  abort(): void {
    this.#ended ??= "aborted";
  }

  /** Notes that the SDK says, without an error, that a signal aborted the call: the caller's, or one of another kind. */
  signalled(): void {
    this.#ended ??= this.#asked.signal?.aborted ? "cancelled" : "aborted";
  }

  observation<E>(fields: ErrorFields<E>, origin: Origin = {}): Observation {
    const read = (found: { site: Site; error: unknown } | undefined) =>
      found && describeError(found.error, found.site, fields, origin);
    const item = read(this.#handed) ?? this.#item;
    const raised = item && saysAnything(item) ? undefined : read(this.#raised);
    const failure = raised ? this.#raised : this.#handed;
    const failed = raised ? "raised" : item ? "error-item" : undefined;
    return {
      ended:
        failure && isCancellation(failure.error, this.#asked) ? "cancelled" : (failed ?? this.#ended ?? "returned"),
      events: this.#events,
      text: this.#text,
      tool_calls: this.#tools && calls(this.#tools),
      stop_reason: this.#lacks.includes("stop_reason") ? undefined : this.#stopReason,
      usage: this.#usage,
      thinking: this.#thinking,
      refusal: this.#refusal,
      endings: this.#endings,
      error: raised ?? item,
    };
  }
}

function saysAnything({ message, type, code }: ObservedError): boolean {
  return Boolean(message || type || code);
}

/** Returns the calls that a caller can make: one without a name is none, one without arguments has an empty object. */
function calls(tools: Map<unknown, ToolCall>): ToolCall[] {
  const named = [...tools.values()].filter(({ name }) => name !== "");
  return named.map((tool) => ({ ...tool, arguments: tool.arguments === "" ? {} : (tool.arguments ?? {}) }));
}
