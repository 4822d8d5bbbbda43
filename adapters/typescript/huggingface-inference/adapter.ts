/** Drives `@huggingface/inference`, Hugging Face's SDK for JavaScript, over Chat Completions of its inference client. */

import { InferenceClient, type InferenceClientProviderApiError } from "@huggingface/inference";
import { type Call, limit, serve } from "../streamspec-adapter.ts";
import { headers } from "../streamspec-connections.ts";
import { readChatChunk } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { API_KEY, chatRequest } from "../streamspec-requests.ts";

/** Of an event, the response is the one that carried the stream, with the event's data as its body. */
const ERROR_FIELDS: ErrorFields<InferenceClientProviderApiError> = {
  status: [["attribute", "httpResponse", "status"]],
  request_id: [["attribute", "httpResponse", "requestId"]],
  bodies: [["httpResponse", "body"]],
};

/** Makes a client whose `fetch` adds headers, as the SDK has no option for these. */
function makeClient(call: Call): InferenceClient {
  const edited: typeof fetch = (input, init) => {
    return fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), ...headers(call) } });
  };
  return new InferenceClient(API_KEY, {
    endpointUrl: call.base_url,
    fetch: edited,
    retry_on_error: call.max_retries > 0,
  });
}

async function chat(call: Call, seen: Observer, client: InferenceClient): Promise<void> {
  // Who wants no more of a stream aborts its signal, as to leave the loop alone does not end the request.
  const signal = limit({ ...call, signal: call.signal ?? call.leaving });
  await seen.iterate(
    () => client.chatCompletionStream(chatRequest(call), { signal }),
    (chunk) => readChatChunk(seen, chunk),
  );
}

serve({ client: makeClient, errorFields: ERROR_FIELDS, surfaces: { chat: { "openai-chat": chat } } });
