/** Drives `ai` with its own providers for all four apis: `streamText`'s parts, its text stream and its promises. */

import * as ai from "ai";
import { type Surface, serve, silence } from "../streamspec-adapter.ts";
import { ERROR_FIELDS, type Failure, calls, request, surfaces } from "../streamspec-ai-sdk.ts";
import { makeModel } from "../streamspec-ai-sdk-models.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { EventApi } from "../streamspec-tables.ts";
import type { AnswerFailed } from "./handler.ts";

/** That of `AnswerFailed`, the handler's own error, is among them. */
const FIELDS: ErrorFields<Failure & Pick<AnswerFailed, "requestID">> = {
  ...ERROR_FIELDS,
  request_id: [["attribute", "requestID"], ...(ERROR_FIELDS.request_id ?? [])],
};

const APIS: readonly EventApi[] = ["anthropic-messages", "openai-chat", "openai-responses", "gemini-generate"];

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
