/** Drives `ollama`, Ollama's SDK for JavaScript, over `/api/chat`; it has no finished answer of a stream. */

import { Ollama, type ChatResponse } from "ollama";
import { type Call, serve } from "../streamspec-adapter.ts";
import { headers } from "../streamspec-connections.ts";
import { readOllamaPart } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { chatRequest } from "../streamspec-requests.ts";

/** The error of a response with an error status; one in the stream is an `Error` of the platform. */
const ERROR_FIELDS: ErrorFields<Error & { status_code?: number }> = { status: [["attribute", "status_code"]] };

/** Makes a client whose `fetch` ends after the timeout, as the SDK has none. */
function makeClient(call: Call): Ollama {
  const limited: typeof fetch = (input, init) => {
    const timeout = AbortSignal.timeout(call.timeout_ms);
    return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([timeout, init.signal]) : timeout });
  };
  return new Ollama({ host: call.base_url, fetch: limited, headers: headers(call) });
}

async function chat(call: Call, seen: Observer, client: Ollama): Promise<void> {
  const { stream_options: _, ...request } = chatRequest(call);
  // Who wants no more of a stream calls `abort`, as leaving the loop alone does not end it.
  for (const signal of [call.signal, call.leaving]) signal?.addEventListener("abort", () => client.abort());
  await seen.iterate<ChatResponse>(
    () => client.chat(request),
    (part) => readOllamaPart(seen, part),
  );
}

serve({ client: makeClient, errorFields: ERROR_FIELDS, surfaces: { chat: { "ollama-chat": chat } } });
