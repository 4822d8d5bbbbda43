/** The parts that adapters of `ai` have in common, whatever provider's module asks: `streamText`'s surfaces and their readers. */

import * as ai from "ai";
import { type Adapter, type Call, type Surface, limit } from "./streamspec-adapter.ts";
import type { ErrorFields } from "./streamspec-failure.ts";
import type { Observer, ToolCall } from "./streamspec-observation.ts";
import { PARAMETERS, promptOf, WEATHER } from "./streamspec-requests.ts";
import type { Api } from "./streamspec-tables.ts";
import { list } from "./streamspec-values.ts";

/** Before a stream the SDK throws `APICallError`, inside one `StreamProviderError`; after retries, `RetryError`. */
export type Failure = Pick<
  ai.APICallError,
  "statusCode" | "responseHeaders" | "responseBody" | "isRetryable" | "data"
> &
  Pick<ai.StreamProviderError, "type" | "code"> &
  Pick<ai.RetryError, "lastError">;

/**
 * `data` is the body of an HTTP error as far as the provider's module knows it, `responseBody` its text; in mid-stream
 * `data` is the error frame as that module took it out of the stream.
 */
export const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [
    ["attribute", "statusCode"],
    ["attribute", "lastError", "statusCode"],
  ],
  type: [["attribute", "type"]],
  code: [
    ["attribute", "code"],
    ["body", "data", "error", "details", "error_code"],
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
  bodies: [["data"], ["data", "response"], ["responseBody"], ["lastError", "data"], ["lastError", "responseBody"]],
};

/** No `execute`, so that the caller is handed the call and the answer ends there. */
export const TOOLS: ai.ToolSet = {
  [WEATHER.name]: { description: WEATHER.description, inputSchema: ai.jsonSchema(PARAMETERS) },
};

/** Without an `onError` the SDK prints each error with all that it holds, which would take longer than the calls. */
console.error = () => {};

export function request(call: Call, model: ai.LanguageModel) {
  return {
    model,
    prompt: promptOf(call),
    maxRetries: call.max_retries,
    ...(call.ask === "tool" ? { tools: TOOLS } : {}),
  };
}

/** The end of an answer, as `onFinish` is told of it. */
type End = { finishReason: string; rawFinishReason?: string | undefined };

function start(
  call: Call,
  model: ai.LanguageModel,
  callbacks: {
    onError?: ai.StreamTextOnErrorCallback;
    onFinish?: (end: End) => void;
    onAbort?: () => void;
  } = {},
) {
  // To leave the loop is not said to end the call.
  const abortSignal = limit({ ...call, signal: call.signal ?? call.leaving });
  return ai.streamText({ ...request(call, model), abortSignal, ...callbacks });
}

/** The SDK's own words for an answer that broke. */
export const BROKEN: readonly string[] = ["interrupted", "error"];

/**
 * Keeps the provider's stop reason, else the SDK's. Some of the SDK's own are no reason to stop: two say that the
 * answer broke, and before version 6 one says that none is known.
 */
export function stop(seen: Observer, unified: ai.FinishReason | "unknown", raw: string | undefined): void {
  const word = raw ?? unified;
  if (word !== unified) seen.stop(word);
  else if (BROKEN.includes(word)) seen.abort();
  else if (word !== "unknown") seen.stop(word);
}

/**
 * Reads one part. Only `tool-call` hands a call over, to be executed unless it is invalid or the provider did that itself;
 * the parts before it repeat what has arrived of its input.
 */
function fold(seen: Observer, part: ai.TextStreamPart<ai.ToolSet>): void {
  switch (part?.type) {
    case "text-delta":
      seen.addText(part.text);
      break;
    case "reasoning-delta":
      seen.addThinking(part.text);
      break;
    case "tool-input-start":
      if (!part.providerExecuted) seen.openTool(part.id, part.toolName, "");
      break;
    case "tool-input-delta":
      seen.addArguments(part.id, part.delta);
      break;
    case "tool-call":
      if (part.providerExecuted) {
        // Not every version says so at the start of the input.
        seen.dropTool(part.toolCallId);
        break;
      }
      seen.openTool(part.toolCallId, part.toolName, part.input);
      if (!part.invalid) seen.closeTool(part.toolCallId, part.input);
      break;
    case "finish-step":
      seen.count(part.usage?.inputTokens, part.usage?.outputTokens);
      stop(seen, part.finishReason, part.rawFinishReason);
      break;
    case "finish":
      seen.count(part.totalUsage?.inputTokens, part.totalUsage?.outputTokens);
      stop(seen, part.finishReason, part.rawFinishReason);
      break;
    case "error":
      seen.errorItem("iterate", part.error);
      break;
    case "abort":
      seen.signalled();
      break;
    default:
  }
}

