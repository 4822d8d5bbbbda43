/** Drives `@anthropic-ai/sdk`: raw iterator, stream helper, text callback, final message, and a caller's handler. */

import Anthropic, { type APIError } from "@anthropic-ai/sdk";
import { type Call, serve, silence } from "../streamspec-adapter.ts";
import { API_KEY, NO_POOL, messagesReader, messagesRequest, readMessage } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { AnswerFailed, answer } from "./handler.ts";

/**
 * `error` is the whole parsed body, `{"type":"error","error":{…},"request_id":…}`. Older versions have no `type`,
 * and say `request_id` or leave the headers.
 */
const ERROR_FIELDS: ErrorFields<APIError & AnswerFailed & { request_id?: string }> = {
  status: [["attribute", "status"]],
  type: [["attribute", "type"]],
  code: [["attribute", "errorCode"]],
  request_id: [
    ["attribute", "requestID"],
    ["attribute", "request_id"],
    ["header", "headers", "request-id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
  retryable: [["attribute", "retryable"]],
  bodies: [["error"]],
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
  await seen.iterate(() => client(call).messages.create(messagesRequest(call)), messagesReader(seen));
}

async function stream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(() => client(call).messages.stream(messagesRequest(call)), messagesReader(seen));
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
    (message) => readMessage(seen, message),
  );
}

async function handler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => answer(client(call), messagesRequest(call), silence(call)),
    (message) => readMessage(seen, message),
  );
}

serve({
  errorFields: ERROR_FIELDS,
  surfaces: {
    create: { "anthropic-messages": create },
    stream: { "anthropic-messages": stream },
    text: { "anthropic-messages": text },
    final: { "anthropic-messages": final },
    handler: { "anthropic-messages": handler },
  },
});
