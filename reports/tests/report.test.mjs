// The report's pages: what they show, their addresses, and how they are reached.
//
// One of them is the report of a run: `cargo run --release -- run` writes it, and STREAMSPEC_RUN names another.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { RELAYED, address, complaints, page, says, shown, text } from "./browser.mjs";

const require = createRequire(import.meta.url);
const run =
  process.env.STREAMSPEC_RUN ??
  fileURLToPath(new URL("../../target/streamspec/report/compatibility.html", import.meta.url));
/** @param {number} number */
const trial = (number) =>
  `#/trial?sdk=sdk-one@0.49.0&surface=surface-00&case=anthropic/group-${number}/case%23000${number}`;
const [TRIAL = "", FLAKY = "", REPEATED = ""] = [0, 1, 2].map(trial);

test("findings come first, in sentences with counts and links", async () => {
  await page.goto(address("hostile"));
  const [first] = await page.locator("#findings summary").allTextContents();
  assert.match(
    shown(first),
    /A broken answer looks complete.*: 1 of 10 trials, in 1 of 1 SDK\./,
    "trials of the handler are no findings",
  );
  await page.locator("#findings summary").first().click();
  await page.locator("#findings li a").nth(1).click();
  await page.waitForURL(/#\/\?sdk=sdk-one@0\.49\.0&mode=fabricated$/);
  await says("#active", /^1 trial of 20/);
  assert.deepEqual(complaints, []);
});

test("filters, search and order are kept in the address", async () => {
  await page.goto(address("hostile"));
  await page.selectOption("#filter-verdict", "fails");
  await page.fill("#search", "case#0000");
  await page.waitForURL(/q=case/);
  await page.waitForURL(/verdict=fails/);
  await says("#active", /^1 trial of 20/);
  await page.reload();
  assert.equal(await page.inputValue("#filter-verdict"), "fails");
  assert.equal(await page.inputValue("#search"), "case#0000");
  await page.getByRole("link", { name: "remove all" }).click();
  await says("#active", /^20 trials of 20/);
  await page.getByRole("button", { name: "surface", exact: true }).click();
  await page.waitForURL(/sort=surface/);
  assert.deepEqual(complaints, []);
});

test("rows and columns open to cases", async () => {
  await page.goto(address("hostile"));
  await page.getByRole("button", { name: "sdk-one@0.49.0/surface-00: its trials" }).click();
  assert.equal(await page.locator(".opened tbody tr").count(), 10);
  await page.getByRole("button", { name: "group-3: its cases" }).click();
  assert.equal(await page.locator(".grid tbody tr").count(), 1);
  assert.equal(await page.locator(".grid tbody td").count(), 2);
  assert.deepEqual(complaints, []);
});

test("a deep link opens a trial with its details, as text only", async () => {
  await page.goto(address("hostile", TRIAL));
  await page.getByText("What the caller saw").waitFor();
  assert.match(await text("h1 >> visible=true"), /^<\/script><script>alert\(1\)/);
  assert.match(await text("#page dl"), /5000000 characters in all/);
  const page_ = await text("#page");
  assert.doesNotMatch(page_, /\[object/);
  assert.match(page_, /\\u\{1b\}\[31m\\u\{202e\}evil\\u\{0\}/, "escapes are made visible");
  assert.equal(await page.locator("#page img, #page script").count(), 0);
  assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
  const command =
    "cargo run --release -- run --sdk sdk-one@0.49.0 --surface surface-00 --case 'anthropic/group-0/case#0000' --verbose";
  assert.ok(page_.includes(command), "the command that reproduces the trial");
  assert.deepEqual(complaints, []);
});

test("a trial that was run again tells what each attempt came to and why there was another", async () => {
  const attempts = () => page.locator("#page .attempts li").allTextContents();
  await page.goto(address("repeated", REPEATED));
  await says("#page h2", "Earlier attempts");
  const [control, ended, ...others] = await attempts();
  const trial = shown(ended);
  assert.equal(
    control,
    "The control, the same error as a plain HTTP response, came to a hang and was run again: a busy machine may have kept the answer from coming in time.",
  );
  assert.match(trial, /^The trial came to a crash: <\/script><script>alert\(1\)/, "whatever stands in it is text");
  assert.match(trial, /evil\\u\{0\} and was run again: the process ended under several calls\.$/);
  assert.deepEqual(others, []);
  assert.match(await text("#page .status"), /pass/);
  assert.doesNotMatch(await text("#page"), /flaky/);

  await page.goto(address("repeated", FLAKY));
  await says("#page .attempts", "The trial is flaky");
  assert.deepEqual(await attempts(), ["The trial came to pass and was run again: it was not as listed."]);
  const told = await text("#page");
  assert.match(
    told,
    /≈ flaky one attempt ended with `pass`, and the next one with `deviates: error\.message is wrong`/,
  );
  assert.doesNotMatch(told, /48,?151/, "times say more about the machine");

  await page.goto(address("repeated", TRIAL));
  await page.getByText("What the caller saw").waitFor();
  assert.equal(await page.locator("#page .attempts").count(), 0, "it was run once");
  assert.deepEqual(complaints, []);
});

test("flaky trials are counted apart and can be listed", async () => {
  await page.goto(address("repeated"));
  await page.selectOption("#filter-verdict", "flaky");
  await page.waitForURL(/verdict=flaky/);
  await says("#active", /^1 trial of 4/);
  await page.getByRole("link", { name: /\[1 flaky\]$/ }).waitFor();
  assert.match(await text("#trials tbody tr"), /one attempt ended with `pass`/);
  assert.deepEqual(complaints, []);
});

test("cases, surfaces and SDKs have pages of their own", async () => {
  await page.goto(address("hostile", "#/case/anthropic/group-0/case%230000"));
  await page.getByText("Side by side").waitFor();
  assert.equal(await page.locator("#page .list tbody tr").count(), 2);
  const source = await page.locator("#page section:last-child li").last().textContent();
  assert.match(
    shown(source),
    /Confidence: medium\. The page was gone on 2026-11-29\. Recorded on 2026-11-28, SHA-256 e3b0c442;/,
  );
  await page.goto(address("hostile", "#/sdk/sdk-one@0.49.0"));
  assert.match(await text("#page h1"), /sdk-one@0\.49\.0: what do I catch\?/);
  await page.goto(address("hostile", "#/compare?one=sdk-one@0.49.0/surface-00&other=sdk-one@0.49.0/surface-01"));
  assert.match(await text("#page"), /10 cases were run on both; \d+ came out differently/);
  await page.goto(address("hostile", "#/trial/none/such"));
  assert.match(await text("#page h1"), /no such page/);
  assert.deepEqual(complaints, []);
});

test("everything can be reached with the keyboard", async () => {
  await page.goto(address("hostile"));
  await page.locator("#trials tbody tr").first().waitFor();
  await page.keyboard.press("Tab");
  await page.waitForFunction(() => document.activeElement?.className === "skip");
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.id === "search");
  await page.keyboard.type("0003");
  await page.waitForURL(/q=0003/);
  await page.getByRole("button", { name: "group-3: its cases" }).focus();
  await page.keyboard.press("Enter");
  // The focus stays.
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-expanded") === "true");
  await page.locator(".grid td a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/trial\?/);
  await page.locator("#page h1").waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  await page.keyboard.press("Escape");
  await page.waitForURL(/#\/$/);
  assert.deepEqual(complaints, []);
});

test("light and dark can be chosen", async () => {
  await page.goto(address("hostile"));
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await paper();
  await page.getByRole("button", { name: /Colours/ }).click();
  assert.notEqual(await paper(), dark, "light although the system is dark");
  await page.evaluate(() => localStorage.clear());
});

test("a page without its details says what is missing", async () => {
  await page.route("**/details/*.js", (route) => route.abort());
  await page.goto(address("hostile", TRIAL));
  await page.getByText("is not beside this page").waitFor();
  assert.match(await text("#page"), /error\.message/, "what does not hold is in the page itself");
});

test("every filter is kept in the address and lets only its own through", async () => {
  await page.goto(address("hostile"));
  await page.locator("#trials tbody tr").first().waitFor();
  for (const key of ["api", "language", "sdk", "group", "level", "verdict", "mode"]) {
    const [first] = await page
      .locator(`#filter-${key} option`)
      .evaluateAll((options) =>
        options.map((option) => /** @type {HTMLOptionElement} */ (option).value).filter(Boolean),
      );
    await page.selectOption(`#filter-${key}`, shown(first));
    await page.waitForURL((url) => decodeURIComponent(url.href).includes(`${key}=${first}`));
    await page.locator(".chip").first().click();
    await page.waitForURL(/#\/$/);
    await page.locator(".chip").first().waitFor({ state: "detached" });
    assert.equal(await page.inputValue(`#filter-${key}`), "", "a chip removes its filter");
  }
  assert.deepEqual(complaints, []);
});

test("a handler is shown as it is, with what it still misses", async () => {
  await page.goto(address("hostile", "#/sdk/sdk-one@0.49.0"));
  await page.getByText("A handler that does what can be done").waitFor();
  assert.match(await text("#page pre.code"), /^# <\/script><script>alert\(1\)/, "whatever stands in it is text");
  assert.match(
    await text("#page"),
    /of 10 trials \d+ pass, \d+ differ only where maintainers have ruled otherwise, \d+ deviate, \d+ fail/,
  );
  assert.deepEqual(complaints, []);
});

test("the wire is decoded as an event stream", async () => {
  await page.goto(address("hostile", TRIAL));
  await page.getByText("Decoded: 2 events").click();
  const events = await page.locator("#page .events li").allTextContents();
  assert.deepEqual(events, [
    "message_start one\ntwo",
    "message three",
    "error (never completed: no client may act on it) data: four",
  ]);
  assert.deepEqual(complaints, []);
});

/** @type {[name: string, report: string, hash: string][]} */
const PAGES = [
  ["overview", "hostile", ""],
  ["trial", "hostile", TRIAL],
  ["flaky trial", "repeated", FLAKY],
  ["overview by two routes", "ways", ""],
  ["relayed trial", "ways", RELAYED],
  ["overview with a gateway", "gateway", ""],
  ["list of gateways", "gateway", "#/gateway"],
  ["gateway", "gateway", "#/gateway/relay"],
  ["case", "hostile", "#/case/anthropic/group-0/case%230000"],
  ["SDK", "hostile", "#/sdk/sdk-one@0.49.0"],
  ["list of SDKs", "hostile", "#/sdk"],
  ["side by side", "hostile", "#/compare"],
  ["overview with pictures", "pictures", ""],
  ["SDK with pictures", "pictures", "#/sdk/alpha-python"],
  ["case with pictures", "pictures", "#/case/anthropic/cut/eof"],
  ["stalled trial", "pictures", "#/trial?sdk=alpha-python&surface=text&case=anthropic/stall/after-text"],
  ["overview by transports", "transports", ""],
  ["trial by transports", "transports", "#/trial?sdk=alpha-python&surface=create&case=anthropic/cut/eof"],
  ["time", "times", "#/time"],
  ["case with mutants", "alone", "#/case/anthropic/cut/eof"],
  ["comparison", "comparison", ""],
];
for (const [name, report, hash] of PAGES) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    for (const width of [1280, 390]) {
      test(`axe finds nothing on the ${name} page in ${colorScheme}, ${width} pixels wide`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.goto(address(report, hash));
        await page.locator("h1 >> visible=true").waitFor();
        await page.waitForTimeout(200);
        // What is folded away is looked at too.
        await page.evaluate(() =>
          document.querySelectorAll("details").forEach((one) => {
            one.open = true;
          }),
        );
        const source = require("axe-core").source;
        // The page's own policy allows no other script; the debugger's evaluation is not bound by it.
        const found = await page.evaluate(
          `${source}; axe.run().then((result) => result.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).slice(0, 3).join(' | ')))`,
        );
        assert.deepEqual(found, []);
        const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(scrolled <= width, `${scrolled} pixels wide: it scrolls sideways`);
        assert.deepEqual(complaints, []);
      });
    }
  }
}

test("a comparison opens from disk, and shows hostile text as text", async () => {
  await page.goto(address("comparison"));
  assert.match(await text(".lead"), /\d+ broken, \d+ worsened, \d+ fixed/);
  await page.locator("summary").first().click();
  assert.equal(await page.locator('script, img, a[href^="javascript"]').count(), 0);
  assert.match(await text("main"), /<script>alert\(1\)/);
  assert.deepEqual(complaints, []);
});

test("the report of a run opens, and so does every kind of page in it", async (context) => {
  assert.ok(existsSync(run), `${run} is not there: \`cargo run --release -- run\` writes it`);
  /** @param {string} hash */
  const open = (hash) => page.goto(pathToFileURL(run).href + hash);
  const began = performance.now();
  await open("");
  await page.locator("#trials tbody tr").first().waitFor();
  context.diagnostic(`opened in ${(performance.now() - began).toFixed(0)} ms`);
  /** @type {Record<string, string>} */
  const links = {};
  for (const kind of ["trial?", "case/", "sdk/"])
    links[kind] = shown(await page.locator(`main a[href^="#/${kind}"] >> visible=true`).first().getAttribute("href"));
  for (const [kind, hash] of Object.entries({ ...links, compare: "#/compare" })) {
    await page.setViewportSize({ width: kind === "trial?" ? 390 : 1280, height: 800 });
    await open(hash);
    await page.locator("#page h1").waitFor();
    assert.doesNotMatch(await text("#page h1"), /no such page/, hash);
    if (kind === "trial?") await page.getByText("The wire", { exact: true }).waitFor();
    // A handler's code and the reason of a known deviation may well say `undefined`.
    const told = await page.locator("#page").evaluate((element) => {
      /** @param {Element} part */
      const isOfPeople = (part) => part.matches("pre.code") || /^Known dev/.test(part.firstChild?.textContent ?? "");
      for (const part of element.querySelectorAll("pre.code, section")) if (isOfPeople(part)) part.remove();
      return element.textContent;
    });
    assert.doesNotMatch(told, /\[object|undefined|NaN/, hash);
  }
  assert.deepEqual(complaints, []);
});

test("100,000 trials open and filter quickly", async (context) => {
  const began = performance.now();
  await page.goto(address("many"));
  await page.locator("#trials tbody tr").first().waitFor();
  const opened = performance.now() - began;
  const filtering = performance.now();
  await page.selectOption("#filter-verdict", "fails");
  await page.waitForURL(/verdict=fails/);
  await says("#active", /^20,000 trials of 100,000/);
  const filtered = performance.now() - filtering;
  assert.ok((await page.locator("#trials tbody tr").count()) <= 100, "the page never holds more than it shows");
  context.diagnostic(`opened in ${opened.toFixed(0)} ms, filtered in ${filtered.toFixed(0)} ms`);
  assert.ok(opened < 10_000, `opened in ${opened} ms, which is two seconds on an idle machine`);
});
