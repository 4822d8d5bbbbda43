// A real browser for the tests, in which the report's pages are opened from disk as a reader opens them. Each test has a page
// of its own.
//
// `cargo test -p streamspec --lib -- --ignored synthetic_reports` writes the pages that are opened; STREAMSPEC_PAGES names others.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const folder =
  process.env.STREAMSPEC_PAGES ?? fileURLToPath(new URL("../../target/streamspec/browser", import.meta.url));

/**
 * The address of one of these reports, or of a page in it.
 *
 * @param {string} name
 */
export const address = (name, hash = "") => pathToFileURL(join(folder, name, "compatibility.html")).href + hash;

/** A trial that was run by another route and transport than the default ones. */
export const RELAYED = "#/trial?sdk=alpha-python&surface=create&case=anthropic/cut/eof&route=relay&transport=other";

/** @type {import("playwright-core").BrowserContext} */
let context;
/** @type {string} */
let profile;
/**
 * The page of the test that is running, and what it complained of.
 *
 * @type {import("playwright-core").Page}
 */
export let page;
/** @type {string[]} */
export let complaints;

before(async () => {
  profile = mkdtempSync(join(tmpdir(), "streamspec-browser-"));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});

after(async () => {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
});

beforeEach(async () => {
  await page?.close();
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request ${request.url()}`);
  });
});

/**
 * An address that changes is read a moment later, so what it shows is waited for.
 *
 * @param {string} selector
 * @param {string | RegExp} wanted
 */
export const says = (selector, wanted) =>
  page.locator(selector).filter({ hasText: wanted }).first().waitFor({ timeout: 10_000 });

/** @param {string} selector */
export const text = async (selector) => shown(await page.locator(selector).first().textContent());

/**
 * Takes a text that is there.
 *
 * @param {string | null | undefined} found
 */
export const shown = (found) => {
  assert.ok(typeof found === "string", "it is not there");
  return found;
};
