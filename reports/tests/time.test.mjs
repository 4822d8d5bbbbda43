// The page of where the time goes, and what a case alone proves.

import assert from "node:assert/strict";
import { test } from "node:test";

import { address, complaints, page, says, text } from "./browser.mjs";

test("where the time goes is told by SDK, the last to end first, with the longest calls", async () => {
  await page.goto(address("times"));
  await page.getByRole("link", { name: "Where the time goes" }).click();
  await says("#page h1", "Where the time goes");
  const told = await text("#page");
  assert.match(told, /The last answer came 9\.0 s after the first SDK was started/);
  assert.match(
    told,
    /15 calls took 5\.6 s, many of them at once; for 1\.3 s of that the cases make a correct client wait/,
  );
  assert.match(told, /beta-typescript ended 7\.2 s after every other SDK/);
  const lines = await page.locator(".times tbody tr").allTextContents();
  assert.deepEqual(lines, [
    "beta-typescript12.0 s0.9 s44.0 s0.5 s0.0 s3.0 s9.0 s",
    "alpha-python12.0 s0.9 s111.6 s0.8 s0.7 s0.0 s1.8 s",
  ]);
  const widths = await page
    .locator(".times tbody tr:first-child rect:not(.frame)")
    .evaluateAll((all) => all.map((one) => `${one.getAttribute("class")} ${one.getAttribute("width")}`));
  assert.deepEqual(widths, ["written 38.89%", "disputing 5.56%", "quiet 33.33%"]);
  await page.locator("#page table").last().locator("a").first().click();
  await says("#page", "beta-typescript/create::anthropic/cut/eof");
  assert.deepEqual(complaints, []);
});

test("the page of a case says what it alone proves, where that was handed over", async () => {
  await page.goto(address("alone", "#/case/anthropic/cut/eof"));
  await says(
    "#page .alone",
    /2 mutants are caught by this case alone, with all of its combinations\. .*there are 480 of them/,
  );
  const mutants = await page.locator("#page .alone li").allTextContents();
  assert.match(mutants[0] ?? "", /^cut-is-complete: <\/script><script>alert\(1\)/, "whatever stands in it is text");
  await page.goto(address("alone", "#/case/anthropic/benign/text"));
  await says("#page .alone", /No mutant is caught by this case alone/);
  await page.goto(address("pictures", "#/case/anthropic/cut/eof"));
  await says("#page h2", "Side by side");
  assert.equal(await page.locator("#page .alone").count(), 0);
  assert.deepEqual(complaints, []);
});
