/** The readers of the vendors' items, where the vectors of `golden.json` end: malformed items, helpers that fill them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  messagesReader,
  readChatChunk,
  readCompletion,
  readGeminiChunk,
  readMessage,
  readResponse,
  responsesReader,
} from "./streamspec-dialects.ts";
import { Observer } from "./streamspec-observation.ts";
import { chatRequest, messagesRequest, responsesRequest } from "./streamspec-requests.ts";

const ARGS = '{"city":"Paris"}';
const whole = { name: "get_weather", arguments: ARGS, complete: true };
const open = { ...whole, complete: false };

function check(reader: (seen: Observer) => (item: any) => void, items: unknown[], expected: object): void {
  const seen = new Observer("events");
  const read = reader(seen);
  for (const item of items) read(item);
  const { text, tool_calls, stop_reason } = seen.observation({});
  assert.deepEqual({ text, tool_calls, stop_reason }, { text: "", tool_calls: [], stop_reason: null, ...expected });
}

/** A reader that keeps nothing between items. */
const each = (read: (seen: Observer, item: any) => void) => (seen: Observer) => (item: unknown) => read(seen, item);

test("items without their parts say nothing", () => {
  const starts = [{ type: "content_block_start" }, { type: "content_block_delta" }, { type: "message_stop" }];
  check(messagesReader, [null, {}, ...starts, { type: "message_start", message: null }, { type: "ping" }], {});
  const choices = [null, { index: 1, delta: { content: "other" } }, { index: 0 }];
  check(each(readChatChunk), [null, {}, { choices: [] }, { choices }, { choices: "words" }], {});
  check(responsesReader, [null, {}, { type: "response.completed" }, { type: "response.output_item.done" }], {});
  check(responsesReader, [{ type: "response.created", response: { status: "in_progress" } }], {});
  check(each(readGeminiChunk), [null, { candidates: [null] }, { candidates: [{ content: { parts: [null] } }] }], {});
  check(each(readMessage), [{}, { content: [null] }], {});
  check(each(readCompletion), [{}, { choices: [{ message: { tool_calls: [null] } }] }], {});
  check(each(readResponse), [{ status: "in_progress" }, { output: [null, { content: [null] }] }], {});
});

test("Messages: what a helper adds to the message of message_start is not read twice", () => {
  const block = { type: "text", text: "" };
  const message = { content: [] as object[], stop_reason: null as string | null };
  const seen = new Observer("events");
  const read = messagesReader(seen);
  read({ type: "message_start", message } as any);
  message.content.push({ ...block, text: "Hello" });
  message.stop_reason = "end_turn";
  read({ type: "content_block_start", index: 0, content_block: block });
  read({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } });
  assert.equal(seen.observation({}).stop_reason, null);
  read({ type: "message_delta", delta: { stop_reason: "end_turn" } });
  read({ type: "message_stop" });
  const { text, stop_reason } = seen.observation({});
  assert.deepEqual([text, stop_reason], ["Hello", "end_turn"]);
});

test("Messages: a limit that is told before the end of the block has cut it all the same", () => {
  const block = { type: "tool_use", name: "get_weather", input: {} };
  const events = [
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: ARGS } },
    { type: "message_delta", delta: { stop_reason: "max_tokens" } },
    { type: "content_block_stop", index: 0 },
  ];
  check(messagesReader, events, { tool_calls: [open], stop_reason: "max_tokens" });
});

test("Messages: a call whose block has no end is over with the reason that ends calls", () => {
  const events = [
    { type: "content_block_start", index: 0, content_block: { type: "tool_use", name: "get_weather", input: ARGS } },
    { type: "message_delta", delta: { stop_reason: "tool_use" } },
  ];
  check(messagesReader, events, { tool_calls: [whole], stop_reason: "tool_use" });
});

test("Chat Completions: a name may come after its call began, and an answer need not have an index", () => {
  const chunk = (delta: object, finish_reason?: string) => ({ choices: [{ delta, finish_reason }] });
  const pieces = [chunk({ tool_calls: [{ index: 0, function: { arguments: ARGS } }] })];
  check(each(readChatChunk), pieces, {});
  pieces.push(chunk({ tool_calls: [{ index: 0, function: { name: "get_weather" } }] }, "tool_calls"));
  check(each(readChatChunk), pieces, { tool_calls: [whole], stop_reason: "tool_calls" });
});

test("Chat Completions: of the parts of a content only texts are text", () => {
  const content = [{ type: "thinking", text: "hm" }, { type: "text", text: "Hello" }, { type: "text" }, null];
  check(each(readChatChunk), [{ choices: [{ delta: { content } }] }], { text: "Hello" });
});

test("Responses: a call that stays in progress is over with a completed response, whose output may be left out", () => {
  const item = { type: "function_call", name: "get_weather", arguments: ARGS, status: "in_progress" };
  const done = { type: "response.output_item.done", output_index: 0, item };
  const completed = { type: "response.completed", response: { status: "completed", output: null } };
  check(responsesReader, [done, completed], { tool_calls: [whole], stop_reason: "completed" });
  check(responsesReader, [done, completed, done], { tool_calls: [whole], stop_reason: "completed" });
});

