/** Tests of what is read of an error, whatever was thrown. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { describeError } from "./streamspec-failure.ts";
import { MESSAGE_LIMIT } from "./streamspec-values.ts";

class BaseError extends Error {
  readonly status: number | undefined;
  readonly headers = new Headers({ "retry-after": "7" });
  readonly error: unknown;

  constructor(message: string, status?: number, error?: unknown) {
    super(message, { cause: new TypeError("inner", { cause: "innermost" }) });
    this.status = status;
    this.error = error;
  }

  get type(): string {
    throw new Error("unreadable");
  }
}
class LateError extends BaseError {}

test("an error is read by its documented properties, missing and empty apart", () => {
  const seen = describeError<BaseError>(new LateError("boom", undefined, { inner: { code: 429 } }), "iterate", {
    status: [["attribute", "status"]],
    type: [["attribute", "type"]],
    code: [["body", "error", "inner", "code"]],
    retry_after: [["header", "headers", "retry-after"]],
  });
  assert.deepEqual(JSON.parse(JSON.stringify(seen)), {
    site: "iterate",
    class: "LateError",
    classes: ["LateError", "BaseError", "Error"],
    message: "boom",
    status: null,
    type: null,
    code: { value: "429", via: "body" },
    retry_after: { value: 7, via: "header" },
    causes: ["TypeError", "string"],
    unread: ["type: reading `type` throws Error"],
  });
  assert.equal(
    describeError(new Error("plain"), "open", { status: [["attribute", "status"]] as never }).status,
    undefined,
  );
});

test("a field may be read by a function of the SDK's, which may find nothing", () => {
  const fields = (value: unknown) => ({ retryable: [() => value] });
  const retryable = (value: unknown) => describeError(new Error("any"), "open", fields(value)).retryable;
  assert.deepEqual([retryable(false), retryable(undefined)], [{ value: false, via: "attribute" }, null]);
});

test("what no field leads to is read in the bodies, the first of which that has it", () => {
  const fields = { type: [["attribute", "type"]], bodies: [["data"], ["inner", "text"], ["absent"]] } as const;
  const text = '{"error":{"type":"overloaded_error","code":529},"request_id":"req_1"}';
  const read = (error: object) => {
    const { type, code, status, request_id } = describeError<any>(error, "open", fields);
    return [type, code, status, request_id];
  };
  const body = (value: string) => ({ value, via: "body" });
  const found = [body("overloaded_error"), body("529"), { value: 529, via: "body" }, body("req_1")];
  assert.deepEqual(read({ data: { error: {} }, inner: { text } }), found);
  assert.deepEqual(read({ type: "own", data: text })[0], { value: "own", via: "attribute" });
  assert.deepEqual(read({ data: undefined }), [null, null, undefined, null]);
  assert.deepEqual(read({}), [undefined, undefined, undefined, undefined]);
});

test("what is there and cannot be read is said", () => {
  const fields = {
    status: [["attribute", "status"]],
    retry_after: [["header", "headers", "retry-after"]],
    bodies: [["body"]],
  } as const;
  for (const [error, ...expected] of [
    [{ status: "529" }, 'status: "529", a string, is none'],
    [{ headers: "none" }, "retry_after: `headers` is a string"],
    [{ headers: new Map() }, "retry_after: `headers` is a Map"],
    [{ headers: new Headers({ "retry-after": "soon" }) }, 'retry_after: "soon", a string, is none'],
    [{ body: "<html>" }, "body: the body is text that is not a JSON object"],
    [{ body: 7 }, "body: the body is a number"],
    [{ body: { error: "no" } }, "body: the `error` in the body is a string"],
    [{ body: { detail: "no" }, headers: {}, status: undefined }],
    [{ body: "" }],
  ] as [object, ...string[]][]) {
    assert.deepEqual(describeError<any>(error, "open", fields).unread ?? [], expected);
  }
});

test("the platform's wrapper is opened for the SDK's own error, and for no other", () => {
  const inner = [new TypeError("first"), new LateError("second", 503)];
  const describe = (errors: Error[]) => {
    const fields = { status: [["attribute", "status"]] } as const;
    return describeError<BaseError>(new AggregateError(errors, "all"), "open", fields, { errorBases: ["BaseError"] });
  };
  const { class: name, message, status } = describe(inner);
  assert.deepEqual([name, message, status], ["LateError", "second", { value: 503, via: "cause" }]);
  const { class: wrapper, message: words, status: none } = describe(inner.slice(0, 1));
  assert.deepEqual([wrapper, words, none], ["AggregateError", "all", undefined]);
});

test("Retry-After is digits or an HTTP date, in any of its forms", () => {
  const later = new Date(Date.now() + 60_000);
  for (const [header, expected] of [
    ["7.25", 7.25],
    [later.toUTCString(), 60],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 0],
    ["Sun Nov  6 08:49:37 1994", 0],
    ["2030-01-01", undefined],
    ["7 seconds", undefined],
    ["9".repeat(400), undefined],
    [7, undefined],
  ] as const) {
    const described = describeError<{ header: unknown }>({ header }, "open", { retry_after: [["header", "header"]] });
    const seconds = described.retry_after?.value;
    assert.ok(seconds === expected || Math.abs(Number(seconds) - Number(expected)) < 2, `${header}: ${seconds}`);
  }
});

test("the code of an aborted signal is not the provider's", () => {
  const seen = describeError<DOMException>(AbortSignal.abort().reason, "iterate", { code: [["attribute", "code"]] });
  assert.deepEqual([seen.class, seen.code], ["DOMException", undefined]);
});

for (const [thrown, name, message] of [
  ["text part 0 not found", "string", "text part 0 not found"],
  [undefined, "undefined", "undefined"],
  [null, "null", "null"],
  [{ code: 1 }, "Object", '{"code":1}'],
  [Object.create(null), "Object", "{}"],
  [new (class extends Error {})("anonymous"), "Error", "anonymous"],
] as const) {
  test(`anything can be thrown: ${name}`, () => {
    const seen = describeError(thrown, "open", {});
    assert.deepEqual([seen.class, seen.message], [name, message]);
  });
}

test("messages are verbatim up to the limit, and a chain of causes may be a ring", () => {
  const error = new Error("x".repeat(MESSAGE_LIMIT + 1));
  error.cause = error;
  const seen = describeError(error, "open", {});
  assert.match(seen.message.slice(MESSAGE_LIMIT), /^ \[streamspec: cut here, 5000001 characters in all\]$/);
  assert.deepEqual(seen.causes, []);
});
