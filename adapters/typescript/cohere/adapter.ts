/** Drives `cohere-ai`, Cohere's SDK for JavaScript, over version 2 of its chat; it has no finished answer of a stream. */

import { CohereClientV2, type CohereError } from "cohere-ai";
import { type Call, serve } from "../streamspec-adapter.ts";
import { headers } from "../streamspec-connections.ts";
import { cohereReader } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { API_KEY, chatRequest } from "../streamspec-requests.ts";

/** `CohereTimeoutError` has none of these. */
const ERROR_FIELDS: ErrorFields<CohereError> = {
  status: [["attribute", "statusCode"]],
  retry_after: [["header", "rawResponse", "headers", "retry-after"]],
  bodies: [["body"]],
};

function makeClient(call: Call): CohereClientV2 {
  return new CohereClientV2({
    token: API_KEY,
    environment: call.base_url,
    timeoutInSeconds: call.timeout_ms / 1000,
    maxRetries: call.max_retries,
    headers: headers(call),
  });
}

async function chatStream(call: Call, seen: Observer, client: CohereClientV2): Promise<void> {
  const { stream: _, stream_options: __, ...request } = chatRequest(call);
  const read = cohereReader(seen);
  await seen.iterate(
    () => client.chatStream(request, call.signal ? { abortSignal: call.signal } : {}),
    (event) => {
      read(event);
      if (event?.type !== "message-end") return;
      const { error, finishReason } = event.delta ?? {};
      if (error || finishReason === "ERROR") {
        seen.failureItem({ site: "iterate", class: "MessageEnd", message: error, code: undefined });
      }
    },
  );
}

serve({ client: makeClient, errorFields: ERROR_FIELDS, surfaces: { "chat-stream": { "cohere-chat": chatStream } } });
