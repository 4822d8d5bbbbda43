/** What the chat models of LangChain have in common: their surfaces, and what a chunk, an event and a message say. */

import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { Adapter, Call, Surface } from "./streamspec-adapter.ts";
import { question } from "./streamspec-dialects.ts";
import type { Reader } from "./streamspec-failure.ts";
import type { Observer } from "./streamspec-observation.ts";
import type { Api } from "./streamspec-tables.ts";
import { list } from "./streamspec-values.ts";

type Model = BaseChatModel<any, AIMessageChunk>;
type Errors = typeof import("@langchain/core/errors");

/** The module came to the package's exports in version 1.1; before that LangChain has no errors of its own. */
const errors: Partial<Errors> = await import("@langchain/core/errors").catch(() => ({}));

export const MISSING_ERRORS = errors.LangChainError ? [] : ["LangChainError"];
export const RETRYABLE: Reader[] = errors.getRetryable ? [errors.getRetryable] : [];

/** With these an answer says that it came to its own end; any other leaves a tool call unfinished. */
const FINISHED: readonly unknown[] = ["stop", "tool_calls", "function_call", "completed", "tool_use"];

/** The provider's word; the packages put it beside the content, and not always in the same place. */
function stopReason(message: Pick<AIMessageChunk, "response_metadata" | "additional_kwargs">): unknown {
  const { stop_reason, finish_reason, status, incomplete_details } = message?.response_metadata ?? {};
  const incomplete = (incomplete_details as { reason?: unknown } | null | undefined)?.reason;
  return stop_reason ?? message?.additional_kwargs?.["stop_reason"] ?? finish_reason ?? incomplete ?? status;
}

/** Reads one chunk. Blocks have no end here: tool calls are over when the answer says so. */
function readChunk(seen: Observer, chunk: AIMessageChunk): void {
  seen.addText(chunk?.text);
  for (const tool of list(chunk?.tool_call_chunks)) {
    seen.openTool(tool?.index, tool?.name, "");
    seen.addArguments(tool?.index, tool?.args);
  }
  seen.stop(stopReason(chunk));
  if (FINISHED.includes(stopReason(chunk))) seen.closeTools();
}

/** Reads one event; the reason at the end is a word of LangChain's. Arguments that could not be parsed are no call. */
function readEvent(seen: Observer, event: ChatModelStreamEvent): void {
  switch (event?.event) {
    case "content-block-start": {
      const { type, text, name } = event.content ?? {};
      if (type === "text") seen.addText(text);
      if (type === "tool_call_chunk") seen.openTool(event.index, name, "");
      break;
    }
    case "content-block-delta":
      if (event.delta?.type === "text-delta") seen.addText(event.delta.text);
      if (event.delta?.type === "tool-call-delta") seen.addArguments(event.index, event.delta.args);
      break;
    case "content-block-finish": {
      const { type, args } = event.content ?? {};
      if (type === "tool_call") seen.closeTool(event.index, args);
      break;
    }
    case "message-finish":
      seen.stop(event.reason);
      break;
    case "error":
      seen.failureItem({ site: "iterate", class: "StreamErrorEvent", message: event.message, code: event.code });
      break;
    default:
  }
}

/** Reads a finished message; LangChain keeps the calls whose arguments it could not parse apart from those to be executed. */
export function readMessage(seen: Observer, message: AIMessageChunk): void {
  const calls = (found: readonly { name?: string; args?: unknown }[] | undefined, complete: boolean) =>
    list(found).map(({ name, args }) => ({ name, arguments: args, complete }));
  const made = [...calls(message.tool_calls, true), ...calls(message.invalid_tool_calls, false)];
  seen.finished(message.text, made, stopReason(message));
}

/** The surfaces of a chat model for each of these apis; `options` are those of a call, with its tools. */
export function surfaces(
  apis: Api[],
  model: (call: Call) => Model,
  options: (call: Call) => object,
): Adapter<unknown>["surfaces"] {
  const stream: Surface = (call, seen) =>
    seen.iterate<AIMessageChunk>(
      () => model(call).stream(question(call), options(call)),
      (chunk) => readChunk(seen, chunk),
    );
  const streamEvents: Surface = (call, seen) =>
    seen.iterate<ChatModelStreamEvent>(
      () => model(call).streamEvents(question(call), options(call)),
      (event) => readEvent(seen, event),
    );
  const final: Surface = (call, seen) =>
    seen.settle(
      "finalize",
      () => model(call).invoke(question(call), options(call)),
      (message) => readMessage(seen, message),
    );
  // Without a version `streamEvents` is the model's own, which the core learned late in version 1.1.
  const hasEvents = "_streamChatModelEvents" in BaseChatModel.prototype;
  const each = (surface: Surface | false) => Object.fromEntries(apis.map((api) => [api, surface]));
  return { stream: each(stream), "stream-events": each(hasEvents && streamEvents), final: each(final) };
}
