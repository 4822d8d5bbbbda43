/** The shared module: what it reads of an error, what it puts on the wire, and how its process lives and dies. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { STRAY_ERROR, encode, loadedVersion, serve } from "./streamspec-adapter.ts";
import type { Manifest } from "./streamspec-manifest.ts";
import { MESSAGE_LIMIT, Observer, describeError } from "./streamspec-observation.ts";

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

if (process.argv[2] === "serve") serveFixture();
else tests();

function serveFixture(): void {
  serve<BaseError>({
    exports: { PublicError: BaseError },
    missingErrors: ["LaterError"],
    errorFields: { status: [["attribute", "status"]] },
    surfaces: {
      items: {
        "openai-chat": async (call, seen) => {
          console.log("an SDK that prints");
          if (call.ask === "tool") void Promise.reject(new LateError("nobody's"));
          if (call.max_retries > 0) throw new Error("the adapter's own");
          const wait = new Promise((resolve) => setTimeout(resolve, call.timeout_ms));
          const pieces = async function* () {
            yield "é\u2028\ud800";
            await wait;
            throw new LateError("cut", 200);
          };
          await seen.iterate(pieces, (piece) => seen.addText(piece));
        },
        "openai-responses": false,
      },
      later: { "openai-chat": false },
    },
  });
}

/** The manifest of the fixture. */
const MANIFEST: Manifest = {
  package: "prettier",
  "error-bases": ["BaseError", "LaterError"],
  surfaces: {
    items: { apis: ["openai-chat", "openai-responses"], delivers: "events" },
    later: { apis: ["openai-chat"], delivers: "events" },
  },
};

async function converse(
  lines: string[],
  answers: number,
  env: object = { STREAMSPEC_MANIFEST: JSON.stringify(MANIFEST) },
): Promise<{ replies: any[]; code: number | null; err: string }> {
  const file = new URL(import.meta.url).pathname;
  const program = ["--disable-warning=ExperimentalWarning", file, "serve"];
  const child = spawn(process.execPath, program, { env: { ...process.env, ...env } });
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk) => (err += chunk));
  child.stdout.on("data", (chunk) => {
    out += chunk;
    if (out.split("\n").length > answers) child.stdin.end();
  });
  for (const line of lines) child.stdin.write(`${line}\n`);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    replies: out
      .trimEnd()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
    code,
    err,
  };
}

function run(id: number, changes: object = {}): string {
  const call = { api: "openai-chat", surface: "items", base_url: "", timeout_ms: 0, max_retries: 0, ask: "text" };
  return JSON.stringify({ op: "run", id, ...call, ...changes });
}

