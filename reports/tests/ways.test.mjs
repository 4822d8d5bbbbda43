// The page where trials were run by more than one route and transport.

import assert from "node:assert/strict";
import { test } from "node:test";

import { RELAYED, address, complaints, page, says, text } from "./browser.mjs";

test("where there are two routes and transports, each has rows, a filter, addresses and commands", async () => {
  await page.goto(address("hostile"));
  await page.locator("#trials tbody tr").first().waitFor();
  assert.equal(await page.locator("#filter-route, #filter-transport").count(), 0, "there is nothing to choose");

  await page.goto(address("ways"));
  await page.getByRole("button", { name: "alpha-python/create: its trials" }).waitFor();
  await page.selectOption("#filter-route", "relay");
  await page.waitForURL(/route=relay/);
  await says("#active", /route: relay/);
  assert.equal(await page.getByRole("button", { name: "alpha-python/create: its trials" }).count(), 0);
  await page.getByRole("button", { name: "alpha-python/create (route=relay,transport=other): its trials" }).waitFor();
  await page.selectOption("#filter-transport", "http1");
  await says("#matrix", "No trial fits these filters.");
  await page.selectOption("#filter-transport", "other");
  await page.locator("#matrix td a").first().click();
  await page.waitForURL(/sdk=alpha-python&route=relay&transport=other.*surface=create/);

  await page.goto(address("ways", RELAYED));
  await says(
    "#page",
    "Its name in lists and records: alpha-python/create::anthropic/cut/eof@route=relay,transport=other",
  );
  const told = await text("#page");
  assert.match(told, /create \(route=relay,transport=other\) › /);
  assert.match(told, /fails \(hang\)/);
  assert.match(told, /--case 'anthropic\/cut\/eof' --via relay --transport other --verbose/);

  await page.goto(address("ways", RELAYED.replace("&route=relay&transport=other", "")));
  await says("#page", "Its name in lists and records: alpha-python/create::anthropic/cut/eof");
  assert.match(await text("#page .status"), /pass/);
  await page.goto(address("ways", RELAYED.replace("&transport=other", "")));
  await says("#page h1", "There is no such page");
  assert.deepEqual(complaints, []);
});

test("what was found through a gateway is no finding of an SDK", async () => {
  await page.goto(address("ways"));
  const links = await page
    .locator('#findings a[href^="#/trial?"]')
    .evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? ""));
  assert.ok(links.length > 0 && links.every((link) => !link.includes("route=")), links.join(" "));
  for (const link of links) {
    await page.goto(address("ways", link));
    await says("#page", "Its name in lists and records: ");
  }
  assert.deepEqual(complaints, []);
});
