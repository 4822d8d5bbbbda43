/** The connections of calls: one for each, but where the caller makes several calls on the same client. */

import { AsyncLocalStorage } from "node:async_hooks";
import { Agent } from "node:http";
import type { Call } from "./streamspec-adapter.ts";
import { sharesClient } from "./streamspec-caller.ts";

/** No pool: an idle connection that goes away just as the next call takes it would look like that call's failure. */
const CLOSE = { connection: "close" };

/** Returns the headers of ours that a call has: none where its client keeps its connections as it does by itself. */
export function headers(call: Call): Record<string, string> {
  return sharesClient(call.caller) ? {} : CLOSE;
}

/**
 * Returns the same for clients of Anthropic and OpenAI, with the headers that the call asks for; their versions on `node-fetch`
 * would keep a pool all the same.
 */
export function connections(call: Call) {
  const defaultHeaders = { ...headers(call), ...call.headers };
  const sent = Object.keys(defaultHeaders).length ? { defaultHeaders } : {};
  return sharesClient(call.caller) ? sent : { ...sent, httpAgent: new Agent({ keepAlive: false }) };
}

/** The part of the platform's dispatcher that makes requests. */
interface Dispatcher {
  dispatch(...request: unknown[]): boolean;
}

/** The name of the platform's dispatcher of all calls of `fetch` (https://undici.nodejs.org/#/docs/api/GlobalInstallation). */
const GLOBAL = Symbol.for("undici.globalDispatcher.1");

const pools = new AsyncLocalStorage<Dispatcher>();

let shared: Dispatcher | undefined;

/**
 * Lets what `run` fetches keep its connections in a pool like the platform's, and yet its own: the platform's is one for the
 * whole process, where an application has one client, and an adapter those of many calls at once.
 */
export function inPoolOfItsOwn<T>(run: () => Promise<T>): Promise<T> {
  const platform = (shared ??= divide());
  return pools.run(Reflect.construct(platform.constructor, []), run);
}

/** Sends each request to the pool that it was made in, and returns the platform's, for those that were made in none. */
function divide(): Dispatcher {
  // The platform makes its dispatcher with the first use of any part of `fetch`.
  void new Headers();
  const holder = globalThis as unknown as Record<symbol, Dispatcher>;
  const platform = holder[GLOBAL];
  if (!platform) throw new Error("the platform's `fetch` has no dispatcher where it is documented");
  const dispatch: Dispatcher["dispatch"] = (...request) => (pools.getStore() ?? platform).dispatch(...request);
  holder[GLOBAL] = Object.create(platform, { dispatch: { value: dispatch } });
  return platform;
}
