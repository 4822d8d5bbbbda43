/** Drives `groq-sdk`, Groq's SDK for JavaScript, over Chat Completions; it has no helper for streams. */

import Groq, { type APIError } from "groq-sdk";
import type { ChatCompletionChunk } from "groq-sdk/resources/chat/completions";
import { type Call, serve } from "../streamspec-adapter.ts";
import { connections } from "../streamspec-connections.ts";
import { readChatChunk } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { API_KEY, chatRequest } from "../streamspec-requests.ts";

/** `error` is the whole body of a response, or the `error` of an event. */
const ERROR_FIELDS: ErrorFields<APIError> = {
  status: [["attribute", "status"]],
  request_id: [["header", "headers", "x-request-id"]],
  retry_after: [["header", "headers", "retry-after"]],
  bodies: [["error"]],
};

function makeClient(call: Call): Groq {
  return new Groq({
    ...connections(call),
    apiKey: API_KEY,
    baseURL: call.base_url,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
    // Without it the SDK prints what it cannot parse.
    logLevel: "off",
  });
}

async function create(call: Call, seen: Observer, client: Groq): Promise<void> {
  const { stream_options: _, ...request } = chatRequest(call);
  await seen.iterate<ChatCompletionChunk>(
    () => client.chat.completions.create(request, { signal: call.signal }),
    (chunk) => {
      readChatChunk(seen, chunk);
      // With the last chunk.
      const { prompt_tokens, completion_tokens } = chunk?.x_groq?.usage ?? {};
      seen.count(prompt_tokens, completion_tokens);
    },
  );
}

serve({
  client: makeClient,
  sendsHeaders: true,
  errorFields: ERROR_FIELDS,
  cancellations: ["APIUserAbortError"],
  surfaces: { create: { "openai-chat": create } },
});