function tests(): void {
  test("an error is read by its documented properties, missing and empty apart", () => {
    const seen = describeError<BaseError>(new LateError("boom", undefined, { inner: { code: 429 } }), "iterate", {
      status: [["attribute", "status"]],
      type: [["attribute", "type"]],
      code: [["body", "error", "inner", "code"]],
      retry_after: [["header", "headers", "retry-after"]],
    });
    assert.deepEqual(JSON.parse(encode(seen)), {
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
    const told = (value: unknown) => describeError(new Error("any"), "open", fields(value)).retryable;
    assert.deepEqual([told(false), told(undefined)], [{ value: false, via: "attribute" }, null]);
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
      const told = describeError<{ header: unknown }>({ header }, "open", { retry_after: [["header", "header"]] });
      const seconds = told.retry_after?.value;
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

  test("a line is ASCII, and only lone surrogates are lost", () => {
    const text = 'é\u2028😀\ud800"\\ud800\\';
    const line = encode({ text });
    assert.match(line, /^[\x20-\x7e]*$/);
    assert.equal(JSON.parse(line).text, text.toWellFormed());
  });

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

  test("what was handed over as a failure is described like what was thrown, and an abort is neither", () => {
    const seen = new Observer("events");
    seen.abort();
    assert.equal(seen.observation({}).ended, "aborted");
    seen.errorItem("iterate", new LateError("first", 529));
    seen.errorItem("iterate", "second");
    const { ended, error } = seen.observation<BaseError>({ status: [["attribute", "status"]] });
    assert.deepEqual([ended, error?.class, error?.message], ["error-item", "LateError", "first"]);
    assert.deepEqual(error?.status, { value: 529, via: "attribute" });
  });

  test("many calls at once, answered as they end; what the SDK prints stays off the protocol", async () => {
    const lines = ['{"op":"hello","protocol":1}', run(1, { timeout_ms: 200 }), run(2), run(3, { max_retries: 1 })];
    const { replies, code, err } = await converse([...lines, run(4, { api: "gemini-generate" }), "garbage"], 6);
    const found = Object.fromEntries(replies.map((reply) => [reply.id ?? reply.op, reply]));
    assert.equal(found.hello.runtime, `Node.js ${process.versions.node}`);
    assert.deepEqual([found.hello.apis, found.hello.surfaces], [["openai-chat"], ["items"]]);
    assert.deepEqual([found.hello.sdk.name, found.hello.error_bases], ["prettier", ["BaseError"]]);
    assert.deepEqual([found[3].op, found[3].message], ["fault", "the adapter's own"]);
    assert.equal(found[4].message, "no surface items for gemini-generate");
    assert.match(found.fault.message, /^cannot read a request/);
    assert.equal(replies.at(-1).id, 1);
    assert.equal(found[2].observation.text, "é\u2028\ufffd");
    assert.deepEqual(found[2].observation.error.classes, ["LateError", "PublicError", "Error"]);
    assert.deepEqual([found[2].observation.ended, found[2].observation.error.site], ["raised", "iterate"]);
    assert.match(err, /an SDK that prints/);
    assert.equal(code, 0);
  });

  test("an adapter that is handed no manifest says so", async () => {
    const { replies, code, err } = await converse([], 99, { STREAMSPEC_MANIFEST: undefined });
    assert.deepEqual([replies, code], [[], 1]);
    assert.match(err, /STREAMSPEC_MANIFEST is not set/);
  });

  test("`bye` ends the process at once", async () => {
    const { replies, code } = await converse([run(1, { timeout_ms: 60_000 }), '{"op":"bye"}'], 99);
    assert.deepEqual([replies, code], [[], 0]);
  });

  test("an error that no call owns ends the process", async () => {
    const { code, err } = await converse([run(1, { ask: "tool", timeout_ms: 60_000 })], 99);
    assert.equal(code, STRAY_ERROR);
    assert.match(err, /unhandledRejection outside every call: LateError: nobody's/);
  });

  test("a version is the loaded package's, whatever its exports keep back", () => {
    const { devDependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
    const importable = Object.keys(devDependencies).filter(
      (name) => !/^@types|^typescript$|^@langchain.core/.test(name),
    );
    const found = importable.map((name) => [name, loadedVersion(name)]);
    assert.deepEqual(
      found,
      Object.entries(devDependencies).filter(([name]) => importable.includes(name)),
    );
    assert.throws(() => loadedVersion("no-such-package"), /no-such-package/);
  });

  test("manifests, locks and the types that are checked against name the same versions", () => {
    const json = (path: string): any => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
    const checked = json("package.json");
    const folders = readdirSync(new URL(".", import.meta.url)).filter((name) =>
      existsSync(new URL(`${name}/adapter.toml`, import.meta.url)),
    );
    assert.ok(folders.length > 0);
    for (const folder of folders) {
      const manifest = readFileSync(new URL(`${folder}/adapter.toml`, import.meta.url), "utf8");
      const [, name = ""] = /^package = "(.*)"$/m.exec(manifest) ?? [];
      const [, version] = /^version = "(.*)"$/m.exec(manifest) ?? [];
      const own = json(`${folder}/package.json`);
      assert.equal(own.dependencies[name], version, folder);
      for (const [dependency, exact] of Object.entries(own.dependencies)) {
        assert.equal(checked.devDependencies[dependency], exact, folder);
      }
      assert.match(`${checked.scripts.types} `, new RegExp(`tsc -p ${folder} `));
      assert.deepEqual(own.optionalDependencies, checked.optionalDependencies, folder);
      const { packages } = json(`${folder}/package-lock.json`);
      for (const [dependency, exact] of Object.entries({ ...own.dependencies, ...own.optionalDependencies })) {
        assert.equal(packages[`node_modules/${dependency}`].version, exact, folder);
      }
    }
  });
}
