// The page where trials went through a gateway.

import assert from "node:assert/strict";
import { test } from "node:test";

import { address, complaints, page, says, text } from "./browser.mjs";

test("gateways have a page for all of them and one each, and direct reports have none", async () => {
  await page.goto(address("ways"));
  await page.goto(address("hostile"));
  await page.locator("#trials tbody tr").first().waitFor();
  assert.equal(await page.locator("#gateways").count(), 0);

  await page.goto(address("gateway"));
  await says("#gateways", /relay, Relay 1\.0\.0: passes on 2 of 3 answers/);
  await page.locator('#gateways a[href="#/gateway"]').click();
  await says("#page h1", "What do gateways pass on?");
  assert.match(await text("#page table"), /1 passed on[^]*1 left open[^]*1 lost at the SDK[^]*1 lost at the gateway/);
  await page.locator('#page a[href="#/gateway/relay"]').click();
  await says("#page h1", "relay: what does it pass on?");
  const told = await text("#page");
  assert.match(told, /Beside the direct route 3 trials come out alike, 0 worse and 0 better/);
  assert.match(await text("#page table.beside"), /pass[^]*passed on[^]*fails[^]*lost at the gateway/);
  assert.match(told, /retried after output: 1 trial, in 1 case/);
  assert.match(told, /--via relay --verbose/);
  await page.locator('#page section.way a[href^="#/trial?"]').first().click();
  await says(
    "#page",
    "Its name in lists and records: alpha-python/create::anthropic/in-band/after-text#rate-limit@route=relay",
  );
  await says(
    "#page .blame",
    /lost at the gateway: outcome; retried after output, 2 requests upstream and 1 downstream/,
  );
  await says("#page .direct", /On the direct route: .*fails/);
  await page.goto(address("gateway", "#/gateway/other"));
  await says("#page h1", "There is no such page");
  assert.deepEqual(complaints, []);
});
