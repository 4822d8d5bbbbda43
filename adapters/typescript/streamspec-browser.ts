/** The page of a browser, for packages that are made for one: jsdom's `window` and `document`, with the platform's `fetch`. */

import type { DOMWindow } from "jsdom";

/** The platform's dispatcher of all calls of `fetch`, in whose place a module of jsdom's puts one of its own. */
const DISPATCHER = Symbol.for("undici.globalDispatcher.1");

/** Opens an empty page, and makes `window` and `document` known as a browser does. */
export async function openPage(): Promise<DOMWindow> {
  const holder = globalThis as unknown as Record<symbol, unknown>;
  // The platform makes its dispatcher with the first use of any part of `fetch`.
  void new Headers();
  const platform = holder[DISPATCHER];
  const { JSDOM } = await import("jsdom");
  holder[DISPATCHER] = platform;
  const { window } = new JSDOM('<div id="root"></div>');
  Object.assign(globalThis, { window, document: window.document });
  return window;
}
