/** Drives `ai` with its own providers for all four apis: `streamText`'s parts, its text stream and its promises. */

import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import {
  type APICallError,
  type FinishReason,
  type LanguageModel,
  type RetryError,
  type StreamProviderError,
  type TextStreamPart,
  type ToolSet,
  jsonSchema,
  streamText,
} from "ai";
import sdk from "ai/package.json" with { type: "json" };
import {
  type Api,
  type Call,
  type Delivers,
  type ErrorFields,
  type Observer,
  type Surface,
  type ToolCall,
  list,
  serve,
} from "../streamspec-adapter.ts";

/** Before a stream the SDK throws `APICallError`, inside one `StreamProviderError`; after retries, `RetryError`. */
type Failure = Pick<APICallError, "statusCode" | "responseHeaders" | "isRetryable" | "data"> &
  Pick<StreamProviderError, "type" | "code"> &
  Pick<RetryError, "lastError">;

/** `data` is the parsed body of an HTTP error, or the error frame as the provider's module took it out of the stream. */
const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [
    ["attribute", "statusCode"],
    ["attribute", "lastError", "statusCode"],
  ],
  type: [
    ["attribute", "type"],
    ["body", "data", "error", "type"],
    ["body", "data", "error", "status"],
    ["body", "data", "type"],
    ["body", "lastError", "data", "error", "type"],
    ["body", "lastError", "data", "error", "status"],
  ],
  code: [
    ["attribute", "code"],
    ["body", "data", "error", "details", "error_code"],
    ["body", "data", "error", "code"],
    ["body", "data", "code"],
    ["body", "data", "response", "error", "code"],
    ["body", "lastError", "data", "error", "code"],
  ],
  request_id: [
    ["header", "responseHeaders", "request-id"],
    ["header", "responseHeaders", "x-request-id"],
    ["header", "lastError", "responseHeaders", "request-id"],
    ["header", "lastError", "responseHeaders", "x-request-id"],
  ],
  retry_after: [
    ["header", "responseHeaders", "retry-after"],
    ["header", "lastError", "responseHeaders", "retry-after"],
  ],
  retryable: [
    ["attribute", "isRetryable"],
    ["attribute", "lastError", "isRetryable"],
  ],
};

/** No `execute`, so that the caller is handed the call and the answer ends there. */
const TOOLS: ToolSet = {
  get_weather: {
    description: "The weather in a city.",
    inputSchema: jsonSchema({ type: "object", properties: { city: { type: "string" } }, required: ["city"] }),
  },
};

/** No pool: an idle connection that goes away just as the next call takes it would look like that call's failure. */
const SETTINGS = { apiKey: "streamspec-no-key", headers: { connection: "close" } };

const MODELS: Record<Api, (root: string) => LanguageModel> = {
  "anthropic-messages": (root) => createAnthropic({ ...SETTINGS, baseURL: `${root}/v1` })("claude-opus-4-5"),
  "openai-chat": (root) => createOpenAI({ ...SETTINGS, baseURL: `${root}/v1` }).chat("gpt-5.1"),
  "openai-responses": (root) => createOpenAI({ ...SETTINGS, baseURL: `${root}/v1` }).responses("gpt-5.1"),
  "gemini-generate": (root) => createGoogle({ ...SETTINGS, baseURL: `${root}/v1beta` })("gemini-2.5-flash"),
};

function start(call: Call) {
  return streamText({
    model: MODELS[call.api](call.base_url),
    prompt: call.ask === "tool" ? "What is the weather in Paris?" : "Say hello.",
    maxRetries: call.max_retries,
    timeout: call.timeout_ms,
    ...(call.ask === "tool" ? { tools: TOOLS } : {}),
  });
}

/** The provider's word, else the SDK's; two of the SDK's own are no reason to stop, but say that the answer broke. */
function stop(seen: Observer, unified: FinishReason, raw: string | undefined): void {
  const word = raw ?? unified;
  if (word === unified && (word === "interrupted" || word === "error")) seen.abort();
  else seen.stop(word);
}

/** Reads one part. Only `tool-call` hands a call over; the parts before it repeat what has arrived of its input. */
function fold(seen: Observer, part: TextStreamPart<ToolSet>): void {
  switch (part?.type) {
    case "text-delta":
      seen.addText(part.text);
      break;
    case "tool-input-start":
      seen.openTool(part.id, part.toolName, "");
      break;
    case "tool-input-delta":
      seen.addArguments(part.id, part.delta);
      break;
    case "tool-call":
      seen.openTool(part.toolCallId, part.toolName, part.input);
      if (!part.invalid) seen.closeTool(part.toolCallId, part.input);
      break;
    case "finish-step":
    case "finish":
      stop(seen, part.finishReason, part.rawFinishReason);
      break;
    case "error":
      seen.errorItem("iterate", part.error);
      break;
    case "abort":
      seen.abort();
      break;
    default:
  }
}

async function fullStream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => start(call).fullStream,
    (part) => fold(seen, part),
  );
}

async function textStream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => start(call).textStream,
    (text) => seen.addText(text),
  );
}

async function final(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    async () => {
      const result = start(call);
      const [text, toolCalls] = [await result.text, await result.toolCalls];
      return { text, toolCalls, unified: await result.finishReason, raw: await result.rawFinishReason };
    },
    ({ text, toolCalls, unified, raw }) => {
      const tools: ToolCall[] = list(toolCalls).map((made) => {
        return { name: made.toolName, arguments: made.input, complete: !made.invalid };
      });
      seen.finished(text, tools, null);
      stop(seen, unified, raw);
    },
  );
}

function everyApi(delivers: Delivers, run: Surface["run"]): Record<Api, Surface> {
  const surface: Surface = { delivers, run };
  return {
    "anthropic-messages": surface,
    "openai-chat": surface,
    "openai-responses": surface,
    "gemini-generate": surface,
  };
}

serve({
  sdk: { name: "ai", version: sdk.version },
  errorBases: ["AISDKError"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    "full-stream": everyApi("events", fullStream),
    "text-stream": everyApi("text", textStream),
    final: everyApi("final", final),
  },
});
