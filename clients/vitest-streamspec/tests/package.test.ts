/** The package: what it makes tests of, what it judges, and what it says where something is wrong. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startVitest } from "vitest/node";

import { Server, StreamspecError } from "../src/client.ts";
import { start } from "../src/setup.ts";
import { type Fake, startFake } from "./fake.ts";

let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
  process.env.STREAMSPEC_URL = fake.root;
});
afterAll(() => fake.end());
beforeEach(() => void fake.asked.splice(0));

/** Runs a file with one call of `forCases` in a Vitest of its own. Returns each test with its state, and the errors. */
async function run(names: string, options: string, outcome: string): Promise<{ tests: string[]; errors: string }> {
  const root = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "node_modules/.run-"));
  const source = fileURLToPath(new URL("../src", import.meta.url));
  const body = `async () => ({ outcome: "${outcome}", text: "t" })`;
  writeFileSync(
    join(root, "one.test.ts"),
    `import { forCases } from "${source}/index.ts";\nawait forCases([${names}], ${options}, ${body});\n`,
  );
  const settings = { root, config: false as const, watch: false, globalSetup: [`${source}/setup.ts`], reporters: [{}] };
  const vitest = await startVitest("test", [], { ...settings, include: ["one.test.ts"], dir: root });
  try {
    const modules = vitest.state.getTestModules();
    const tests = modules.flatMap((one) =>
      [...one.children.allTests()].map((made) => `${made.name}: ${made.result().state}`),
    );
    const ofTests = modules.flatMap((one) =>
      [...one.children.allTests()].flatMap((made) => made.result().errors ?? []),
    );
    const errors = [...modules.flatMap((one) => one.errors()), ...ofTests].map((error) => error.message).join("\n");
    return { tests, errors };
  } finally {
    await vitest.close();
    process.exitCode = 0;
    rmSync(root, { recursive: true });
  }
}

test("a test is made of each case, in a session of its own", async () => {
  const { tests } = await run('"a/b"', '{ ignore: ["error.status"], variant: "crlf" }', "error");
  expect(tests).toEqual(["a/b/one: passed", "a/b/two: passed"]);
  expect(fake.asked).toContainEqual({ method: "GET", path: "/api/v1/cases?match=a%2Fb", body: undefined });
  const body = { case: "a/b/two", variant: "crlf" };
  expect(fake.asked).toContainEqual({ method: "POST", path: "/api/v1/sessions", body });
  const seen = { outcome: "error", text: "t", ignore: ["error.status"] };
  expect(fake.asked).toContainEqual({ method: "POST", path: "/api/v1/sessions/1-x/judgement", body: seen });
  expect(fake.asked.filter(({ method }) => method === "DELETE")).toHaveLength(2);
});

test("what fails explains itself, and what is known to fail must fail", async () => {
  const { tests, errors } = await run('"a/b"', "{}", "completed");
  expect(tests).toEqual(["a/b/one: failed", "a/b/two: failed"]);
  expect(errors).toContain("BROKEN must outcome");
  const known = '{ known: { "a/b/one": "a reason" } }';
  const one = "a/b/one (known to fail: a reason)";
  expect((await run('"a/b"', known, "completed")).tests).toEqual([`${one}: passed`, "a/b/two: failed"]);
  expect((await run('"a/b"', known, "error")).tests).toEqual([`${one}: failed`, "a/b/two: passed"]);
});

test("what is wrong is told", async () => {
  const check = async (names: string, options: string, said: string) =>
    expect((await run(names, options, "error")).errors).toContain(said);
  await check('"a/b"', '{ known: { "a/b/three": "w" } }', "none of these cases is known to fail: a/b/three");
  await check('"none"', "{}", "no case is named by none");
  await check('"broken"', "{}", "`broken` is not a pattern");
  await expect(new Server(fake.root).cases("broken")).rejects.toThrow(StreamspecError);
  await expect(start(["there-is-no-such-program"])).rejects.toThrow("set STREAMSPEC_COMMAND");
  await expect(start(["false"])).rejects.toThrow("it ended with 1");
});

test("the program is started and ended", async () => {
  const program = "console.log('serving 2 cases at http://127.0.0.1:1/'); setInterval(() => console.log('x'), 1)";
  const { root, end } = await start([process.execPath, "-e", program, "--"]);
  expect(root).toBe("http://127.0.0.1:1/");
  await end();
});

test("a session lets go of what waits", async () => {
  const session = await new Server(`${fake.root}/`).open("a/b/one", { hold: true });
  expect(await session.release()).toBe(2);
});