test("Responses: an error completes no call, and takes none back", () => {
  const item = { type: "function_call", name: "get_weather", arguments: ARGS };
  const event = (type: string, more: object) => ({ type: `response.${type}`, output_index: 0, ...more });
  const done = (status: string) => event("output_item.done", { item: { ...item, status } });
  const failed = event("failed", { response: { status: "failed", output: [item] } });
  check(responsesReader, [done("completed"), failed], { tool_calls: [whole], stop_reason: "failed" });
  check(responsesReader, [done("in_progress"), failed], { tool_calls: [open], stop_reason: "failed" });
  check(responsesReader, [failed], { stop_reason: "failed" });
});

/** Checks what is read of these beside the text, the calls and the stop reason. */
function beside(
  delivers: "events" | "final",
  read: (seen: Observer) => (item: any) => void,
  items: unknown[],
): unknown[] {
  const seen = new Observer(delivers, ["usage", "thinking", "refusal"]);
  const reader = read(seen);
  for (const item of items) reader(item);
  const { text, usage, thinking, refusal } = seen.observation({});
  return [usage && [usage.input, usage.output], thinking, refusal, text];
}

test("Messages: the last counts that were told, and thoughts", () => {
  const start = { type: "message_start", message: { content: [], usage: { input_tokens: 25, output_tokens: 1 } } };
  const thinking = { type: "thinking", thinking: "Let " };
  const delta = { type: "thinking_delta", thinking: "me see." };
  const events: object[] = [start, { type: "content_block_start", index: 0, content_block: thinking }];
  events.push({ type: "content_block_delta", index: 0, delta });
  assert.deepEqual(beside("events", messagesReader, events), [[25, 1], "Let me see.", "", ""]);
  events.push({ type: "message_delta", delta: {}, usage: { input_tokens: null, output_tokens: 15 } });
  events.push({ type: "message_delta", delta: {}, usage: { output_tokens: null } }, { type: "message_delta" });
  assert.deepEqual(beside("events", messagesReader, events), [[25, 15], "Let me see.", "", ""]);
  assert.deepEqual(beside("events", messagesReader, [{ type: "message_start" }]), [null, "", "", ""]);
  const content = [
    { ...thinking, signature: "c2ln" },
    { type: "redacted_thinking", data: "" },
    { type: "text", text: "Hi" },
  ];
  const usage = { input_tokens: 25, output_tokens: 15 };
  assert.deepEqual(beside("final", each(readMessage), [{ content, usage }]), [[25, 15], "Let ", undefined, "Hi"]);
  assert.deepEqual(beside("final", each(readMessage), [{ content: [] }]), [null, "", undefined, ""]);
});

test("Chat Completions: the counts of the last chunk, thoughts by either name, and refusals", () => {
  const chunk = (delta: object) => ({ choices: [{ index: 0, delta }], usage: null });
  const counts = { choices: [], usage: { prompt_tokens: 9, completion_tokens: 4 } };
  const chunks = [
    chunk({ reasoning_content: "a", reasoning: "a" }),
    chunk({ reasoning: "b" }),
    chunk({ refusal: "No." }),
  ];
  chunks.push(chunk({ reasoning_content: null, reasoning: "c", refusal: null }));
  assert.deepEqual(beside("events", each(readChatChunk), chunks), [null, "abc", "No.", ""]);
  assert.deepEqual(beside("events", each(readChatChunk), [...chunks, counts]), [[9, 4], "abc", "No.", ""]);
  const answer = { ...counts, choices: [{ message: { content: null, refusal: "No." } }] };
  assert.deepEqual(beside("final", each(readCompletion), [answer]), [[9, 4], undefined, "No.", ""]);
  assert.deepEqual(beside("final", each(readCompletion), [{}]), [null, undefined, "", ""]);
});

test("Responses: pieces of reasoning and of a refusal, or what only the finished response holds", () => {
  const reasoning = { type: "reasoning", summary: [{ text: "Let " }, { text: "me " }], content: [{ text: "see." }] };
  const refusal = { type: "message", content: [{ type: "refusal", refusal: "No." }] };
  const response = {
    status: "completed",
    output: [reasoning, refusal, null],
    usage: { input_tokens: 9, output_tokens: 4 },
  };
  const piece = (type: string, delta: string) => ({ type: `response.${type}.delta`, delta });
  const pieces = [piece("reasoning_summary_text", "S"), piece("reasoning_text", "T"), piece("refusal", "R")];
  const completed = { type: "response.completed", response };
  const created = { type: "response.created", response: { usage: null } };
  assert.deepEqual(beside("events", responsesReader, [created, ...pieces]), [null, "ST", "R", ""]);
  assert.deepEqual(beside("events", responsesReader, [created, ...pieces, completed]), [[9, 4], "ST", "R", ""]);
  assert.deepEqual(beside("events", responsesReader, [completed]), [[9, 4], "Let me see.", "No.", ""]);
  assert.deepEqual(beside("final", each(readResponse), [response]), [[9, 4], "Let me see.", "No.", ""]);
  assert.deepEqual(beside("final", each(readResponse), [{}]), [null, "", "", ""]);
});

test("Gemini: parts that are thoughts, and the last counts", () => {
  const parts = [{ text: "hm", thought: true }, { text: "Hello" }];
  const chunk = { candidates: [{ content: { parts } }], usageMetadata: { promptTokenCount: 4 } };
  const last = { usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2 } };
  assert.deepEqual(beside("events", each(readGeminiChunk), [chunk]), [[4, null], "hm", "", "Hello"]);
  assert.deepEqual(beside("events", each(readGeminiChunk), [chunk, last]), [[4, 2], "hm", "", "Hello"]);
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
