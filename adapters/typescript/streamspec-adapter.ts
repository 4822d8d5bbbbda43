/**
 * The half that every TypeScript adapter shares: the protocol, and the process that speaks it.
 *
 * An SDK's own file says which calls make which surface, how an item becomes text, tool calls and a stop reason, and
 * which documented properties of an error carry what. It knows no case and never judges.
 *
 * Whose fault is what: only errors that come out of the SDK's calls, inside an `Observer`, are observations; any other
 * exception is the adapter's own and answers with `fault`. An error that the SDK leaves without an owner (an unhandled
 * rejection, an exception in a timer) ends the process with {@link STRAY_ERROR}, as it would end the program of a user:
 * the harness sees a crash and runs what was in flight once more, each call alone.
 */

import { existsSync, readFileSync } from "node:fs";

import { type Caller, begin, sharesClient } from "./streamspec-caller.ts";
import { inPoolOfItsOwn } from "./streamspec-connections.ts";
import { type ErrorFields, describeError } from "./streamspec-failure.ts";
import { type Manifest, handedOver } from "./streamspec-manifest.ts";
import { type Observation, Observer } from "./streamspec-observation.ts";
import type { Api } from "./streamspec-tables.ts";
import { exportedAs, get, messageOf } from "./streamspec-values.ts";

/** One call through the SDK, as the harness asks for it. */
export interface Call {
  id: number;
  api: Api;
  surface: string;
  base_url: string;
  timeout_ms: number;
  max_retries: number;
  ask: "text" | "tool";
  /** Absent where the words of the question are those of every request. */
  prompt?: string;
  /** Header fields that a gateway on the way asks for, of an adapter that says that it sends them; else absent. */
  headers?: Record<string, string>;
  caller?: Caller;
  /** Set while a call is made whose caller cancels it. */
  signal?: AbortSignal | undefined;
  /** Set where the caller stops, for SDKs that go on when their caller leaves the loop, and document a signal instead. */
  leaving?: AbortSignal | undefined;
}

/** One way of using the SDK, for one api, on a client; what its caller is handed is in the manifest. */
export type Surface<C = void> = (call: Call, seen: Observer, client: C) => Promise<void>;

/**
 * An adapter's calls through its SDK, and what the loaded version has of the manifest: adapters also run other versions
 * than the one they are written for.
 */
export interface Adapter<E, C = void> {
  errorFields: ErrorFields<E>;
  /** Makes the client of a call, which is that of its caller's further calls too. */
  client: (call: Call) => C;
  /** A surface that the loaded version lacks is `false`. */
  surfaces: Record<string, Partial<Record<Api, Surface<C> | false>>>;
  /** True where the SDK has an option for further header fields and `client` gives it those of the call. */
  sendsHeaders?: boolean;
  /** The classes that the SDK has for a call that its caller cancelled; the platform's is known. */
  cancellations?: readonly string[];
  /** Those of the manifest's error bases that the loaded version has not yet. */
  missingErrors?: string[];
  /** The SDK's module, where its callers know its classes by other names than a bundler left inside them. */
  exports?: object;
}

/** The exit status after an error that no call owns (`EX_SOFTWARE`). */
export const STRAY_ERROR = 70;

/** Returns the milliseconds of silence that a handler accepts: half a second more than the SDK's timeout takes with its retries. */
export function silence(call: Call): number {
  return (call.max_retries + 1) * call.timeout_ms + 500;
}

/** Returns the signal of a call to what has no timeout of its own: aborted when that is over, or when the caller cancels. */
export function limit({ timeout_ms, signal }: Call): AbortSignal {
  const timeout = AbortSignal.timeout(timeout_ms);
  return signal ? AbortSignal.any([timeout, signal]) : timeout;
}

