/** The question of every request, and the facts of each dialect that the kit asks for: the generated `dialects.json`. */

import { readFileSync } from "node:fs";

/** A dialect that adapters for several dialects speak. */
export type EventApi = "anthropic-messages" | "openai-chat" | "openai-responses" | "gemini-generate";

export type Api = EventApi | "ollama-chat" | "bedrock-converse" | "bedrock-invoke" | "cohere-chat";

/** What every request asks the model for. */
export interface Question {
  prompt: string;
  /** The tool that may be declared; `parameters` is the JSON Schema of its arguments. */
  tool: { name: string; description: string; parameters: Parameters };
}

/** The schema of arguments that are texts. */
export type Parameters = { type: "object"; properties: Record<string, { type: "string" }>; required: string[] };

/** One kind of request and the stream that answers it. */
export interface Dialect {
  /** The model that is asked. */
  model: string;
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

interface Tables {
  question: Question;
  dialects: Readonly<Record<Api, Dialect>>;
}

export const { question: QUESTION, dialects: DIALECTS }: Tables = JSON.parse(readFileSync(FILE, "utf8"));
