// A surface that was run by several transports: one row, which unfolds to what differs.

import assert from "node:assert/strict";
import { test } from "node:test";

import { address, complaints, page, says, shown, text } from "./browser.mjs";

const HEADS = "#matrix tbody th[scope='row']";

test("a surface is one row, which says whether its transports agree", async () => {
  await page.goto(address("transports"));
  await says(HEADS, "the same on http1 and tls");
  const heads = await page.locator(HEADS).allTextContents();
  assert.deepEqual(heads, [
    "▸ create▸ ⇄ 3 trials otherwise on h2",
    "▸ streamthe same on http1 and tls",
    "▸ createthe same on http1 and tls",
  ]);
  // Each case counts once, by the first transport.
  const cut = page.getByRole("link", {
    name: /^alpha-python\/create, cut: of 1 trial 1 pass, 1 variant run cut-dependent$/,
  });
  assert.equal(await cut.count(), 1);
  assert.match(await text("#active"), /^21 trials of 33, and 12 that came out the same by another transport/);
  assert.deepEqual(complaints, []);
});

test("what differs unfolds to a row for each transport, by keyboard, too", async () => {
  await page.goto(address("transports"));
  const opener = page.getByRole("button", { name: /alpha-python\/create, ⇄ 3 trials otherwise on h2: what differs/ });
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.locator(".by-transport").first().waitFor();
  assert.equal(await opener.getAttribute("aria-expanded"), "true");
  assert.deepEqual(await page.locator(".by-transport th").allTextContents(), [
    "http1what differs",
    "tlswhat differs",
    "h2what differs",
  ]);
  const told = await page
    .locator(".by-transport a")
    .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  assert.deepEqual(
    told.filter((one) => one?.includes(", cut:")),
    [
      "alpha-python/create on http1, what differs, cut: of 1 trial 1 pass",
      "alpha-python/create on tls, what differs, cut: of 1 trial 1 pass",
      "alpha-python/create on h2, what differs, cut: of 1 trial 1 look complete although they are not",
    ],
  );
  await page.locator(".by-transport").last().locator("a").first().click();
  await page.waitForURL(/transport=h2&group=anthropic\/cut&mode=transport-dependent/);
  await says("#active", /^1 trial of 33/);
  await says("#trials td", /⇄ on http1: ✓ pass/);
  assert.deepEqual(complaints, []);
});

test("a difference is a finding of its own kind, and leads to its trials", async () => {
  await page.goto(address("transports"));
  const finding = page.locator("#findings details").filter({ hasText: "comes out otherwise by another transport" });
  assert.match(shown(await finding.locator("summary").textContent()), /: 2 of 13 trials, in 1 of 2 SDKs\.$/);
  await finding.locator("summary").click();
  await finding.getByRole("link", { name: /^2 of 9 trials, in 2 cases/ }).click();
  await page.waitForURL(/sdk=alpha-python&mode=transport-dependent/);
  await says("#active", /^2 trials of 33/);
  assert.equal(await page.inputValue("#filter-mode"), "transport-dependent");
  assert.deepEqual(complaints, []);
});

test("a transport can be chosen, and then its trials are all there", async () => {
  await page.goto(address("transports", "#/?transport=tls"));
  await says("#active", /^12 trials of 33/);
  assert.equal(await page.getByText("otherwise on h2").count(), 0);
  assert.deepEqual(complaints, []);
});

test("the pages of a trial and of a case name the transports", async () => {
  await page.goto(address("transports", "#/trial?sdk=alpha-python&surface=create&case=anthropic/cut/eof"));
  await says("#page .transports", /^On http1 here\. ⇄ on tls: ✓ pass ⇄ on h2: ✗ fails \(silent\)/);
  await page.locator("#page .transports a").last().click();
  await says("#page", "alpha-python/create::anthropic/cut/eof@transport=h2");
  await page.goto(address("transports", "#/trial?sdk=beta-typescript&surface=create&case=anthropic/cut/eof"));
  await page.locator("#page h1").waitFor();
  await page.goto(address("transports", "#/case/anthropic/cut/eof"));
  await page.getByText("Side by side").waitFor();
  await page.getByText("Loading the details").waitFor({ state: "detached" });
  const lines = await page.locator("#page .list tbody th").allTextContents();
  assert.ok(lines.includes("alpha-pythoncreate on http1 and tls, stream on http1 and tls"), lines.join(" | "));
  assert.ok(lines.includes("alpha-pythoncreate (transport=h2)"), lines.join(" | "));
  await page.goto(address("transports", "#/sdk/beta-typescript"));
  await says("#page .which th", /the same on http1 and tls/);
  assert.equal(await page.locator("#page .which tbody tr").count(), 1);
  assert.deepEqual(complaints, []);
});

test("reports by one transport say nothing of transports", async () => {
  await page.goto(address("hostile"));
  await page.locator("#trials tbody tr").first().waitFor();
  assert.doesNotMatch(await text("#matrix"), /the same on|otherwise on/);
  assert.doesNotMatch(await text("#active"), /another transport/);
  assert.equal(await page.locator("#filter-mode option[value='transport-dependent']").count(), 0);
});
