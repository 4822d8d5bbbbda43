/** Drives `@anthropic-ai/sdk`: raw iterator, stream helper, text callback, final message, and a caller's handler. */

import Anthropic, { type APIError } from "@anthropic-ai/sdk";
import type { MessageStream } from "@anthropic-ai/sdk/lib/MessageStream";
import { type Call, serve, silence } from "../streamspec-adapter.ts";
import { connections } from "../streamspec-connections.ts";
import { messagesReader, readMessage } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { API_KEY, messagesRequest } from "../streamspec-requests.ts";
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

/** Makes a client of its own for each call: not every version can derive one from another. */
function makeClient(call: Call): Anthropic {
  return new Anthropic({
    ...connections(call),
    apiKey: API_KEY,
    baseURL: call.base_url,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
    defaultHeaders: call.headers ?? {},
  });
}

async function create(call: Call, seen: Observer, client: Anthropic): Promise<void> {
  await seen.iterate(
    () => client.messages.create(messagesRequest(call), { signal: call.signal }),
    messagesReader(seen),
  );
}

/**
 * Opens a stream with listeners to its end; `end` itself, which is always the last event, does not say how it came to
 * that.
 */
function heard(call: Call, seen: Observer, client: Anthropic): MessageStream {
  return client.messages
    .stream(messagesRequest(call), { signal: call.signal })
    .on("finalMessage", () => seen.heard("completed"))
    .on("error", () => seen.heard("failed"))
    .on("abort", () => seen.heard("aborted"));
}

async function stream(call: Call, seen: Observer, client: Anthropic): Promise<void> {
  await seen.iterate(() => heard(call, seen, client), messagesReader(seen));
}

async function text(call: Call, seen: Observer, client: Anthropic): Promise<void> {
  await seen.settle(
    "iterate",
    () =>
      heard(call, seen, client)
        .on("text", (delta) => seen.textEvent(delta))
        .done(),
    () => {},
  );
}

async function final(call: Call, seen: Observer, client: Anthropic): Promise<void> {
  await seen.settle(
    "finalize",
    () => client.messages.stream(messagesRequest(call), { signal: call.signal }).finalMessage(),
    (message) => readMessage(seen, message),
  );
}

async function handler(call: Call, seen: Observer, client: Anthropic): Promise<void> {
  await seen.handle(
    () => answer(client, messagesRequest(call), silence(call)),
    (message) => readMessage(seen, message),
  );
}

serve({
  client: makeClient,
  sendsHeaders: true,
  errorFields: ERROR_FIELDS,
  cancellations: ["APIUserAbortError"],
  surfaces: {
    create: { "anthropic-messages": create },
    stream: { "anthropic-messages": stream },
    text: { "anthropic-messages": text },
    final: { "anthropic-messages": final },
    handler: { "anthropic-messages": handler },
  },
});
