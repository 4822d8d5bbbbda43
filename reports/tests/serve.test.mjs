// The page of `streamspec serve` in a real browser. The program is the one that was built with `--release`; STREAMSPEC_PROGRAM
// names another.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
/** @param {string} place */
const path = (place) => fileURLToPath(new URL(place, import.meta.url));
const program = process.env.STREAMSPEC_PROGRAM ?? path("../../target/release/streamspec");

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {string[]} */
let complaints;
/** @type {import("playwright-core").Page} */
let page;
/** @type {string} */
let root;
/** @type {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, null>} */
let served;

before(async () => {
  const cases = ["openai-chat/in-band", "anthropic/cut"].flatMap((name) => ["--case", name]);
  const words = ["--root", path("../.."), "serve", "--port", "0", "--hold", ...cases];
  served = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(served.stdout);
  const [first] = await once(lines, "line");
  root = first.split(" at ")[1];
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});

after(async () => {
  await browser?.close();
  served?.kill();
});

beforeEach(async () => {
  await page?.close();
  page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(root)) complaints.push(`request ${request.url()}`);
  });
});

/**
 * @param {string} selector
 * @param {string | RegExp} wanted
 */
const says = (selector, wanted) =>
  page.locator(selector).filter({ hasText: wanted }).first().waitFor({ timeout: 10_000 });

test("a case is found, and what points a client at it is copied", async () => {
  await page.goto(root);
  await says("#active", /^\d+ of \d+ cases/);
  await page.selectOption("#api", "openai-chat");
  await page.selectOption("#sdk", "openai-python");
  await page.fill("#search", "server-error#FIRST");
  await says("#active", /^1 of \d+ cases$/);
  await page.locator("#cases summary").click();
  const url = `${root}case/openai-chat/in-band/server-error%23first`;
  const codes = await page.locator("#cases .copied code").allTextContents();
  assert.equal(codes[0], url);
  assert.equal(codes[1], `client = openai.OpenAI(base_url="${url}/v1", api_key="any")`);
  assert.ok(codes[2]?.startsWith(`curl -N '${url}/v1/chat/completions' -H `), codes[2]);
  assert.equal(codes.length, 3, "of the SDKs only the one that was chosen");
  await page.getByRole("button", { name: "Copy the line for openai-python" }).click();
  await says("button", "Copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes[1]);
  assert.deepEqual(complaints, []);
});

test("what waits is let go", async () => {
  await page.goto(root);
  await page.getByRole("button", { name: "Let go" }).click();
  await says("#released", "0 let go");
  assert.deepEqual(complaints, []);
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`axe finds nothing in ${colorScheme}`, async () => {
    await page.emulateMedia({ colorScheme });
    await page.goto(root);
    await page.locator("#cases summary").first().click();
    await says("#cases dt", "Base URL");
    const source = require("axe-core").source;
    const found = await page.evaluate(
      `${source}; axe.run().then((result) => result.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).slice(0, 3).join(' | ')))`,
    );
    assert.deepEqual(found, []);
    assert.deepEqual(complaints, []);
  });
}
