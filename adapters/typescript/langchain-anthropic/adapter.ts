/** Drives `@langchain/anthropic`: the chunks of `stream()`, and the message of `invoke()` on a streaming model. */

import type { APIError } from "@anthropic-ai/sdk";
import { ChatAnthropic } from "@langchain/anthropic";
import sdk from "@langchain/anthropic/package.json" with { type: "json" };
import { type ContextOverflowError, getRetryable } from "@langchain/core/errors";
import type { AIMessageChunk } from "@langchain/core/messages";
import { type Call, type ErrorFields, type Observer, type ToolCall, list, serve } from "../streamspec-adapter.ts";

/** The errors of `@anthropic-ai/sdk` come through as they are; what overflows the context holds one as its `cause`. */
type Failure = Pick<APIError, "status" | "type" | "requestID" | "headers" | "error"> &
  Pick<ContextOverflowError, "cause">;

const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [
    ["attribute", "status"],
    ["attribute", "cause", "status"],
  ],
  type: [
    ["attribute", "type"],
    ["attribute", "cause", "type"],
  ],
  code: [
    ["body", "error", "error", "details", "error_code"],
    ["body", "error", "error", "code"],
    ["body", "error", "code"],
  ],
  request_id: [
    ["attribute", "requestID"],
    ["body", "error", "request_id"],
    ["attribute", "cause", "requestID"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
  retryable: [getRetryable],
};

const TOOL = {
  name: "get_weather",
  description: "The weather in a city.",
  input_schema: { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] },
};

function question(call: Call): string {
  return call.ask === "tool" ? "What is the weather in Paris?" : "Say hello.";
}

function model(call: Call) {
  const chat = new ChatAnthropic({
    model: "claude-opus-4-5",
    maxTokens: 1024,
    apiKey: "streamspec-no-key",
    anthropicApiUrl: call.base_url,
    maxRetries: call.max_retries,
    streaming: true,
    // No pool: an idle connection that goes away just as the next call takes it would look like that call's failure.
    clientOptions: { timeout: call.timeout_ms, defaultHeaders: { connection: "close" } },
  });
  return call.ask === "tool" ? chat.bindTools([TOOL]) : chat;
}

/** The provider's word; the package puts it beside the content, and not always in the same place. */
function stopReason(message: AIMessageChunk): unknown {
  return message?.response_metadata?.["stop_reason"] ?? message?.additional_kwargs?.["stop_reason"];
}

/** Reads one chunk. Blocks have no end here: a tool call is over when the model says that it stopped for one. */
function fold(seen: Observer, chunk: AIMessageChunk): void {
  seen.addText(chunk?.text);
  for (const tool of list(chunk?.tool_call_chunks)) {
    seen.openTool(tool?.index, tool?.name, "");
    seen.addArguments(tool?.index, tool?.args);
  }
  seen.stop(stopReason(chunk));
  if (stopReason(chunk) === "tool_use") seen.closeTools();
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
  sdk: { name: "@langchain/anthropic", version: sdk.version },
  errorBases: ["LangChainError", "AnthropicError"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    stream: { "anthropic-messages": { delivers: "events", run: stream } },
    final: { "anthropic-messages": { delivers: "final", run: final } },
  },
});
