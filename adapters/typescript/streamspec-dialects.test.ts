/** The readers of the vendors' items: what a caller is handed by whole, cut and malformed items. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chatRequest,
  messagesRequest,
  readChatChunk,
  readGeminiChunk,
  readMessagesEvent,
  readResponse,
  readResponseEvent,
  responsesRequest,
} from "./streamspec-dialects.ts";
import { Observer } from "./streamspec-observation.ts";

const ARGS = '{"city":"Paris"}';
const whole = { name: "get_weather", arguments: ARGS, complete: true };
const open = { ...whole, complete: false };

function check(read: (seen: Observer, item: any) => void, items: unknown[], expected: object): void {
  const seen = new Observer("events");
  for (const item of items) read(seen, item);
  const { text, tool_calls, stop_reason } = seen.observation({});
  assert.deepEqual({ text, tool_calls, stop_reason }, { text: "", tool_calls: [], stop_reason: null, ...expected });
}

test("Messages: a block is over at its stop event, and the reason is the delta's", () => {
  const block = {
    type: "content_block_start",
    index: 1,
    content_block: { type: "tool_use", name: "get_weather", input: {} },
  };
  const piece = (partial_json: string) => ({
    type: "content_block_delta",
    index: 1,
    delta: { type: "input_json_delta", partial_json },
  });
  const pieces = [block, piece(ARGS.slice(0, 5)), piece(ARGS.slice(5))];
  check(readMessagesEvent, pieces, { tool_calls: [open] });
  const end = { type: "message_delta", delta: { stop_reason: "tool_use" } };
  check(readMessagesEvent, [...pieces, { type: "content_block_stop", index: 1 }, end], {
    tool_calls: [whole],
    stop_reason: "tool_use",
  });
  check(readMessagesEvent, [{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } }], {
    text: "Hello",
  });
  check(
    readMessagesEvent,
    [null, {}, { type: "content_block_start" }, { type: "content_block_delta" }, { type: "ping" }],
    {},
  );
});

test("Chat Completions: calls are over with a finish reason of their own, not with one that cuts", () => {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  });
  const call = { index: 0, function: { name: "get_weather", arguments: ARGS } };
  check(readChatChunk, [chunk({ content: "Hello" }), chunk({}, "stop")], { text: "Hello", stop_reason: "stop" });
  check(readChatChunk, [chunk({ tool_calls: [call] }), chunk({}, "tool_calls")], {
    tool_calls: [whole],
    stop_reason: "tool_calls",
  });
  check(readChatChunk, [chunk({ tool_calls: [call] }), chunk({}, "length")], {
    tool_calls: [open],
    stop_reason: "length",
  });
  check(readChatChunk, [null, {}, { choices: [] }, { choices: [null, { index: 1, delta: { content: "other" } }] }], {});
});

test("Responses: calls are over with their done event or in the completed response, unless they are incomplete", () => {
  const item = { type: "function_call", name: "get_weather", arguments: ARGS, status: "completed" };
  const event = (type: string, more: object) => ({ type: `response.${type}`, output_index: 0, ...more });
  const added = event("output_item.added", { item: { ...item, arguments: "", status: "in_progress" } });
  const pieces = event("function_call_arguments.delta", { delta: ARGS });
  check(readResponseEvent, [added, pieces], { tool_calls: [open] });
  check(readResponseEvent, [added, event("output_item.done", { item })], { tool_calls: [whole] });
  const cut = event("output_item.done", { item: { ...item, status: "incomplete" } });
  check(readResponseEvent, [added, pieces, cut], { tool_calls: [open] });
  const completed = event("completed", { response: { status: "completed", output: [item] } });
  check(readResponseEvent, [completed], { tool_calls: [whole], stop_reason: "completed" });
  const incomplete = { response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } } };
  check(readResponseEvent, [event("incomplete", incomplete)], { stop_reason: "max_output_tokens" });
  check(readResponseEvent, [event("created", { response: { status: "in_progress" } }), null, {}], {});
});

test("a finished response says what it holds, and which of its calls are open", () => {
  const output = [
    { type: "message", content: [{ type: "output_text", text: "Hel" }, null, { type: "output_text", text: "lo" }] },
    { type: "function_call", name: "get_weather", arguments: ARGS, status: "in_progress" },
  ];
  check(readResponse, [{ status: "completed", output }], {
    text: "Hello",
    tool_calls: [open],
    stop_reason: "completed",
  });
  check(readResponse, [{ status: "in_progress" }], {});
});

test("Gemini: calls come whole and are over with STOP; thoughts are no text", () => {
  const parts = [
    { text: "thinking", thought: true },
    { text: "Hello" },
    { functionCall: { name: "get_weather", args: { city: "Paris" } } },
  ];
  const called = { ...open, arguments: { city: "Paris" } };
  check(readGeminiChunk, [{ candidates: [{ content: { parts } }] }], { text: "Hello", tool_calls: [called] });
  const ended = { candidates: [{ content: { parts }, finishReason: "STOP" }] };
  check(readGeminiChunk, [ended], { text: "Hello", tool_calls: [{ ...called, complete: true }], stop_reason: "STOP" });
  check(readGeminiChunk, [{ promptFeedback: { blockReason: "SAFETY" } }, null, { candidates: [null] }], {
    stop_reason: "SAFETY",
  });
});

test("a tool is declared only where the call asks for one", () => {
  const call = { id: 1, surface: "any", base_url: "", timeout_ms: 0, max_retries: 0 } as const;
  for (const [api, request] of [
    ["anthropic-messages", messagesRequest],
    ["openai-chat", chatRequest],
    ["openai-responses", responsesRequest],
  ] as const) {
    assert.equal(request({ ...call, api, ask: "text" }).tools, undefined);
    assert.match(JSON.stringify(request({ ...call, api, ask: "tool" }).tools), /get_weather/);
  }
});
