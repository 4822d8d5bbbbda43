/** Drives `ai` with its own providers for all four apis: `streamText`'s parts, its text stream and its promises. */

import { createAnthropic } from "@ai-sdk/anthropic";
import * as google from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import * as ai from "ai";
import { type Call, type Surface, serve, silence } from "../streamspec-adapter.ts";
import { ERROR_FIELDS, type Failure, calls, request, surfaces } from "../streamspec-ai-sdk.ts";
import { headers } from "../streamspec-connections.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import { API_KEY, modelOf } from "../streamspec-requests.ts";
import type { EventApi } from "../streamspec-tables.ts";
import type { AnswerFailed } from "./handler.ts";

/** That of `AnswerFailed`, the handler's own error, is among them. */
const FIELDS: ErrorFields<Failure & Pick<AnswerFailed, "requestID">> = {
  ...ERROR_FIELDS,
  request_id: [["attribute", "requestID"], ...(ERROR_FIELDS.request_id ?? [])],
};

const APIS: readonly EventApi[] = ["anthropic-messages", "openai-chat", "openai-responses", "gemini-generate"];

/** Before version 4 of its package the provider of Gemini had a longer name. */
const createGoogle = google.createGoogle ?? (google as any).createGoogleGenerativeAI;

/** Makes the model of a call, with its provider's client in it. */
function makeModel(call: Call): ai.LanguageModel {
  const settings = { apiKey: API_KEY, headers: headers(call) };
  const name = modelOf(call);
  const v1 = { ...settings, baseURL: `${call.base_url}/v1` };
  // The manifest names no other dialect.
  switch (call.api as EventApi) {
    case "anthropic-messages":
      return createAnthropic(v1)(name);
    case "openai-chat":
      return createOpenAI(v1).chat(name);
    case "openai-responses":
      return createOpenAI(v1).responses(name);
    case "gemini-generate":
      return createGoogle({ ...settings, baseURL: `${call.base_url}/v1beta` })(name);
  }
}

const handler: Surface<ai.LanguageModel> = async (call, seen, model) => {
  // Written against the locked version, so other versions need not have what it imports.
  const { answer } = await import("./handler.ts");
  await seen.handle(
    () => answer(request(call, model), silence(call)),
    (whole) => seen.finished(whole.text, calls(whole.calls), whole.reason),
  );
};

serve({
  exports: ai,
  client: makeModel,
  errorFields: FIELDS,
  surfaces: { ...surfaces(APIS), handler: Object.fromEntries(APIS.map((api) => [api, handler])) },
});
