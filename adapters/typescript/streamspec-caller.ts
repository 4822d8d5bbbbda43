/**
 * The callers that do not just read one answer to its end: one stops before, cancels, or makes the call once more
 * or several times at once.
 */

import { classesOf, get } from "./streamspec-values.ts";

/** The caller's part in a call, as the harness asks for it. */
export interface Caller {
  read?: "all" | { "stop-after": number } | { "cancel-after": number };
  again?: boolean;
  "at-once"?: number;
}

/** Says whether several calls are made on one client, which then keeps its connections as it does by itself. */
export function sharesClient(caller: Caller | undefined): boolean {
  return caller?.again === true || caller?.["at-once"] !== undefined;
}

/** The requests that are made of the caller of one call. */
export interface Asked {
  /** The number of items after which the caller stops. */
  stopAfter?: number;
  /** Aborted as the caller stops. */
  leave?: AbortController;
  /** Aborted where the caller has cancelled. */
  signal?: AbortSignal;
  /** The classes that the SDK has for a call that its caller cancelled. */
  cancellations?: readonly string[];
}

/** The caller's actions in one call. */
export interface Actions extends Asked {
  /** Ends the caller's watch over the call. */
  over: () => void;
}

/** Begins a call: from now on the milliseconds count after which a caller cancels it. */
export function begin({ read }: Caller = {}, cancellations: readonly string[] = []): Actions {
  if (typeof read !== "object") return { over: () => {} };
  if ("stop-after" in read) return { stopAfter: read["stop-after"], leave: new AbortController(), over: () => {} };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), read["cancel-after"]);
  return { signal: controller.signal, cancellations, over: () => clearTimeout(timer) };
}

/**
 * Says whether an error is the one that the SDK or the platform has for a call that its caller cancelled: by its class,
 * or by the name that the platform gives to errors of this kind.
 */
export function isCancellation(error: unknown, { signal, cancellations = [] }: Asked): boolean {
  if (!signal?.aborted) return false;
  if (error === signal.reason || get(error, "name") === "AbortError") return true;
  return classesOf(error).some((name) => cancellations.includes(name));
}
