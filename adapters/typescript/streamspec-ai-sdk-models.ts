/** The models of `ai`, by its own providers for four dialects. */

import { createAnthropic } from "@ai-sdk/anthropic";
import * as google from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import type * as ai from "ai";
import type { Call } from "./streamspec-adapter.ts";
import { headers } from "./streamspec-connections.ts";
import { API_KEY, modelOf } from "./streamspec-requests.ts";
import type { EventApi } from "./streamspec-tables.ts";

/** Before version 4 of its package the provider of Gemini had a longer name. */
const createGoogle = google.createGoogle ?? (google as any).createGoogleGenerativeAI;

/** Makes the model of a call, with its provider's client in it. */
export function makeModel(call: Call): ai.LanguageModel {
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
