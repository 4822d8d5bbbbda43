// The pictures: what they show, and that they say it in words, too.

import assert from "node:assert/strict";
import { test } from "node:test";

import { address, complaints, page, says, shown, text } from "./browser.mjs";

const SDK = "#/sdk/alpha-python";

/** @param {string} selector */
const labels = (selector) =>
  page.locator(selector).evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? ""));

/**
 * The widths of the fillings of a picture, in percent.
 *
 * @param {string} selector
 */
const fillings = (selector) =>
  page
    .locator(selector)
    .first()
    .locator("rect:not(.frame)")
    .evaluateAll((all) => all.map((one) => `${one.getAttribute("class")} ${one.getAttribute("width")}`));

test("the overview is a heat map whose numbers are told on demand", async () => {
  await page.goto(address("pictures"));
  const cell = page.getByRole("link", { name: /^alpha-python\/text, cut: of 1 trial 1 look complete/ });
  await cell.waitFor();
  assert.deepEqual(await fillings('#matrix a[aria-label^="alpha-python/text, cut"]'), ["hidden 100%"]);
  assert.deepEqual(await fillings('#matrix a[aria-label^="alpha-python/create, cut"]'), ["fine 100%"]);
  await cell.focus();
  assert.match(await text(".told"), /^alpha-python\/text, cut: of 1 trial 1 look complete/, "by keyboard");
  await page.getByRole("link", { name: /^alpha-python\/create, stall/ }).hover();
  assert.match(await text(".told"), /^alpha-python\/create, stall: of 1 trial 1 pass/, "by mouse");

  const numbers = page.getByRole("button", { name: "Numbers" });
  await numbers.click();
  await page.waitForURL(/numbers=1/);
  await says("#matrix td", /1 silent/);
  assert.equal(await page.locator("#matrix .bar, .told").count(), 0);
  await page.reload();
  await says("#matrix td", /1 silent/);
  assert.equal(await numbers.getAttribute("aria-pressed"), "true");
  await numbers.click();
  await page.waitForURL(/#\/$/);
  await page.locator('#matrix a[aria-label^="alpha-python/text, cut"]').click();
  await says("#active", /^1 trial of/);
  assert.deepEqual(complaints, []);
});

test("the split of the fleet has a square for each SDK, and names them", async () => {
  await page.goto(address("pictures"));
  const cut = page.locator("#split details").filter({ hasText: "The connection is cut" });
  await cut.waitFor();
  assert.match(
    shown(await cut.locator("summary").textContent()),
    /never looks complete in 1 of 2 SDKs, sometimes in 1$/,
  );
  assert.equal(await cut.locator(".squares .frame").count(), 2);
  assert.equal(await cut.locator(".squares .hidden").count(), 1);
  await cut.locator("summary").focus();
  await page.keyboard.press("Enter");
  await cut.getByText("alpha-python").waitFor();
  assert.match(shown(await cut.locator("dl").textContent()), /sometimesalpha-python \(1 of 3 trials\)neverbeta-python/);

  await page.goto(address("pictures", "#/case/anthropic/cut/eof"));
  await says("#page .splits", /2 of 2 SDKs raise1 of them on some surfaces only/);
  assert.match(await text("#page .splits"), /1 of 2 SDKs return normally/);
  await page.goto(address("pictures", "#/trial?sdk=alpha-python&surface=text&case=anthropic/cut/eof"));
  await says("#page .splits", /2 of 2 SDKs raise/);
  assert.deepEqual(complaints, []);
});

test("the page of an SDK says first which surface to use, and warns of one that is silent", async () => {
  await page.goto(address("pictures", SDK));
  await says("#page h2", "Which surface should I use?");
  assert.equal(await text("#page section h2"), "Which surface should I use?");
  assert.match(
    await text(".answer"),
    /^Use create or stream\. No failure looks complete there\. ⚠ Beware of text: 1 of 4 trials looks complete although the answer broke\.$/,
  );
  const [first, second] = await labels(".which tbody .bar");
  assert.equal(first, "of 4 trials 4 pass");
  assert.equal(second, "of 4 trials 1 look complete although they are not, 1 fail otherwise, 2 pass");
  assert.deepEqual(await fillings(".which tbody tr:nth-child(2) .bar"), ["hidden 25%", "failed 25%", "fine 50%"]);
  assert.deepEqual(complaints, []);
});

test("what is caught stands in a table by dialect and surface", async () => {
  await page.goto(address("pictures", SDK));
  const table = page.locator(".seen table");
  await table.waitFor();
  const lines = await table.locator("tbody tr").allTextContents();
  assert.equal(lines.length, 2, "surfaces that show the same share a row");
  assert.match(shown(lines[0]), /^create, stream.*Overloaded ×1status 529 \(attribute\); taking items/);
  assert.match(shown(lines[1]), /△ no exception ×1stop reason empty.*✗ no answer ×1/);
  await table.getByRole("link", { name: "△ no exception" }).click();
  await says("#page", "Its name in lists and records: alpha-python/text::anthropic/cut/eof");
  assert.deepEqual(complaints, []);
});

test("a sweep is a strip of the places of a stream, with its blind windows", async () => {
  await page.goto(address("pictures", SDK));
  await says("#page h2", "Blind windows");
  const [blind, whole] = await page.locator(".blind summary").allTextContents();
  assert.equal(blind, "text in anthropic-messages: ⚠ 5 of 9 places are blind");
  assert.equal(whole, "create, stream in anthropic-messages: none of 4 places is blind");
  const [inside, events] = await labels(".strip-line .strip");
  assert.equal(
    events,
    "2 of 4 places turned into a success: after 100 to 220 bytes; 1 of 4 places seen, but another MUST does not hold: after 300 bytes",
  );
  assert.equal(inside, "3 of 5 places turned into a success: after 4 to 6 bytes");
  assert.deepEqual(await fillings(".strip-line:nth-child(2) .strip"), ["fine 100%", "hidden 50%", "failed 25%"]);
  await page.locator(".strip-line a").nth(1).click();
  await says("#page h2", "The places of the stream");
  assert.deepEqual(await labels("#page .strips .strip"), [events]);
  await page.goto(address("pictures", "#/case/anthropic/benign/text"));
  await says("#page h2", "Blind windows");
  const lines = await page.locator(".strip-line > :first-child").allTextContents();
  assert.deepEqual(lines, [
    "alpha-python/textan error inside the events",
    "alpha-python/textcut after each event",
    "alpha-python/create, alpha-python/streamcut after each event",
  ]);
  assert.deepEqual(complaints, []);
});

test("waits are told with the option that governs them", async () => {
  await page.goto(address("pictures", SDK));
  await says(".waits", /What governs them: Client\(timeout=seconds\): for each read\./);
  const lines = await page.locator(".waits tbody tr").allTextContents();
  assert.match(shown(lines[0]), /^create1,000 ms1,010 ms1 trial$/);
  assert.match(shown(lines[2]), /^text1,000 ms–✗ 1 trial, ended by the suite after 10,010 ms$/);
  await page.goto(address("pictures", "#/trial?sdk=alpha-python&surface=text&case=anthropic/stall/after-text"));
  await says(
    "#page .waited",
    /The call had not ended after 10,010 ms, when the suite ended it\. What governs that: Client/,
  );
  assert.deepEqual(complaints, []);
});

test("the wire is drawn in proportion, in time and in bytes", async () => {
  await page.goto(address("pictures", "#/trial?sdk=alpha-python&surface=create&case=anthropic/stall/after-text"));
  await says("#page .proportions", /Time · 1,010 ms/);
  const told = await page.locator(".proportions p").allTextContents();
  assert.deepEqual(told, [
    "Time · 1,010 ms: 300 bytes sent, then 250 ms of silence; 100 bytes sent, then nothing for 760 ms",
    "Bytes · 400: head 100 bytes, body 200 bytes, body 100 bytes",
  ]);
  assert.deepEqual(await fillings(".proportions .strip:nth-of-type(1)"), ["quiet 24.75%", "failed 75.25%"]);
  assert.deepEqual(complaints, []);
});

test("nothing is lost without colour, on a narrow screen or on paper", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const hash of ["", SDK, "#/trial?sdk=alpha-python&surface=text&case=anthropic/stall/after-text"]) {
    await page.goto(address("pictures", hash));
    await page.locator("h1 >> visible=true").waitFor();
    await page.locator(".picture >> visible=true").first().waitFor();
    const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(scrolled <= 360, `${hash}: ${scrolled} pixels wide`);
  }
  await page.goto(address("pictures", SDK));
  await page.locator(".which .bar").first().waitFor();
  const paints = await page.evaluate(() =>
    [".hidden", ".failed", ".fine"].map((name) => {
      const part = document.querySelector(`.which tbody ${name}`);
      return part ? getComputedStyle(part).fill : "";
    }),
  );
  assert.equal(new Set(paints).size, 3);
  assert.match(shown(paints[1]), /url\("?.*#hatched"?\)/, "what fails otherwise is hatched");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".top").isVisible(), false);
  assert.ok(await page.locator(".which .bar").first().isVisible());
  assert.deepEqual(complaints, []);
});
