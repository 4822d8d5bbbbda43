/** The question of every call, in the words of each vendor. */

import type { Call } from "./streamspec-adapter.ts";
import { DIALECTS, QUESTION } from "./streamspec-tables.ts";

export const API_KEY = "streamspec-no-key";

const { parameters, ...tool } = QUESTION.tool;
export const PARAMETERS = parameters;
export const WEATHER = tool;

export function modelOf(call: Call): string {
  return DIALECTS[call.api].model;
}

export function promptOf(call: Call): string {
  return call.prompt ?? QUESTION.prompt;
}

export function messagesRequest(call: Call) {
  return {
    model: modelOf(call),
    max_tokens: 1024,
    stream: true as const,
    messages: [{ role: "user" as const, content: promptOf(call) }],
    ...(call.ask === "tool" ? { tools: [{ ...WEATHER, input_schema: PARAMETERS }] } : {}),
  };
}

export function chatRequest(call: Call) {
  const tool = { type: "function" as const, function: { ...WEATHER, parameters: PARAMETERS } };
  return {
    model: modelOf(call),
    stream: true as const,
    stream_options: { include_usage: true },
    messages: [{ role: "user" as const, content: promptOf(call) }],
    ...(call.ask === "tool" ? { tools: [tool] } : {}),
  };
}

export function responsesRequest(call: Call) {
  const tool = { type: "function" as const, strict: false, ...WEATHER, parameters: PARAMETERS };
  return {
    model: modelOf(call),
    stream: true as const,
    input: promptOf(call),
    ...(call.ask === "tool" ? { tools: [tool] } : {}),
  };
}
