/** The vectors that the kits of all languages share: what is read from raw values, bodies and items. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { converseReader } from "./streamspec-bedrock.ts";
import {
  cohereReader,
  messagesReader,
  readChatChunk,
  readCompletion,
  readGeminiChunk,
  readMessage,
  readOllamaPart,
  readResponse,
  responsesReader,
} from "./streamspec-dialects.ts";
import { describeError } from "./streamspec-failure.ts";
import { type Observation, Observer } from "./streamspec-observation.ts";
import type { Api } from "./streamspec-tables.ts";

interface Golden {
  fields: { field: "status" | "type"; raw: unknown; reads: unknown }[];
  bodies: { name: string; api: Api; body: string; reads: object }[];
  items: { name: string; api: Api; events?: unknown[]; final?: unknown; sees: object }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../golden.json", import.meta.url), "utf8"));

const EVENTS: Record<Api, (seen: Observer) => (event: any) => void> = {
  "anthropic-messages": messagesReader,
  "openai-chat": (seen) => (chunk) => readChatChunk(seen, chunk),
  "openai-responses": responsesReader,
  "gemini-generate": (seen) => (chunk) => readGeminiChunk(seen, chunk),
  "ollama-chat": (seen) => (part) => readOllamaPart(seen, part),
  "cohere-chat": cohereReader,
  "bedrock-converse": converseReader,
  "bedrock-invoke": messagesReader,
};

const FINAL: Partial<Record<Api, (seen: Observer, answer: any) => void>> = {
  "anthropic-messages": readMessage,
  "openai-chat": readCompletion,
  "openai-responses": readResponse,
};

/** Returns the fields with arguments that are JSON text as that JSON. */
function parsed({ text, tool_calls, stop_reason }: Observation): object {
  const calls = tool_calls?.map((call) => {
    try {
      return { ...call, arguments: typeof call.arguments === "string" ? JSON.parse(call.arguments) : call.arguments };
    } catch {
      return call;
    }
  });
  return { text, tool_calls: calls, stop_reason };
}

for (const { field, raw, reads } of golden.fields) {
  test(`${field} ${JSON.stringify(raw)}`, () => {
    const reading = describeError<{ raw: unknown }>({ raw }, "open", { [field]: [["attribute", "raw"]] })[field];
    assert.deepEqual(reading, reads === null ? null : { value: reads, via: "attribute" });
  });
}

for (const { name, api, body, reads } of golden.bodies) {
  test(`${api}: ${name}`, () => {
    for (const handed of [body, parse(body)]) {
      const error = describeError<{ body: unknown }>({ body: handed }, "open", { bodies: [["body"]] }, { api });
      const { status, type, code, request_id } = error;
      const found = Object.entries({ status, type, code, request_id }).filter(([, reading]) => reading);
      assert.deepEqual(
        Object.fromEntries(found),
        Object.fromEntries(Object.entries(reads).map(([field, value]) => [field, { value, via: "body" }])),
      );
    }
  });
}

for (const { name, api, events, final, sees } of golden.items) {
  test(`${api}: ${name}`, () => {
    const seen = new Observer(events ? "events" : "final");
    const read = EVENTS[api](seen);
    for (const event of events ?? []) read(event);
    if (final) FINAL[api]?.(seen, final);
    assert.deepEqual(parsed(seen.observation({})), sees);
  });
}

/** Returns a body as SDKs hand it out once they parsed it. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
