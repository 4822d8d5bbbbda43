/**
 * What one call saw, and how an error is read: the observation of the contract, gathered while an adapter drives its SDK.
 *
 * Only errors that come out of the SDK's calls, inside {@link Observer}, are observations.
 */

import { type Api, DIALECTS } from "./streamspec-tables.ts";

export type { Api };
export type Site = "open" | "iterate" | "finalize";
export type Via = "attribute" | "body" | "header" | "cause";
/** What the caller of a surface is handed; decides which fields exist before anything has arrived. */
export type Delivers = "events" | "text" | "final";

export interface ToolCall {
  name: string;
  /** A string while it is raw text, any other JSON value once the SDK parsed it. */
  arguments: unknown;
  complete: boolean;
}

/** A missing key: the SDK has no such field. `null`: it has the field and left it empty. */
export type Told<T> = { value: T; via: Via } | null | undefined;

type Field = "status" | "type" | "code" | "request_id" | "retry_after" | "retryable";

export interface ObservedError {
  site: Site;
  class: string;
  classes: string[];
  message: string;
  status?: Told<number>;
  type?: Told<string>;
  code?: Told<string>;
  request_id?: Told<string>;
  retry_after?: Told<number>;
  retryable?: Told<boolean>;
  causes: string[];
  /** What was there and could not be read, a sentence each. */
  unread?: string[] | undefined;
}

export interface Observation {
  ended: "returned" | "raised" | "error-item" | "aborted";
  events: number;
  text?: string | undefined;
  tool_calls?: ToolCall[] | undefined;
  stop_reason?: string | null | undefined;
  error?: ObservedError | undefined;
}

/** The way to a value: a documented property of the error, then keys inside the body or the name of a header. */
export type Path<E> = readonly [via: Via, property: keyof E & string, ...keys: string[]];

/** A documented function of the SDK that reads a value off an error. */
export type Reader = (error: unknown) => unknown;

/** For every field of an error that the SDK offers: the ways to it, best first. */
export type ErrorFields<E> = Partial<Record<Field, readonly (Path<E> | Reader)[]>> & {
  /** The ways to the raw bodies that the error hands out; what the fields above do not lead to is read in these. */
  bodies?: readonly (readonly [property: keyof E & string, ...keys: string[]])[];
};

/** What the reading of an error depends on besides the SDK's fields. */
export interface Origin {
  /** Whose error bodies they are. */
  api?: Api;
  /** The roots of the SDK's own errors, for which an `AggregateError` is opened. */
  errorBases?: readonly string[];
}

/** Messages are verbatim up to this many characters. */
export const MESSAGE_LIMIT = 5_000_000;

/** Collects what one call saw. */
export class Observer {
  #events = 0;
  #text: string | undefined;
  #tools: Map<unknown, ToolCall> | undefined;
  #stopReason: string | null | undefined;
  #raised: { site: Site; error: unknown } | undefined;
  #item: ObservedError | undefined;
  #handed: { site: Site; error: unknown } | undefined;
  #aborted = false;

  constructor(delivers: Delivers) {
    if (delivers !== "final") this.#text = "";
    if (delivers !== "events") return;
    this.#tools = new Map();
    this.#stopReason = null;
  }

  /**
   * Opens a stream and takes all its items, with the plain `for await` of a user: helpers race their own events
   * against the loop, so any extra turn here would change what they report.
   */
  async iterate<T>(open: () => AsyncIterable<T> | Promise<AsyncIterable<T>>, fold: (item: T) => void): Promise<void> {
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
        } catch (error) {
          own = { error };
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

  /** A piece of text handed over by a callback. */
  textEvent(piece: unknown): void {
    this.#events += 1;
    this.addText(piece);
  }

  addText(piece: unknown): void {
    if (typeof piece === "string") this.#text = (this.#text ?? "") + piece;
  }

  /** The first words about a tool call; `key` ties later ones to it. */
  openTool(key: unknown, name: unknown, args: unknown): void {
    this.#tools ??= new Map();
    const tool = this.#tools.get(key) ?? { name: "", arguments: args, complete: false };
    if (tool.name === "" && typeof name === "string") tool.name = name;
    this.#tools.set(key, tool);
  }

  /** More raw text of a tool call's arguments; a parsed placeholder gives way to the first of it. */
  addArguments(key: unknown, piece: unknown): void {
    const tool = this.#tools?.get(key);
    if (!tool || typeof piece !== "string" || piece === "") return;
    tool.arguments = typeof tool.arguments === "string" ? tool.arguments + piece : piece;
  }

  /** The SDK's word that a tool call is over, whole or cut, with the arguments where it repeats them. */
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

  /** A stop reason; an item without one does not take back an earlier one. */
  stop(reason: unknown): void {
    this.#stopReason = word(reason) ?? this.#stopReason;
  }

  /** Everything at once, from a finished message; the message is the one item its caller was handed. */
  finished(text: string, tools: (Omit<ToolCall, "name"> & { name: unknown })[], reason: unknown): void {
    this.#events = 1;
    this.#text = text;
    this.#tools = new Map();
    for (const [place, tool] of tools.entries()) {
      this.openTool(place, tool.name, tool.arguments);
      this.closeTool(place, undefined, tool.complete);
    }
    this.#stopReason = word(reason) ?? null;
  }

  /** The failure as an item of the stream, or as the finished message itself; counts unless something is raised. */
  failureItem(item: Pick<ObservedError, "site" | "class"> & { message: unknown; code: unknown }): void {
    const code = word(item.code);
    this.#item = {
      site: item.site,
      class: item.class,
      classes: [item.class],
      message: cut(typeof item.message === "string" ? item.message : ""),
      code: code === undefined ? null : { value: code, via: "attribute" },
      causes: [],
    };
  }

