/** Drives `@anthropic-ai/sdk`: the raw event iterator, the stream helper, its text callback and its final message. */

import Anthropic, { type APIError } from "@anthropic-ai/sdk";
import { type Call, type ErrorFields, type Observer, type ToolCall, list, serve } from "../streamspec-adapter.ts";
import { API_KEY, NO_POOL, messagesRequest, readMessagesEvent } from "../streamspec-dialects.ts";

/**
 * `error` is the whole parsed body, `{"type":"error","error":{…},"request_id":…}`. Older versions have no `type`,
 * and say `request_id` or leave the headers.
 */
const ERROR_FIELDS: ErrorFields<APIError & { request_id?: string }> = {
  status: [["attribute", "status"]],
  type: [
    ["attribute", "type"],
    ["body", "error", "error", "type"],
  ],
  code: [
    ["attribute", "errorCode"],
    ["body", "error", "error", "code"],
    ["body", "error", "code"],
  ],
  request_id: [
    ["attribute", "requestID"],
    ["attribute", "request_id"],
    ["body", "error", "request_id"],
    ["header", "headers", "request-id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
};

/** A client of its own for each call: not every version can derive one from another. */
function messages(call: Call): Anthropic["messages"] {
  const client = new Anthropic({
    ...NO_POOL,
    apiKey: API_KEY,
    baseURL: call.base_url,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
  });
  return client.messages;
}

async function create(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => messages(call).create(messagesRequest(call)),
    (event) => readMessagesEvent(seen, event),
  );
}

async function stream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => messages(call).stream(messagesRequest(call)),
    (event) => readMessagesEvent(seen, event),
  );
}

async function text(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "iterate",
    () => {
      const running = messages(call).stream(messagesRequest(call));
      return running.on("text", (delta) => seen.textEvent(delta)).done();
    },
    () => {},
  );
}

async function final(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    () => messages(call).stream(messagesRequest(call)).finalMessage(),
    (message) => {
      const tools: ToolCall[] = [];
      let words = "";
      for (const block of list(message.content)) {
        if (block?.type === "text") words += block.text;
        if (block?.type === "tool_use") tools.push({ name: block.name, arguments: block.input, complete: true });
      }
      seen.finished(words, tools, message.stop_reason);
    },
  );
}

serve({
  sdk: "@anthropic-ai/sdk",
  errorBases: ["AnthropicError"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    create: { "anthropic-messages": { delivers: "events", run: create } },
    stream: { "anthropic-messages": { delivers: "events", run: stream } },
    text: { "anthropic-messages": { delivers: "text", run: text } },
    final: { "anthropic-messages": { delivers: "final", run: final } },
  },
});
