/** Tests of callers that do not just read to the end, and of the errors that count as a cancellation. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Caller, begin } from "./streamspec-caller.ts";
import { Observer } from "./streamspec-observation.ts";

class UserAbortError extends Error {}
class LateUserAbortError extends UserAbortError {}
class ConnectionError extends Error {}

/** Makes an endless answer, which tells when its caller let go of it. */
function endless(log: string[]) {
  return async function* () {
    try {
      for (let number = 0; ; number += 1) yield number;
    } finally {
      log.push("let go");
    }
  };
}

/** Returns what a caller saw who cancels at once, of a call that ends with this. */
async function cancelled(error: unknown, cancellations: string[] = []): Promise<string> {
  const asked = begin({ read: { "cancel-after": 0 } }, cancellations);
  const seen = new Observer("events", [], asked);
  await seen.settle(
    "iterate",
    () =>
      new Promise((_, reject) => asked.signal?.addEventListener("abort", () => reject(error ?? asked.signal?.reason))),
    () => {},
  );
  return seen.observation({}).ended;
}

test("a caller who stops lets go of the answer after as many items as are wanted, and nothing is raised", async () => {
  const log: string[] = [];
  const asked = begin({ read: { "stop-after": 3 } });
  const seen = new Observer("events", [], asked);
  await seen.iterate(endless(log), () => {});
  const { ended, events, error } = seen.observation({});
  assert.deepEqual([ended, events, error, log], ["stopped", 3, undefined, ["let go"]]);
  assert.equal(asked.leave?.signal.aborted, true);
});

test("items that were made before anything was asked are none of those that are wanted", async () => {
  const seen = new Observer("events", [], begin({ read: { "stop-after": 2 } }));
  await seen.iterate(
    endless([]),
    () => {},
    (number) => number >= 3,
  );
  assert.deepEqual([seen.observation({}).ended, seen.observation({}).events], ["stopped", 5]);
});

test("an answer that is over before a caller stops has returned, and one that raises as the caller leaves has raised", async () => {
  const short = new Observer("events", [], begin({ read: { "stop-after": 3 } }));
  await short.iterate(
    async function* () {
      yield 1;
    },
    () => {},
  );
  assert.equal(short.observation({}).ended, "returned");
  const raising = new Observer("events", [], begin({ read: { "stop-after": 1 } }));
  const items = async function* () {
    try {
      yield 1;
    } finally {
      // eslint-disable-next-line no-unsafe-finally -- an SDK may do so when its iterator is closed
      throw new ConnectionError("on the way out");
    }
  };
  await raising.iterate(items, () => {});
  assert.deepEqual(
    [raising.observation({}).ended, raising.observation({}).error?.class],
    ["raised", "ConnectionError"],
  );
});

test("a call is cancelled where the platform's or the SDK's error for it comes up, by class and never by message", async () => {
  const own = ["UserAbortError"];
  assert.equal(await cancelled(undefined), "cancelled");
  assert.equal(await cancelled(new DOMException("any words", "AbortError")), "cancelled");
  assert.equal(await cancelled(Object.assign(new Error("any words"), { name: "AbortError" })), "cancelled");
  assert.equal(await cancelled(new LateUserAbortError("any words"), own), "cancelled");
  assert.equal(await cancelled(new UserAbortError("any words")), "raised");
  assert.equal(await cancelled(new Error("AbortError"), own), "raised");
  assert.equal(await cancelled(new ConnectionError("Request was aborted."), own), "raised");
  assert.equal(await cancelled(new ConnectionError("cause", { cause: new UserAbortError("inner") }), own), "raised");
  assert.equal(await cancelled(new DOMException("any words", "TimeoutError")), "raised");
});

test("nobody has cancelled whose time has not come, or who never asked to", () => {
  for (const caller of [
    undefined,
    { again: true },
    { read: "all" },
    { read: { "cancel-after": 60_000 } },
  ] as Caller[]) {
    const asked = begin(caller, ["UserAbortError"]);
    const seen = new Observer("events", [], asked);
    seen.errorItem("iterate", new UserAbortError("early"));
    asked.over();
    assert.equal(seen.observation({}).ended, "error-item");
  }
});

test("the time is over with the call", async () => {
  const asked = begin({ read: { "cancel-after": 1 } });
  asked.over();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(asked.signal?.aborted, false);
});

test("a notice that a signal aborted the call is the caller's only where the caller's signal did", async () => {
  const asked = begin({ read: { "cancel-after": 1 } });
  const early = new Observer("events", [], asked);
  early.signalled();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const late = new Observer("events", [], asked);
  late.signalled();
  assert.deepEqual([early.observation({}).ended, late.observation({}).ended], ["aborted", "cancelled"]);
});