/** Encodes a message as one line of ASCII; lone surrogates, which JSON text cannot carry, become U+FFFD. */
export function encode(message: object): string {
  return JSON.stringify(message)
    .replace(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (escape, lone) => (lone ? "\\ufffd" : escape))
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Speaks the protocol until standard input ends or says `bye`. */
export function serve<E, C>(adapter: Adapter<E, C>): void {
  const manifest = handedOver();
  const errorBases = manifest["error-bases"].filter((name) => !adapter.missingErrors?.includes(name));
  const write = process.stdout.write.bind(process.stdout);
  // Standard output carries the protocol alone: what an SDK prints, through the console too, goes to standard error.
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  process.stdout.on("error", () => process.exit(1));
  const reply = (message: object): void => void write(`${encode(message)}\n`);
  for (const [name, exported] of Object.entries(adapter.exports ?? {})) exportedAs.set(exported, name);

  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => {
      const { class: name, message } = describeError(error, "iterate", {});
      process.stderr.write(`streamspec-adapter: ${event} outside every call: ${name}: ${message}\n`);
      process.stderr.write(`${String(get(error, "stack") ?? "")}\n`);
      process.exit(STRAY_ERROR);
    });
  }

  const answer = async (call: Call): Promise<void> => {
    try {
      const surface = adapter.surfaces[call.surface]?.[call.api];
      const known = manifest.surfaces[call.surface];
      if (!surface || !known) throw new Error(`no surface ${call.surface} for ${call.api}`);
      const client = adapter.client(call);
      const origin = { api: call.api, errorBases };
      const observe = async (caller?: Caller): Promise<Observation> => {
        const asked = begin(caller, adapter.cancellations);
        const seen = new Observer(known.delivers, known["also-shows"], asked, known.lacks);
        await surface({ ...call, signal: asked.signal, leaving: asked.leave?.signal }, seen, client).finally(
          asked.over,
        );
        await seen.lateTurn();
        return seen.observation(adapter.errorFields, origin);
      };
      const observeAll = async (): Promise<Observation> => {
        const atOnce = call.caller?.["at-once"];
        if (atOnce === undefined) return { ...(await observe(call.caller)), again: await observe() };
        const all = Array.from({ length: atOnce - 1 }, () => observe);
        const [first, ...others] = await Promise.all([observe(), ...all.map((one) => one())]);
        return { ...first, others };
      };
      const observation = await (sharesClient(call.caller) ? inPoolOfItsOwn(observeAll) : observe(call.caller));
      reply({ op: "observed", id: call.id, observation });
    } catch (error) {
      process.stderr.write(`streamspec-adapter: call ${call.id}: ${String(get(error, "stack") ?? "")}\n`);
      reply({ op: "fault", id: call.id, message: messageOf(error) });
    }
  };
  const take = (line: string): void => {
    const request: unknown = JSON.parse(line);
    const op = get(request, "op");
    if (op === "hello") reply(hello(adapter, manifest, errorBases));
    else if (op === "bye") process.exit(0);
    else if (op === "run") void answer(request as Call);
    else throw new Error(`unknown op ${String(op)}`);
  };

  let pending = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => {
    const lines = (pending + String(chunk)).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) {
      try {
        if (line.trim() !== "") take(line);
      } catch (error) {
        reply({ op: "fault", message: `cannot read a request: ${messageOf(error)}` });
      }
    }
  });
  // Nobody is left to read an answer.
  process.stdin.on("end", () => process.exit(0));
}

/** Returns what is loaded: the harness compares it with the manifest. */
function hello<E, C>(adapter: Adapter<E, C>, manifest: Manifest, errorBases: string[]): object {
  const surfaces = Object.entries(adapter.surfaces).map(([name, byApi]) => {
    return { name, apis: Object.entries(byApi).flatMap(([api, surface]) => (surface ? [api] : [])) };
  });
  return {
    op: "hello",
    protocol: 1,
    sdk: { name: manifest.package, version: loadedVersion(manifest.package), language: "typescript" },
    runtime: `Node.js ${process.versions.node}`,
    apis: [...new Set(surfaces.flatMap(({ apis }) => apis))],
    error_bases: errorBases,
    surfaces: surfaces.filter(({ apis }) => apis.length > 0).map(({ name }) => name),
    capabilities: ["timeout", "max-retries", "tools", "prompt", ...(adapter.sendsHeaders ? ["headers"] : [])],
  };
}

/** Returns the version of the package that is imported by this name, off its manifest, which its exports may keep back. */
export function loadedVersion(name: string): string {
  for (let folder = new URL(".", import.meta.resolve(name)); ;) {
    const manifest = new URL("package.json", folder);
    const found: unknown = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : undefined;
    if (get(found, "name") === name) return String(get(found, "version"));
    const above = new URL("..", folder);
    if (above.href === folder.href) throw new Error(`nothing says which version of ${name} is loaded`);
    folder = above;
  }
}
