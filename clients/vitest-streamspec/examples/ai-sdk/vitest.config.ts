import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

const source = (file: string) => fileURLToPath(new URL(`../../src/${file}`, import.meta.url));

// An application has the package installed, and no need of the aliases.
export default defineConfig({
  resolve: { alias: { "vitest-streamspec": source("index.ts") } },
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    globalSetup: [source("setup.ts")],
  },
});
