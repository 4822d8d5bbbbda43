/** Readers of single values, whatever they are: none of this throws on what came off the wire. */

/** Messages are verbatim up to this many characters. */
export const MESSAGE_LIMIT = 5_000_000;

/** Returns `value` if it is an array, else nothing: what came off the wire need not be what the SDK's types say. */
export function list<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

/** Returns a property or a header; nothing where there is none, and nothing where reading it throws. */
export function get(value: unknown, key: string): unknown {
  try {
    if (value instanceof Headers) return value.get(key) ?? undefined;
    return isObject(value) ? (value as Record<string, unknown>)[key] : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a number with the three digits of a status; providers count their own codes too (`"code": 1302`). */
export function httpStatus(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 100 && value <= 999 ? value : undefined;
}

/** Reads a number of tokens: a whole number that is not negative. */
export function tokens(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Reads a provider's word; numbers are words too (`"code": 429`), an empty text is none. */
export function word(value: unknown): string | undefined {
  if (isEmpty(value)) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Reads `Retry-After` in seconds: digits, or an HTTP date, of which one that has passed asks for no delay. */
export function seconds(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^\d{1,15}(\.\d+)?$/.test(text)) return Number(text);
  // `Date.parse` takes much that is no HTTP date; all of these begin with the day of the week.
  const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.round((date - Date.now()) / 1000));
}

/** The names under which the SDK's callers import its classes. */
export const exportedAs = new Map<unknown, string>();

/** Lists the class names along the prototype chain, nearest first, without `Object`; the type's name for primitives. */
export function classesOf(value: unknown): string[] {
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

export function cut(message: string): string {
  if (message.length <= MESSAGE_LIMIT) return message;
  return `${message.slice(0, MESSAGE_LIMIT)} [streamspec: cut here, ${message.length} characters in all]`;
}

/** Names the kind of a value, for the sentences about what cannot be read. */
export function kindOf(value: unknown): string {
  return `a ${classesOf(value)[0] ?? "Object"}`;
}
