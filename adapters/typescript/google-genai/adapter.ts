/** Drives `@google/genai` over `streamGenerateContent`, by itself and in a chat; it has no finished answer of a stream. */

import * as genai from "@google/genai";
import { type Call, serve, silence } from "../streamspec-adapter.ts";
import { headers } from "../streamspec-connections.ts";
import { readGeminiChunk } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { API_KEY, modelOf, PARAMETERS, promptOf, WEATHER } from "../streamspec-requests.ts";
import type { AnswerFailed } from "./handler.ts";

/**
 * The status is all that the SDK offers: that of the response, or in mid-stream the number in the body, and so it is the
 * code too. The body is text inside the message, and a message is not parsed.
 */
const ERROR_FIELDS: ErrorFields<genai.ApiError & AnswerFailed> = {
  status: [["attribute", "status"]],
  type: [["attribute", "type"]],
  code: [["attribute", "status"]],
  retryable: [["attribute", "retryable"]],
};

const TOOL: genai.Tool = { functionDeclarations: [{ ...WEATHER, parametersJsonSchema: PARAMETERS }] };

function makeClient(call: Call): genai.GoogleGenAI {
  return new genai.GoogleGenAI({
    apiKey: API_KEY,
    vertexai: false,
    httpOptions: {
      baseUrl: call.base_url,
      timeout: call.timeout_ms,
      retryOptions: { attempts: call.max_retries + 1 },
      headers: headers(call),
    },
  });
}

/** Returns the settings of a call or of a chat; the chat's own are all of its calls'. */
function settings(call: Call) {
  const config: genai.GenerateContentConfig = {
    ...(call.ask === "tool" ? { tools: [TOOL] } : {}),
    ...(call.signal ? { abortSignal: call.signal } : {}),
  };
  return { model: modelOf(call), config };
}

async function stream(call: Call, seen: Observer, client: genai.GoogleGenAI): Promise<void> {
  await seen.iterate<genai.GenerateContentResponse>(
    () => client.models.generateContentStream({ ...settings(call), contents: promptOf(call) }),
    (chunk) => readGeminiChunk(seen, chunk),
  );
}

async function chat(call: Call, seen: Observer, client: genai.GoogleGenAI): Promise<void> {
  await seen.iterate<genai.GenerateContentResponse>(
    () => client.chats.create(settings(call)).sendMessageStream({ message: promptOf(call) }),
    (chunk) => readGeminiChunk(seen, chunk),
  );
}

async function handler(call: Call, seen: Observer, client: genai.GoogleGenAI): Promise<void> {
  // Written against the locked version, so other versions need not have what it imports.
  const { answer } = await import("./handler.ts");
  await seen.handle(
    () => answer(client, { ...settings(call), contents: promptOf(call) }, silence(call)),
    ({ text, calls, reason }) => {
      const tools = calls.map((made) => ({ name: made.name, arguments: made.args, complete: true }));
      seen.finished(text, tools, reason);
    },
  );
}

serve({
  client: makeClient,
  missingErrors: "ApiError" in genai ? [] : ["ApiError", "AnswerFailed"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    stream: { "gemini-generate": stream },
    handler: { "gemini-generate": handler },
    chat: { "gemini-generate": chat },
  },
});
