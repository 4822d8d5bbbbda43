/** Drives `@langchain/openai`, on both of OpenAI's apis: the chunks of `stream()`, and `invoke()` on a streaming model. */

import { type ContextOverflowError, getRetryable } from "@langchain/core/errors";
import type { AIMessageChunk } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import sdk from "@langchain/openai/package.json" with { type: "json" };
import type { APIError } from "openai";
import { type Call, type ErrorFields, type Observer, type ToolCall, list, serve } from "../streamspec-adapter.ts";

/** The errors of `openai` come through as they are; what overflows the context holds one as its `cause`. */
type Failure = Pick<APIError, "status" | "type" | "code" | "requestID" | "headers" | "error"> &
  Pick<ContextOverflowError, "cause">;

const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [
    ["attribute", "status"],
    ["body", "error", "status_code"],
    ["body", "error", "code"],
    ["attribute", "cause", "status"],
  ],
  type: [
    ["attribute", "type"],
    ["attribute", "cause", "type"],
  ],
  code: [
    ["attribute", "code"],
    ["body", "cause", "error", "code"],
  ],
  request_id: [
    ["attribute", "requestID"],
    ["attribute", "cause", "requestID"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
  retryable: [getRetryable],
};

const TOOL = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

/** With these an answer says that it came to its own end; any other leaves a tool call unfinished. */
const FINISHED: readonly unknown[] = ["stop", "tool_calls", "function_call", "completed"];

/**
 * After a chat answer `invoke` estimates the usage with a table of tokens, which it fetches from a public site. Adapters
 * reach only the harness: but for an error that the package does not retry, each answer would wait for a minute.
 */
const reach = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (hostname !== "127.0.0.1") throw new DOMException("adapters reach only the harness", "AbortError");
  return reach(input, init);
};

function question(call: Call): string {
  return call.ask === "tool" ? "What is the weather in Paris?" : "Say hello.";
}

function model(call: Call) {
  const chat = new ChatOpenAI({
    model: "gpt-5.1",
    useResponsesApi: call.api === "openai-responses",
    apiKey: "streamspec-no-key",
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
    streaming: true,
    // No pool: an idle connection that goes away just as the next call takes it would look like that call's failure.
    configuration: { baseURL: `${call.base_url}/v1`, defaultHeaders: { connection: "close" } },
  });
  return call.ask === "tool" ? chat.bindTools([TOOL]) : chat;
}

/** The provider's word: a choice's finish reason, or the response's status and why it is incomplete. */
function stopReason(message: AIMessageChunk): unknown {
  const { finish_reason, status, incomplete_details } = message?.response_metadata ?? {};
  return finish_reason ?? (incomplete_details as { reason?: unknown } | null | undefined)?.reason ?? status;
}

/** Reads one chunk. Calls have no end of their own here: they are over when the answer says so. */
function fold(seen: Observer, chunk: AIMessageChunk): void {
  seen.addText(chunk?.text);
  for (const tool of list(chunk?.tool_call_chunks)) {
    seen.openTool(tool?.index, tool?.name, "");
    seen.addArguments(tool?.index, tool?.args);
  }
  seen.stop(stopReason(chunk));
  if (FINISHED.includes(stopReason(chunk))) seen.closeTools();
}

async function stream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<AIMessageChunk>(
    () => model(call).stream(question(call)),
    (chunk) => fold(seen, chunk),
  );
}

async function final(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    () => model(call).invoke(question(call)),
    (message) => {
      const tools: ToolCall[] = list(message.tool_calls).map(({ name, args }) => {
        return { name, arguments: args, complete: true };
      });
      seen.finished(message.text, tools, stopReason(message));
    },
  );
}

serve({
  sdk: { name: "@langchain/openai", version: sdk.version },
  errorBases: ["LangChainError", "OpenAIError"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    stream: {
      "openai-chat": { delivers: "events", run: stream },
      "openai-responses": { delivers: "events", run: stream },
    },
    final: {
      "openai-chat": { delivers: "final", run: final },
      "openai-responses": { delivers: "final", run: final },
    },
  },
});
