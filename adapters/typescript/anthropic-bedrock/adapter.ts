/** Drives `@anthropic-ai/bedrock-sdk` over Amazon Bedrock's InvokeModelWithResponseStream. */

import { AnthropicBedrock } from "@anthropic-ai/bedrock-sdk";
import { type Call, serve } from "../streamspec-adapter.ts";
import { ERROR_FIELDS, type Failure, create, final, stream } from "../streamspec-anthropic.ts";
import { REGION, errorType } from "../streamspec-bedrock.ts";
import { connections } from "../streamspec-connections.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import { API_KEY } from "../streamspec-requests.ts";

/** Of a response, Bedrock says the type and its own request id in headers. */
const FIELDS: ErrorFields<Failure> = {
  ...ERROR_FIELDS,
  type: [...(ERROR_FIELDS.type ?? []), errorType("headers")],
  request_id: [...(ERROR_FIELDS.request_id ?? []), ["header", "headers", "x-amzn-requestid"]],
};

/** Makes a client of its own for each call. With a key of Bedrock's nothing is signed. */
function makeClient(call: Call): AnthropicBedrock {
  return new AnthropicBedrock({
    ...connections(call),
    apiKey: API_KEY,
    awsRegion: REGION,
    baseURL: call.base_url,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
  });
}

serve({
  client: makeClient,
  sendsHeaders: true,
  errorFields: FIELDS,
  cancellations: ["APIUserAbortError"],
  surfaces: {
    create: { "bedrock-invoke": create },
    stream: { "bedrock-invoke": stream },
    final: { "bedrock-invoke": final },
  },
});