  /** Any value that the SDK hands over as the failure; the first one is why the others came. */
  errorItem(site: Site, error: unknown): void {
    this.#handed ??= { site, error };
  }

  /** The SDK's own word that the answer was interrupted. */
  abort(): void {
    this.#aborted = true;
  }

  observation<E>(fields: ErrorFields<E>, origin: Origin = {}): Observation {
    const thrown = this.#raised ?? this.#handed;
    return {
      ended: this.#raised ? "raised" : thrown || this.#item ? "error-item" : this.#aborted ? "aborted" : "returned",
      events: this.#events,
      text: this.#text,
      tool_calls: this.#tools && calls(this.#tools),
      stop_reason: this.#stopReason,
      error: thrown ? describeError(thrown.error, thrown.site, fields, origin) : this.#item,
    };
  }
}

/** The calls that a caller can make: one without a name is none, and one without arguments has an empty object of them. */
function calls(tools: Map<unknown, ToolCall>): ToolCall[] {
  const named = [...tools.values()].filter(({ name }) => name !== "");
  return named.map((tool) => ({ ...tool, arguments: tool.arguments === "" ? {} : (tool.arguments ?? {}) }));
}

/** What a catcher can read of what was thrown, whatever it is; this does not throw. */
export function describeError<E>(
  thrown: unknown,
  site: Site,
  offered: ErrorFields<E>,
  { api, errorBases = [] }: Origin = {},
): ObservedError {
  const error = opened(thrown, errorBases);
  // The `code` of an error of the web platform is the platform's own.
  const fields: ErrorFields<E> = error instanceof DOMException ? {} : offered;
  const unread = new Set<string>();
  const bodies = list(fields.bodies).filter(([property]) => isObject(error) && property in error);
  const read = bodies.map((keys) => {
    const raw = keys.reduce<unknown>(get, error);
    const why = notReadable(raw);
    if (why !== undefined) unread.add(`${keys.join(".")}: ${why}`);
    return readBody(raw, api);
  });
  const field = <T>(name: Field, convert: (value: unknown) => T | undefined): Told<T> => {
    const found = told(
      error,
      fields[name],
      read.filter((body) => name in body).map((body) => body[name]),
      convert,
      (sentence) => unread.add(`${name}: ${sentence}`),
    );
    return found && error !== thrown ? { ...found, via: "cause" } : found;
  };
  const classes = classesOf(error);
  const causes: string[] = [];
  const met = new Set([error]);
  for (let cause = get(error, "cause"); cause !== undefined && cause !== null; cause = get(cause, "cause")) {
    if (met.has(cause)) break;
    met.add(cause);
    causes.push(classesOf(cause)[0] ?? "Object");
  }
  return {
    site,
    class: classes[0] ?? "Object",
    classes,
    message: cut(messageOf(error)),
    status: field("status", httpStatus),
    type: field("type", word),
    code: field("code", word),
    request_id: field("request_id", word),
    retry_after: field("retry_after", seconds),
    retryable: field("retryable", (value) => (typeof value === "boolean" ? value : undefined)),
    causes,
    unread: unread.size > 0 ? [...unread] : undefined,
  };
}

/** The SDK's own error inside the platform's wrapper, which every handler opens; any other error is itself. */
function opened(error: unknown, errorBases: readonly string[]): unknown {
  if (!(error instanceof AggregateError)) return error;
  return error.errors.find((inner) => classesOf(inner).some((name) => errorBases.includes(name))) ?? error;
}

/** `value` if it is an array, else nothing: what came off the wire need not be what the SDK's types say. */
export function list<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

/** The first value that `ways` lead to, else one of a body; empty when the error has a place for it but no value there. */
function told<E, T>(
  error: unknown,
  ways: readonly (Path<E> | Reader)[] | undefined,
  inBodies: readonly unknown[],
  convert: (value: unknown) => T | undefined,
  note: (sentence: string) => void,
): Told<T> {
  let has = inBodies.length > 0;
  for (const way of ways ?? []) {
    let found: unknown;
    let via: Via = "attribute";
    if (typeof way === "function") {
      has = true;
      found = way(error);
    } else {
      const [by, property, ...keys] = way;
      via = by;
      has ||= isObject(error) && property in error;
      const [holder, raised] = attempted(error, property);
      if (raised !== undefined) note(`reading \`${property}\` throws ${raised}`);
      if (by === "header" && !isEmpty(holder) && !isHeaders(holder)) note(`\`${property}\` is ${kindOf(holder)}`);
      found = keys.reduce(get, holder);
    }
    const value = convert(found);
    if (value !== undefined) return { value, via };
    if (!isEmpty(found)) note(`${excerpt(found)}, ${kindOf(found)}, is none`);
  }
  for (const found of inBodies) {
    const value = convert(found);
    if (value !== undefined) return { value, via: "body" };
  }
  return has ? null : undefined;
}

