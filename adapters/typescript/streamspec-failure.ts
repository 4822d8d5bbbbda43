/**
 * The reading of an error: whatever an SDK threw or handed over as the failure becomes the error of an observation.
 *
 * The fields are read by the SDK's documented properties, then in the raw bodies that its error hands out, by the rules
 * of `adapters/README.md`.
 */

import { type Api, DIALECTS } from "./streamspec-tables.ts";
import {
  classesOf,
  cut,
  get,
  httpStatus,
  isEmpty,
  isObject,
  json,
  kindOf,
  list,
  messageOf,
  seconds,
  word,
} from "./streamspec-values.ts";

export type Site = "open" | "iterate" | "finalize";
export type Via = "attribute" | "body" | "header" | "cause";

/** A reading of a field. A missing key: the SDK has no such field. `null`: it has the field and left it empty. */
export type Reading<T> = { value: T; via: Via } | null | undefined;

type Field = "status" | "type" | "code" | "request_id" | "retry_after" | "retryable";

export interface ObservedError {
  site: Site;
  class: string;
  classes: string[];
  message: string;
  status?: Reading<number>;
  type?: Reading<string>;
  code?: Reading<string>;
  request_id?: Reading<string>;
  retry_after?: Reading<number>;
  retryable?: Reading<boolean>;
  causes: string[];
  /** Sentences about what was there and could not be read. */
  unread?: string[] | undefined;
}

/** The way to a value: a documented property of the error, then keys inside the body or the name of a header. */
export type Path<E> = readonly [via: Via, property: keyof E & string, ...keys: string[]];

/** A documented function of the SDK that reads a value off an error. */
export type Reader = (error: unknown) => unknown;

/** The way to every field of an error: a path, or a function, before which stands what it reads where that is no attribute. */
type Way<E> = Path<E> | Reader | readonly [via: Via, read: Reader];

/** The ways to every field of an error that the SDK offers, best first. */
export type ErrorFields<E> = Partial<Record<Field, readonly Way<E>[]>> & {
  /** The ways to the raw bodies that the error hands out; what the fields above do not lead to is read in these. */
  bodies?: readonly (readonly [property: keyof E & string, ...keys: string[]])[];
};

/** The facts that the reading of an error depends on besides the SDK's fields. */
export interface Origin {
  /** The api whose error bodies they are. */
  api?: Api;
  /** The roots of the SDK's own errors, for which an `AggregateError` is opened. */
  errorBases?: readonly string[];
}

/** Describes what was thrown, whatever it is, as its catcher can read it; this does not throw. */
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
  const field = <T>(name: Field, convert: (value: unknown) => T | undefined): Reading<T> => {
    const found = reading(
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

/** Returns the SDK's own error inside the platform's wrapper, which every handler opens; any other error is itself. */
function opened(error: unknown, errorBases: readonly string[]): unknown {
  if (!(error instanceof AggregateError)) return error;
  return error.errors.find((inner) => classesOf(inner).some((name) => errorBases.includes(name))) ?? error;
}

/** Returns the first value that `ways` lead to, else one of a body; empty when the error has a place for it and no value. */
function reading<E, T>(
  error: unknown,
  ways: readonly Way<E>[] | undefined,
  inBodies: readonly unknown[],
  convert: (value: unknown) => T | undefined,
  note: (sentence: string) => void,
): Reading<T> {
  let has = inBodies.length > 0;
  for (const way of ways ?? []) {
    let found: unknown;
    const [via, property, ...keys] = typeof way === "function" ? (["attribute", way] as const) : way;
    if (typeof property === "function") {
      has = true;
      found = property(error);
    } else {
      has ||= isObject(error) && property in error;
      const [holder, raised] = attempted(error, property);
      if (raised !== undefined) note(`reading \`${property}\` throws ${raised}`);
      if (via === "header" && !isEmpty(holder) && !isHeaders(holder)) note(`\`${property}\` is ${kindOf(holder)}`);
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

/** Returns a property, or the class of what reading it throws. */
function attempted(value: unknown, property: string): [found: unknown, raised?: string] {
  try {
    return [isObject(value) ? (value as Record<string, unknown>)[property] : undefined];
  } catch (error) {
    return [undefined, classesOf(error)[0] ?? "Object"];
  }
}

/** Says whether a value is headers, which are looked up by name: the platform's, or an object of them. */
function isHeaders(value: unknown): boolean {
  return value instanceof Headers || (isObject(value) && !(value instanceof Map) && !Array.isArray(value));
}

/** Returns the beginning of a value, where it is no object. */
function excerpt(value: unknown): string {
  return isObject(value) ? "an object" : JSON.stringify(String(value).slice(0, 60));
}

/** Says in a sentence why nothing is read in a raw body that is there; nothing where it is an object. */
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

/** Returns the fields of the error that a raw body has a place for, by the rule of `adapters/README.md`. */
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
