// The history on the page of an SDK.

import assert from "node:assert/strict";
import { test } from "node:test";

import { address, complaints, page, says, shown, text } from "./browser.mjs";

test("an SDK with a history has a strip of its releases, and others have none", async () => {
  await page.goto(address("past", "#/sdk/beta-typescript"));
  await says("#page h1", "beta-typescript");
  assert.equal(await page.locator("#page .past").count(), 0);

  await page.goto(address("past", "#/sdk/alpha-python"));
  await says("#page .past h2", "Its history");
  const told = await text("#page .past");
  assert.match(told, /2 releases on 4 cases/);
  assert.deepEqual(await page.locator(".strip thead th").allTextContents(), ["group", "1.0.0", "1.1.0", "1.2.3"]);
  const cells = await page.locator(".strip tbody tr").nth(1).locator("td").allTextContents();
  assert.deepEqual(cells, [
    "4 fail, 1 deviate, 1 pass",
    "1.1.0 was not run–",
    "▲▼2 fail, 2 deviate, 2 pass; 2 better, 1 worse",
  ]);
  const height = async (/** @type {string} */ name) =>
    Number(shown(await page.locator(`.strip tbody tr:nth-child(2) td:nth-child(4) .${name}`).getAttribute("height")));
  assert.ok(
    Math.abs((await height("bar-fails")) - (await height("bar-pass")) / 3) < 0.01,
    "a third of the trials fail",
  );

  assert.match(told, /silent since 1\.0\.0, the first that was run, or earlier/);
  const changes = page.locator("#page .past details");
  await changes.locator("summary", { hasText: "1.2.3, after 1.0.0: 1 broken, 3 fixed" }).click();
  const lines = await changes.locator("li").allTextContents();
  assert.match(shown(lines[0]), /^1 broken: <\/script><script>alert\(1\)/, "whatever stands in it is text");
  assert.match(shown(lines[1]), /^3 fixed: fails \(silent\) → pass create; for example anthropic\/cut\/eof/);
  assert.match(told, /1\.1\.0 was not run: <\/script><script>/);
  assert.equal(await page.locator("#page img, #page script").count(), 0);

  await page.goto(address("past"));
  await page.locator("#findings summary").first().waitFor();
  for (const finding of await page.locator("#findings summary").all()) await finding.click();
  await says("#findings li", /alpha-python: .*, since 1\.0\.0 or earlier, for example/);
  assert.deepEqual(complaints, []);
});

test("the strip fits a phone and can be scrolled by keyboard", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(address("past", "#/sdk/alpha-python"));
  await says("#page .past h2", "Its history");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 360, `the page is ${wide} pixels wide`);
  assert.equal(await page.locator(".past .scroll").getAttribute("tabindex"), "0");
  assert.deepEqual(complaints, []);
});
