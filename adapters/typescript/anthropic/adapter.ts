/** Drives `@anthropic-ai/sdk`: raw iterator, stream helper, text callback, final message, and a caller's handler. */

import Anthropic from "@anthropic-ai/sdk";
import { type Call, serve, silence } from "../streamspec-adapter.ts";
import { ERROR_FIELDS, type Failure, create, final, stream, text } from "../streamspec-anthropic.ts";
import { connections } from "../streamspec-connections.ts";
import { readMessage } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { API_KEY, messagesRequest } from "../streamspec-requests.ts";
import { AnswerFailed, answer } from "./handler.ts";

/** That of `AnswerFailed`, the handler's own error, is among them. */
const FIELDS: ErrorFields<Failure & AnswerFailed> = { ...ERROR_FIELDS, retryable: [["attribute", "retryable"]] };

/** Makes a client of its own for each call: not every version can derive one from another. */
function makeClient(call: Call): Anthropic {
  return new Anthropic({
    ...connections(call),
    apiKey: API_KEY,
    baseURL: call.base_url,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
  });
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
  errorFields: FIELDS,
  cancellations: ["APIUserAbortError"],
  surfaces: {
    create: { "anthropic-messages": create },
    stream: { "anthropic-messages": stream },
    text: { "anthropic-messages": text },
    final: { "anthropic-messages": final },
    handler: { "anthropic-messages": handler },
  },
});
