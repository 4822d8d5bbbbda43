/** What is asked in every call, in the words of each vendor. */

import type { Call } from "./streamspec-adapter.ts";
import type { Api } from "./streamspec-tables.ts";

export const API_KEY = "streamspec-no-key";

export const MODEL: Record<Api, string> = {
  "anthropic-messages": "claude-opus-4-5",
  "openai-chat": "gpt-5.1",
  "openai-responses": "gpt-5.1",
  "gemini-generate": "gemini-2.5-flash",
};

export const PARAMETERS = {
  type: "object" as const,
  properties: { city: { type: "string" as const } },
  required: ["city"],
};
export const WEATHER = { name: "get_weather", description: "The weather in a city." };

export function question(call: Call): string {
  return call.ask === "tool" ? "What is the weather in Paris?" : "Say hello.";
}

export function messagesRequest(call: Call) {
  return {
    model: MODEL[call.api],
    max_tokens: 1024,
    stream: true as const,
    messages: [{ role: "user" as const, content: question(call) }],
    ...(call.ask === "tool" ? { tools: [{ ...WEATHER, input_schema: PARAMETERS }] } : {}),
  };
}

export function chatRequest(call: Call) {
  const tool = { type: "function" as const, function: { ...WEATHER, parameters: PARAMETERS } };
  return {
    model: MODEL[call.api],
    stream: true as const,
    stream_options: { include_usage: true },
    messages: [{ role: "user" as const, content: question(call) }],
    ...(call.ask === "tool" ? { tools: [tool] } : {}),
  };
}

export function responsesRequest(call: Call) {
  const tool = { type: "function" as const, strict: false, ...WEATHER, parameters: PARAMETERS };
  return {
    model: MODEL[call.api],
    stream: true as const,
    input: question(call),
    ...(call.ask === "tool" ? { tools: [tool] } : {}),
  };
}
