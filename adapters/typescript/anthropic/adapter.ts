/** Drives `@anthropic-ai/sdk`: raw iterator, stream helper, text callback, final message, and a caller's handler. */

import Anthropic, { type APIError } from "@anthropic-ai/sdk";
import { type Call, serve, silence } from "../streamspec-adapter.ts";
import { API_KEY, NO_POOL, messagesRequest, readMessagesEvent } from "../streamspec-dialects.ts";
import { type ErrorFields, type Observer, type ToolCall, list } from "../streamspec-observation.ts";
import { AnswerFailed, answer } from "./handler.ts";

/**
 * `error` is the whole parsed body, `{"type":"error","error":{…},"request_id":…}`. Older versions have no `type`,
 * and say `request_id` or leave the headers.
 */
const ERROR_FIELDS: ErrorFields<APIError & AnswerFailed & { request_id?: string }> = {
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
  retryable: [["attribute", "retryable"]],
};

/** A client of its own for each call: not every version can derive one from another. */
function client(call: Call): Anthropic {
  return new Anthropic({
    ...NO_POOL,
    apiKey: API_KEY,
    baseURL: call.base_url,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
  });
}

async function create(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => client(call).messages.create(messagesRequest(call)),
    (event) => readMessagesEvent(seen, event),
  );
}

async function stream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => client(call).messages.stream(messagesRequest(call)),
    (event) => readMessagesEvent(seen, event),
  );
}

async function text(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "iterate",
    () => {
      const running = client(call).messages.stream(messagesRequest(call));
      return running.on("text", (delta) => seen.textEvent(delta)).done();
    },
    () => {},
  );
}

async function final(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    () => client(call).messages.stream(messagesRequest(call)).finalMessage(),
    (message) => read(seen, message),
  );
}

async function handler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => answer(client(call), messagesRequest(call), silence(call)),
    (message) => read(seen, message),
  );
}

/** Reads a finished message. */
function read(seen: Observer, message: Anthropic.Message): void {
  const tools: ToolCall[] = [];
  let words = "";
  for (const block of list(message.content)) {
    if (block?.type === "text") words += block.text;
    if (block?.type === "tool_use") tools.push({ name: block.name, arguments: block.input, complete: true });
  }
  seen.finished(words, tools, message.stop_reason);
}

serve({
  sdk: "@anthropic-ai/sdk",
  errorBases: ["AnthropicError", "AnswerFailed"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    create: { "anthropic-messages": { delivers: "events", run: create } },
    stream: { "anthropic-messages": { delivers: "events", run: stream } },
    text: { "anthropic-messages": { delivers: "text", run: text } },
    final: { "anthropic-messages": { delivers: "final", run: final } },
    handler: { "anthropic-messages": { delivers: "final", run: handler } },
  },
});