/** A property, or the class of what reading it throws. */
function attempted(value: unknown, property: string): [found: unknown, raised?: string] {
  try {
    return [isObject(value) ? (value as Record<string, unknown>)[property] : undefined];
  } catch (error) {
    return [undefined, classesOf(error)[0] ?? "Object"];
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Headers are looked up by name: the platform's, or an object of them. */
function isHeaders(value: unknown): boolean {
  return value instanceof Headers || (isObject(value) && !(value instanceof Map) && !Array.isArray(value));
}

/** What a value is, for the sentences about what cannot be read. */
function kindOf(value: unknown): string {
  return `a ${classesOf(value)[0] ?? "Object"}`;
}

/** The beginning of a value, where it is no object. */
function excerpt(value: unknown): string {
  return isObject(value) ? "an object" : JSON.stringify(String(value).slice(0, 60));
}

/** Why nothing is read in a raw body that is there, in a sentence; nothing where it is an object. */
function notReadable(raw: unknown): string | undefined {
  if (isEmpty(raw)) return undefined;
  const parsed = typeof raw === "string" ? json(raw) : raw;
  const body: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (isObject(body)) {
    const error = get(body, "error");
    return isEmpty(error) || isObject(error) ? undefined : `the \`error\` in the body is ${kindOf(error)}`;
  }
  return typeof raw === "string" ? "the body is text that is not a JSON object" : `the body is ${kindOf(raw)}`;
}

/** What a raw body says of the error, by the rule of `adapters/README.md`: the fields that it has a place for. */
function readBody(raw: unknown, api: Api | undefined): Partial<Record<Field, unknown>> {
  const parsed = typeof raw === "string" ? json(raw) : raw;
  const body: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const inner = get(body, "error") ?? undefined;
  const error = inner ?? body;
  const kind = get(error, api === undefined ? "type" : DIALECTS[api].error_type);
  // That of an envelope is the name of the event.
  const type = inner === undefined && kind === "error" ? undefined : kind;
  const code = get(error, "code");
  const request_id = get(body, "request_id") ?? get(error, "request_id");
  // Google and OpenRouter document that the one is also the HTTP status, Groq the other.
  const status = [get(error, "status_code"), code].find((number) => httpStatus(number) !== undefined);
  return { type, code, request_id, ...(status === undefined ? {} : { status }) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A number with the three digits of a status; providers count their own codes too (`"code": 1302`). */
function httpStatus(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 100 && value <= 999 ? value : undefined;
}

/** A provider's word; numbers are words too (`"code": 429`), an empty text is none. */
function word(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `Retry-After`: digits, or an HTTP date, of which one that has passed asks for no delay. */
function seconds(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^\d{1,15}(\.\d+)?$/.test(text)) return Number(text);
  // `Date.parse` takes much that is no HTTP date; all of these begin with the day of the week.
  const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.round((date - Date.now()) / 1000));
}

/** A property or a header; nothing where there is none, and nothing where reading it throws. */
export function get(value: unknown, key: string): unknown {
  try {
    if (value instanceof Headers) return value.get(key) ?? undefined;
    return isObject(value) ? (value as Record<string, unknown>)[key] : undefined;
  } catch {
    return undefined;
  }
}

/** The names under which the SDK's callers import its classes. */
export const exportedAs = new Map<unknown, string>();

/** The class names along the prototype chain, nearest first, without `Object`; the type's name for primitives. */
function classesOf(value: unknown): string[] {
  if (!isObject(value)) return [value === null ? "null" : typeof value];
  const names: string[] = [];
  let prototype: unknown = Object.getPrototypeOf(value);
  while (isObject(prototype) && prototype !== Object.prototype) {
    const made = Object.hasOwn(prototype, "constructor") ? get(prototype, "constructor") : undefined;
    const name = exportedAs.get(made) ?? get(made, "name");
    if (typeof name === "string" && name !== "") names.push(name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return names.length > 0 ? names : ["Object"];
}

export function messageOf(error: unknown): string {
  try {
    const message = get(error, "message");
    if (typeof message === "string") return message;
    return isObject(error) ? (JSON.stringify(error) ?? "") : String(error);
  } catch {
    return "";
  }
}

function cut(message: string): string {
  if (message.length <= MESSAGE_LIMIT) return message;
  return `${message.slice(0, MESSAGE_LIMIT)} [streamspec: cut here, ${message.length} characters in all]`;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
