/** Drives `@google/genai` over `streamGenerateContent`, by itself and in a chat; it has no finished answer of a stream. */

import { type ApiError, type GenerateContentResponse, GoogleGenAI, type Tool } from "@google/genai";
import { type Call, type ErrorFields, type Observer, serve, silence } from "../streamspec-adapter.ts";
import { API_KEY, HEADERS, MODEL, PARAMETERS, WEATHER, question, readGeminiChunk } from "../streamspec-dialects.ts";
import { type AnswerFailed, answer } from "./handler.ts";

/**
 * The status is all that the SDK offers: that of the response, or in mid-stream the number in the body, and so it is the
 * code too. The body is text inside the message.
 */
const ERROR_FIELDS: ErrorFields<ApiError & AnswerFailed> = {
  status: [["attribute", "status"]],
  type: [["attribute", "type"]],
  code: [["attribute", "status"]],
  retryable: [["attribute", "retryable"]],
};

const TOOL: Tool = { functionDeclarations: [{ ...WEATHER, parametersJsonSchema: PARAMETERS }] };

function client(call: Call): GoogleGenAI {
  return new GoogleGenAI({
    apiKey: API_KEY,
    vertexai: false,
    httpOptions: {
      baseUrl: call.base_url,
      timeout: call.timeout_ms,
      retryOptions: { attempts: call.max_retries + 1 },
      headers: HEADERS,
    },
  });
}

/** The settings of a call or of a chat; the chat's own are all of its calls'. */
function settings(call: Call) {
  return { model: MODEL[call.api], ...(call.ask === "tool" ? { config: { tools: [TOOL] } } : {}) };
}

async function stream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<GenerateContentResponse>(
    () => client(call).models.generateContentStream({ ...settings(call), contents: question(call) }),
    (chunk) => readGeminiChunk(seen, chunk),
  );
}

async function chat(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<GenerateContentResponse>(
    () =>
      client(call)
        .chats.create(settings(call))
        .sendMessageStream({ message: question(call) }),
    (chunk) => readGeminiChunk(seen, chunk),
  );
}

async function handler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => answer(client(call), { ...settings(call), contents: question(call) }, silence(call)),
    ({ text, calls, reason }) => {
      const tools = calls.map((made) => ({ name: made.name ?? "", arguments: made.args, complete: reason === "STOP" }));
      seen.finished(text, tools, reason);
    },
  );
}

serve({
  sdk: "@google/genai",
  errorBases: ["ApiError", "AnswerFailed"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    stream: { "gemini-generate": { delivers: "events", run: stream } },
    handler: { "gemini-generate": { delivers: "final", run: handler } },
    chat: { "gemini-generate": { delivers: "events", run: chat } },
  },
});
