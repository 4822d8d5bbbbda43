/**
 * Drives `ai` with the providers of vendors that speak OpenAI's dialects: `@ai-sdk/openai-compatible`, for any server, and those of
 * xAI, Azure, Groq, Mistral and OpenRouter.
 */

import { createAzure } from "@ai-sdk/azure";
import { createGroq } from "@ai-sdk/groq";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createXai } from "@ai-sdk/xai";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import * as ai from "ai";
import { type Call, serve } from "../streamspec-adapter.ts";
import { ERROR_FIELDS, type Failure, each, fullStream } from "../streamspec-ai-sdk.ts";
import { headers } from "../streamspec-connections.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import { API_KEY, modelOf } from "../streamspec-requests.ts";
import type { Api } from "../streamspec-tables.ts";

/** Some providers hand over the `error` of an event as it came, an object of no class, which is read as a body is. */
const FIELDS: ErrorFields<Failure & { status_code?: number }> = {
  ...ERROR_FIELDS,
  status: [...(ERROR_FIELDS.status ?? []), ["body", "status_code"], ["body", "code"]],
};

/** A provider: the dialects that its models speak, and how one of these is made. */
interface Provider {
  apis: readonly Api[];
  model: (
    settings: { baseURL: string; apiKey: string; headers: Record<string, string> },
    call: Call,
  ) => ai.LanguageModel;
}

const CHAT: readonly Api[] = ["openai-chat"];

const PROVIDERS: Readonly<Record<string, Provider>> = {
  "openai-compatible": {
    apis: CHAT,
    model: (settings, call) =>
      createOpenAICompatible({ ...settings, name: "streamspec", includeUsage: true })(modelOf(call)),
  },
  xai: { apis: ["openai-responses"], model: (settings, call) => createXai(settings)(modelOf(call)) },
  azure: {
    apis: ["openai-chat", "openai-responses"],
    model: (settings, call) => {
      const azure = createAzure(settings);
      return call.api === "openai-chat" ? azure.chat(modelOf(call)) : azure(modelOf(call));
    },
  },
  groq: { apis: CHAT, model: (settings, call) => createGroq(settings)(modelOf(call)) },
  mistral: { apis: CHAT, model: (settings, call) => createMistral(settings)(modelOf(call)) },
  openrouter: {
    apis: CHAT,
    model: (settings, call) => createOpenRouter({ ...settings, compatibility: "strict" })(modelOf(call)),
  },
};

/** Makes the model of a call, with its provider's client in it. A surface has the name of its provider. */
function makeModel(call: Call): ai.LanguageModel {
  const provider = PROVIDERS[call.surface];
  if (!provider) throw new Error(`no provider for the surface ${call.surface}`);
  return provider.model({ baseURL: `${call.base_url}/v1`, apiKey: API_KEY, headers: headers(call) }, call);
}

/** Chunks of Chat Completions have no thoughts at Azure, as at OpenAI; at Mistral these are parts of the content. */
const thinks = ({ surface, api }: Call) => api !== "openai-chat" || !["azure", "mistral"].includes(surface);

const surfaces = Object.entries(PROVIDERS).map(([name, { apis }]) => [name, each(apis, fullStream(thinks))]);

serve({ exports: ai, client: makeModel, errorFields: FIELDS, surfaces: Object.fromEntries(surfaces) });
