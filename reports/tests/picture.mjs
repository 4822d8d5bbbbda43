// Takes the picture of the page that the README shows: `npm run picture` after a run of the fleet.

import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = process.env.STREAMSPEC_RUN ?? here("../../target/streamspec/report/compatibility.html");
if (!existsSync(run)) throw new Error(`${run} is not there: \`cargo run --release -- run\` writes it`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 2000 }, colorScheme: "light" });
await page.goto(pathToFileURL(run).href);
await page.locator("#trials tbody tr").first().waitFor();
await page.screenshot({ path: here("../page.png") });
await browser.close();
