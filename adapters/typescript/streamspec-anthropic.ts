/** The calls of `@anthropic-ai/sdk`, which its clients for all platforms have in common, and the ways into its errors. */

import type Anthropic from "@anthropic-ai/sdk";
import type { APIError } from "@anthropic-ai/sdk";
import type { MessageStream } from "@anthropic-ai/sdk/lib/MessageStream";
import type { Call } from "./streamspec-adapter.ts";
import { messagesReader, readMessage } from "./streamspec-dialects.ts";
import type { ErrorFields } from "./streamspec-failure.ts";
import type { Observer } from "./streamspec-observation.ts";
import { messagesRequest } from "./streamspec-requests.ts";

/** The part of a client that makes calls. */
export interface Client {
  messages: Pick<Anthropic["messages"], "create" | "stream">;
}

/** An error of the SDK; older versions have no `type`, and say `request_id` or leave the headers. */
export type Failure = APIError & { request_id?: string };

/**
 * `error` is the whole parsed body, `{"type":"error","error":{…},"request_id":…}`.
 */
export const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [["attribute", "status"]],
  type: [["attribute", "type"]],
  code: [["attribute", "errorCode"]],
  request_id: [
    ["attribute", "requestID"],
    ["attribute", "request_id"],
    ["header", "headers", "request-id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
  bodies: [["error"]],
};

export async function create(call: Call, seen: Observer, client: Client): Promise<void> {
  await seen.iterate(
    () => client.messages.create(messagesRequest(call), { signal: call.signal }),
    messagesReader(seen),
  );
}

/**
 * Opens a stream with listeners to its end; `end` itself, which is always the last event, does not say how it came to
 * that.
 */
function heard(call: Call, seen: Observer, client: Client): MessageStream {
  return client.messages
    .stream(messagesRequest(call), { signal: call.signal })
    .on("finalMessage", () => seen.heard("completed"))
    .on("error", () => seen.heard("failed"))
    .on("abort", () => seen.heard("aborted"));
}

export async function stream(call: Call, seen: Observer, client: Client): Promise<void> {
  await seen.iterate(() => heard(call, seen, client), messagesReader(seen));
}

export async function text(call: Call, seen: Observer, client: Client): Promise<void> {
  await seen.settle(
    "iterate",
    () =>
      heard(call, seen, client)
        .on("text", (delta) => seen.textEvent(delta))
        .done(),
    () => {},
  );
}

export async function final(call: Call, seen: Observer, client: Client): Promise<void> {
  await seen.settle(
    "finalize",
    () => client.messages.stream(messagesRequest(call), { signal: call.signal }).finalMessage(),
    (message) => readMessage(seen, message),
  );
}
