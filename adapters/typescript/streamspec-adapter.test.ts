/** The protocol: what is put on the wire, how the process lives and dies, and what the manifests and locks name. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { STRAY_ERROR, encode, loadedVersion, serve } from "./streamspec-adapter.ts";
import type { Manifest } from "./streamspec-manifest.ts";

class BaseError extends Error {
  readonly status = 200;
}
class LateError extends BaseError {}

if (process.argv[2] === "serve") serveFixture();
else tests();

function serveFixture(): void {
  let clients = 0;
  serve<BaseError, { number: number; calls: number }>({
    client: () => ({ number: (clients += 1), calls: 0 }),
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
            throw new LateError("cut");
          };
          await seen.iterate(pieces, (piece) => seen.addText(piece));
        },
        "openai-responses": false,
      },
      client: {
        "openai-chat": async (_, seen, client) => {
          client.calls += 1;
          const items = async function* () {
            do yield `call ${client.calls} on ${client.number}`;
            while (client.calls === 1);
          };
          await seen.iterate(items, (piece) => seen.addText(piece));
        },
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
    client: { apis: ["openai-chat"], delivers: "events", "also-shows": ["usage", "thinking"] },
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
  test("a line is ASCII, and only lone surrogates are lost", () => {
    const text = 'é\u2028😀\ud800"\\ud800\\';
    const line = encode({ text });
    assert.match(line, /^[\x20-\x7e]*$/);
    assert.equal(JSON.parse(line).text, text.toWellFormed());
  });

  test("many calls at once, answered as they end; what the SDK prints stays off the protocol", async () => {
    const lines = ['{"op":"hello","protocol":1}', run(1, { timeout_ms: 200 }), run(2), run(3, { max_retries: 1 })];
    const { replies, code, err } = await converse([...lines, run(4, { api: "gemini-generate" }), "garbage"], 6);
    const found = Object.fromEntries(replies.map((reply) => [reply.id ?? reply.op, reply]));
    assert.equal(found.hello.runtime, `Node.js ${process.versions.node}`);
    assert.deepEqual([found.hello.apis, found.hello.surfaces], [["openai-chat"], ["items", "client"]]);
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

  test("the second call is made on the client of the first, read to its end, and told beside it", async () => {
    const caller = { read: { "stop-after": 1 }, again: true };
    const lines = [run(1, { surface: "client", caller }), run(2, { surface: "client", caller: { read: caller.read } })];
    const { replies } = await converse(lines, 2);
    const [{ again, ...first }, second] = [1, 2].map((id) => replies.find((reply) => reply.id === id).observation);
    const shown = { events: 1, tool_calls: [], stop_reason: null, usage: null, thinking: "" };
    assert.deepEqual(first, { ...shown, ended: "stopped", text: "call 1 on 1" });
    assert.deepEqual(again, { ...shown, ended: "returned", text: "call 2 on 1" });
    assert.deepEqual(second, { ...shown, ended: "stopped", text: "call 1 on 2" });
  });

  test("calls that are made at once are made on one client, and told in the order in which they were started", async () => {
    const { replies } = await converse([run(1, { surface: "client", caller: { "at-once": 3 } })], 1);
    const { others, ...first } = replies[0].observation;
    const shown = { events: 1, tool_calls: [], stop_reason: null, usage: null, thinking: "", ended: "returned" };
    const texts = ["call 1 on 1", "call 2 on 1", "call 3 on 1"].map((text) => ({ ...shown, text }));
    assert.deepEqual([first, ...others], texts);
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
      // The types of every folder that has one are checked.
      assert.ok(existsSync(new URL(`${folder}/tsconfig.json`, import.meta.url)), folder);
      assert.deepEqual(own.optionalDependencies, checked.optionalDependencies, folder);
      const { packages } = json(`${folder}/package-lock.json`);
      for (const [dependency, exact] of Object.entries({ ...own.dependencies, ...own.optionalDependencies })) {
        assert.equal(packages[`node_modules/${dependency}`].version, exact, folder);
      }
    }
  });
}
