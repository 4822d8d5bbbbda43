/** The global setup: a server for the whole run, which the tests find by what is provided to them. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The root of the server. */
    streamspec: string;
  }
}

/** The command that is `streamspec`, with its own options. */
const COMMAND = process.env.STREAMSPEC_COMMAND ?? "streamspec";

/** Starts the server, or takes the one that runs at STREAMSPEC_URL. Returns what ends it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env.STREAMSPEC_URL;
  if (running !== undefined) {
    project.provide("streamspec", running);
    return async () => {};
  }
  const { root, end } = await start(COMMAND.split(/\s+/));
  project.provide("streamspec", root);
  return end;
}

/** Starts the program; the first line that it says ends with its address. */
export async function start(command: string[]): Promise<{ root: string; end: () => Promise<void> }> {
  const [program = "streamspec", ...options] = command;
  const child = spawn(program, [...options, "serve", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<string>((resolve) => {
    child.on("error", (why) => resolve(why.message));
    child.on("close", (code) => resolve(`it ended with ${code}`));
  });
  // What it says later is read and dropped, so that it never waits for somebody to do so.
  const lines = createInterface(child.stdout);
  const first = new Promise<string>((resolve) => lines.once("line", resolve));
  const line = await Promise.race([first, ended.then((why) => ({ why }))]);
  const root = typeof line === "string" ? line.split(" at ")[1] : undefined;
  if (root === undefined) {
    const why = typeof line === "string" ? `it says: ${line}` : line.why;
    throw new Error(`\`${command.join(" ")} serve\` does not serve: ${why}; set STREAMSPEC_COMMAND`);
  }
  const end = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { root: root.trim(), end };
}