/** Says whether the module of a call reads thoughts. */
type Thinks = (call: Call) => boolean;

/** Says it of OpenAI's own modules: in chunks of Chat Completions OpenAI itself sends none. */
const hasThoughts: Thinks = ({ api }) => api !== "openai-chat";

/** Says whether a part is of the answer: the first ones are made before anything has been asked for. */
function isOfAnswer({ type }: ai.TextStreamPart<ai.ToolSet>): boolean {
  return type !== "start" && type !== "start-step";
}

/** Returns the surface that reads all parts. */
export function fullStream(thinks: Thinks): Surface<ai.LanguageModel> {
  return async (call, seen, model) => {
    if (thinks(call)) seen.addThinking("");
    await seen.iterate(
      () => start(call, model).fullStream,
      (part) => fold(seen, part),
      isOfAnswer,
    );
  };
}

async function textStream(call: Call, seen: Observer, model: ai.LanguageModel): Promise<void> {
  await seen.iterate(
    () => start(call, model).textStream,
    (text) => seen.addText(text),
  );
}

/**
 * The end is told by `onFinish`, since version 7 another name of `onEnd`. A reason of the SDK's own that says that the answer broke
 * makes it no completion. It follows an error of the provider's, of which `onError` has told already: the two are one notice.
 */
async function textWithCallbacks(call: Call, seen: Observer, model: ai.LanguageModel): Promise<void> {
  let failed = false;
  const fail = () => {
    if (!failed) seen.heard("failed");
    failed = true;
  };
  const onError: ai.StreamTextOnErrorCallback = ({ error }) => {
    seen.errorItem("iterate", error);
    fail();
  };
  const onFinish = ({ finishReason, rawFinishReason }: End) => {
    if (!BROKEN.includes(rawFinishReason ?? finishReason)) return seen.heard("completed");
    seen.abort();
    fail();
  };
  const onAbort = () => {
    seen.signalled();
    seen.heard("aborted");
  };
  await seen.iterate(
    () => start(call, model, { onError, onFinish, onAbort }).textStream,
    (text) => seen.addText(text),
  );
}

/** Returns the calls of a finished answer that are the caller's to execute. */
export function calls(made: readonly ai.TypedToolCall<ai.ToolSet>[]): ToolCall[] {
  const own = list(made).filter(({ providerExecuted }) => !providerExecuted);
  return own.map(({ toolName, input, invalid }) => ({ name: toolName, arguments: input, complete: !invalid }));
}

async function final(call: Call, seen: Observer, model: ai.LanguageModel): Promise<void> {
  await seen.settle(
    "finalize",
    async () => {
      const result = start(call, model);
      const [text, toolCalls] = [await result.text, await result.toolCalls];
      const [unified, raw] = [await result.finishReason, await result.rawFinishReason];
      return { text, toolCalls, unified, raw, usage: await result.totalUsage, thinking: await result.reasoningText };
    },
    ({ text, toolCalls, unified, raw, usage, thinking = "" }) => {
      const tokens = { input: usage?.inputTokens, output: usage?.outputTokens };
      seen.finished(text, calls(toolCalls), null, { usage: tokens, ...(hasThoughts(call) ? { thinking } : {}) });
      stop(seen, unified, raw);
    },
  );
}

/** Makes one surface that of each of the apis. */
export function each(apis: readonly Api[], surface: Surface<ai.LanguageModel>) {
  return Object.fromEntries(apis.map((api) => [api, surface]));
}

/** Makes these surfaces for each of the apis. */
export function surfaces(apis: readonly Api[]): Adapter<Failure, ai.LanguageModel>["surfaces"] {
  return {
    "full-stream": each(apis, fullStream(hasThoughts)),
    "text-stream": each(apis, textStream),
    "text-with-callbacks": each(apis, textWithCallbacks),
    final: each(apis, final),
  };
}
