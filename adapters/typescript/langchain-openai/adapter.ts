/** Drives `@langchain/openai`, on both of OpenAI's apis: the chunks and the events of a stream, and `invoke()`. */

import type { ContextOverflowError } from "@langchain/core/errors";
import { ChatOpenAI } from "@langchain/openai";
import type { APIError } from "openai";
import { type Call, serve } from "../streamspec-adapter.ts";
import { connections } from "../streamspec-connections.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import { CANCELLATIONS, MISSING_ERRORS, type Model, RETRYABLE, surfaces } from "../streamspec-langchain.ts";
import { API_KEY, modelOf, chatRequest } from "../streamspec-requests.ts";

/** The errors of `openai` come through as they are; what overflows the context holds one as its `cause`. */
type Failure = Pick<APIError, "status" | "type" | "code" | "requestID" | "headers" | "error"> &
  Pick<ContextOverflowError, "cause">;

const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [
    ["attribute", "status"],
    ["attribute", "cause", "status"],
  ],
  type: [
    ["attribute", "type"],
    ["attribute", "cause", "type"],
  ],
  code: [["attribute", "code"]],
  request_id: [
    ["attribute", "requestID"],
    ["attribute", "cause", "requestID"],
  ],
  retry_after: [
    ["header", "headers", "retry-after"],
    ["header", "cause", "headers", "retry-after"],
  ],
  retryable: RETRYABLE,
  bodies: [["error"], ["cause", "error"]],
};

/**
 * After a chat answer `invoke` estimates the usage with a table of tokens, which it fetches from a public site. Adapters
 * reach only the harness: but for an error that the package does not retry, each answer would wait for a minute.
 */
const reach = globalThis.fetch;
const refused = new DOMException("adapters reach only the harness", "AbortError");
refused.stack = "";
globalThis.fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (hostname !== "127.0.0.1") throw refused;
  return reach(input, init);
};

function makeModel(call: Call): Model {
  return new ChatOpenAI({
    model: modelOf(call),
    useResponsesApi: call.api === "openai-responses",
    apiKey: API_KEY,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
    streaming: true,
    configuration: { ...connections(call), baseURL: `${call.base_url}/v1` },
  });
}

serve({
  client: makeModel,
  cancellations: CANCELLATIONS,
  missingErrors: MISSING_ERRORS,
  errorFields: ERROR_FIELDS,
  surfaces: surfaces(["openai-chat", "openai-responses"], (call) => ({ tools: chatRequest(call).tools })),
});
