/** Drives `@ai-sdk/amazon-bedrock` with `ai`: ConverseStream, and Anthropic's models over InvokeModelWithResponseStream. */

import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { createBedrockAnthropic } from "@ai-sdk/amazon-bedrock/anthropic";
import * as ai from "ai";
import { type Call, serve } from "../streamspec-adapter.ts";
import { ERROR_FIELDS, type Failure, surfaces } from "../streamspec-ai-sdk.ts";
import { REGION, errorType } from "../streamspec-bedrock.ts";
import { headers } from "../streamspec-connections.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import { API_KEY, modelOf } from "../streamspec-requests.ts";

/** Of a response, Bedrock says the type and its request id in headers. */
const FIELDS: ErrorFields<Failure> = {
  ...ERROR_FIELDS,
  type: [...(ERROR_FIELDS.type ?? []), errorType("responseHeaders"), errorType("lastError", "responseHeaders")],
  request_id: [
    ["header", "responseHeaders", "x-amzn-requestid"],
    ["header", "lastError", "responseHeaders", "x-amzn-requestid"],
  ],
};

/** Makes the model of a call, with its provider's client in it. With a key of Bedrock's nothing is signed. */
function makeModel(call: Call): ai.LanguageModel {
  const settings = { apiKey: API_KEY, region: REGION, baseURL: call.base_url, headers: headers(call) };
  return call.api === "bedrock-invoke"
    ? createBedrockAnthropic(settings)(modelOf(call))
    : createAmazonBedrock(settings)(modelOf(call));
}

serve({
  exports: ai,
  client: makeModel,
  errorFields: FIELDS,
  surfaces: surfaces(["bedrock-converse", "bedrock-invoke"]),
});
