#!/usr/bin/env node
// Starts the program of this platform, which is in a package of its own, and ends as it does.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;

let program;
try {
  program = require.resolve(`@streamspec/${platform}/streamspec`);
} catch {
  console.error(
    `error: the package @streamspec/${platform} is not installed: there is none for this platform, or ` +
      "optional dependencies were left out (npm install --omit=optional)",
  );
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// The program decides what these mean. A terminal sends the first to both; whoever sends another one knows only this process.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`error: ${program} cannot be started: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
