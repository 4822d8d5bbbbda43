/** Drives `@langchain/anthropic`: the chunks and the events of a stream, and `invoke()` on a streaming model. */

import type { APIError } from "@anthropic-ai/sdk";
import { ChatAnthropic } from "@langchain/anthropic";
import type { ContextOverflowError } from "@langchain/core/errors";
import { type Call, serve } from "../streamspec-adapter.ts";
import { connections } from "../streamspec-connections.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import { CANCELLATIONS, MISSING_ERRORS, type Model, RETRYABLE, surfaces } from "../streamspec-langchain.ts";
import { API_KEY, modelOf, messagesRequest } from "../streamspec-requests.ts";

/** The errors of `@anthropic-ai/sdk` come through as they are; what overflows the context holds one as its `cause`. */
type Failure = Pick<APIError, "status" | "type" | "requestID" | "headers" | "error"> &
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
  code: [["body", "error", "error", "details", "error_code"]],
  request_id: [
    ["attribute", "requestID"],
    ["attribute", "cause", "requestID"],
    ["header", "headers", "request-id"],
    ["header", "cause", "headers", "request-id"],
  ],
  retry_after: [
    ["header", "headers", "retry-after"],
    ["header", "cause", "headers", "retry-after"],
  ],
  retryable: RETRYABLE,
  bodies: [["error"], ["cause", "error"]],
};

function makeModel(call: Call): Model {
  return new ChatAnthropic({
    model: modelOf(call),
    maxTokens: 1024,
    apiKey: API_KEY,
    anthropicApiUrl: call.base_url,
    maxRetries: call.max_retries,
    streaming: true,
    clientOptions: { ...connections(call), timeout: call.timeout_ms },
  });
}

serve({
  client: makeModel,
  cancellations: CANCELLATIONS,
  missingErrors: MISSING_ERRORS,
  errorFields: ERROR_FIELDS,
  surfaces: surfaces(["anthropic-messages"], (call) => ({ tools: messagesRequest(call).tools })),
});
