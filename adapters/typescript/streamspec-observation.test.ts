/** Tests of the observation of one call. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Observer } from "./streamspec-observation.ts";

class FailedError extends Error {
  readonly status = 529;
}

test("tool calls are open until they are closed, and a finished message replaces everything", () => {
  const seen = new Observer("events");
  seen.openTool(0, "get_weather", {});
  seen.addArguments(0, '{"city":');
  seen.addArguments(0, '"Paris"}');
  seen.addArguments(1, "never opened");
  const call = { name: "get_weather", arguments: '{"city":"Paris"}', complete: false };
  assert.deepEqual(seen.observation({}).tool_calls, [call]);
  seen.closeTool(0);
  assert.deepEqual(seen.observation({}).tool_calls, [{ ...call, complete: true }]);
  const last = new Observer("final");
  assert.equal(last.observation({}).text, undefined);
  last.finished("Hello", [], null);
  assert.deepEqual([last.observation({}).text, last.observation({}).stop_reason], ["Hello", null]);
});

test("the first that says anything of the failure counts, an item or what is raised behind it", async () => {
  for (const [codes, ended, code, message] of [
    [[undefined, "first", "second"], "error-item", "first", ""],
    [[undefined], "raised", undefined, "raised"],
  ] as const) {
    const seen = new Observer("events");
    for (const code of codes) seen.failureItem({ site: "iterate", class: "FailedEvent", message: "", code });
    assert.equal(seen.observation({}).ended, "error-item");
    await seen.settle(
      "iterate",
      () => Promise.reject(new FailedError("raised")),
      () => assert.fail(),
    );
    const { ended: end, error } = seen.observation({});
    assert.deepEqual([end, error?.code?.value, error?.message], [ended, code, message]);
  }
});

test("what was handed over as a failure is described like what was thrown, and an abort is neither", () => {
  const seen = new Observer("events");
  seen.abort();
  assert.equal(seen.observation({}).ended, "aborted");
  seen.errorItem("iterate", new FailedError("first"));
  seen.errorItem("iterate", "second");
  const { ended, error } = seen.observation<FailedError>({ status: [["attribute", "status"]] });
  assert.deepEqual([ended, error?.class, error?.message], ["error-item", "FailedError", "first"]);
  assert.deepEqual(error?.status, { value: 529, via: "attribute" });
});

test("every notice of the end is kept, also one that comes a turn later, where the surface has any", async () => {
  const [heard, deaf] = [new Observer("text", ["endings"]), new Observer("text")];
  for (const seen of [heard, deaf]) {
    seen.heard("failed");
    queueMicrotask(() => seen.heard("completed"));
    await seen.lateTurn();
  }
  assert.deepEqual(heard.observation({}).endings, ["failed", "completed"]);
  assert.equal(deaf.observation({}).endings, undefined);
  assert.deepEqual(new Observer("final", ["endings"]).observation({}).endings, []);
});

test("a field that the manifest says the surface lacks is left out", () => {
  const seen = new Observer("final", [], {}, ["stop_reason"]);
  seen.finished("Hello", [], undefined);
  assert.equal("stop_reason" in JSON.parse(JSON.stringify(seen.observation({}))), false);
});

test("an item that has no code has none that is empty", () => {
  const code = (item: { code?: unknown }) => {
    const seen = new Observer("events");
    seen.failureItem({ site: "iterate", class: "Item", message: "no", ...item });
    return seen.observation({}).error?.code;
  };
  assert.equal(code({}), undefined);
  assert.equal(code({ code: undefined }), null);
});
