/** The facts of each dialect that the kit asks for, from the generated `dialects.json`. */

import { readFileSync } from "node:fs";

export type Api = "anthropic-messages" | "openai-chat" | "openai-responses" | "gemini-generate";

/** One kind of request and the stream that answers it. */
export interface Dialect {
  /** The path of a request; `{model}` stands for the model where one is named there. */
  path: string;
  /** The beginnings of event names, the names that only say that the server lives, and the ends of a stream. */
  events: { prefixes: readonly string[]; pings: readonly string[]; ends: readonly unknown[]; sentinel: string | null };
  /** The words with which tool calls are over, and those that say that a limit cut the answer. */
  stop_reasons: { end_calls: readonly unknown[]; limits: readonly unknown[] };
  /** The member of an error that names its type. */
  error_type: string;
}

const FILE = new URL("../dialects.json", import.meta.url);

export const DIALECTS: Readonly<Record<Api, Dialect>> = JSON.parse(readFileSync(FILE, "utf8"));
