/** The parts that the chat models of LangChain have in common: surfaces, and readers of chunks, events and messages. */

import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { Adapter, Call, Surface } from "./streamspec-adapter.ts";
import type { Reader } from "./streamspec-failure.ts";
import type { Observer } from "./streamspec-observation.ts";
import { promptOf } from "./streamspec-requests.ts";
import type { Api } from "./streamspec-tables.ts";
import { get, list, tokens } from "./streamspec-values.ts";

export type Model = BaseChatModel<any, AIMessageChunk>;
type Errors = typeof import("@langchain/core/errors");

/** The module came to the package's exports in version 1.1; before that LangChain has no errors of its own. */
const errors: Partial<Errors> = await import("@langchain/core/errors").catch(() => ({}));

/** The classes for a call that its caller cancelled, besides the platform's: LangChain's own, and the provider's SDK's. */
export const CANCELLATIONS = ["ModelAbortError", "APIUserAbortError"];

export const MISSING_ERRORS = errors.LangChainError ? [] : ["LangChainError"];
export const RETRYABLE: Reader[] = errors.getRetryable ? [errors.getRetryable] : [];

/** With these an answer says that it came to its own end; any other leaves a tool call unfinished. */
const FINISHED: readonly unknown[] = ["stop", "tool_calls", "function_call", "completed", "tool_use"];

/** Returns the provider's stop reason; the packages put it beside the content, and not always in the same place. */
function stopReason(message: Pick<AIMessageChunk, "response_metadata" | "additional_kwargs">): unknown {
  const { stop_reason, finish_reason, status, incomplete_details } = message?.response_metadata ?? {};
  const incomplete = (incomplete_details as { reason?: unknown } | null | undefined)?.reason;
  return stop_reason ?? message?.additional_kwargs?.["stop_reason"] ?? finish_reason ?? incomplete ?? status;
}

/** Says whether a message's `text` and `contentBlocks` can be read: of a content that is no text and no list, they throw. */
function isReadable(message: Pick<AIMessageChunk, "content">): boolean {
  return typeof message?.content === "string" || Array.isArray(message?.content);
}

/**
 * The model's thoughts: blocks of a standard form, of each chunk as of a message
 * (https://docs.langchain.com/oss/javascript/langchain/models#reasoning), or what other vendors' models bring beside the content.
 */
function thoughts(message: AIMessageChunk): string {
  const blocks: readonly unknown[] = isReadable(message) ? list(get(message, "contentBlocks") as unknown[]) : [];
  const texts = blocks.map((block) => (get(block, "type") === "reasoning" ? get(block, "reasoning") : undefined));
  const beside = message?.additional_kwargs?.["reasoning_content"];
  return texts.join("") || (typeof beside === "string" ? beside : "");
}

/** Returns the numbers of tokens that a message has. */
function usage(message: unknown): { input: number | undefined; output: number | undefined } {
  const usage = get(message, "usage_metadata");
  return { input: tokens(get(usage, "input_tokens")), output: tokens(get(usage, "output_tokens")) };
}

/** Reads chunks. Blocks have no end here: tool calls are over when the answer says so. The tokens of chunks are added up. */
export function chunkReader(seen: Observer): (chunk: AIMessageChunk) => void {
  let input: number | undefined;
  let output: number | undefined;
  return (chunk) => {
    if (isReadable(chunk)) seen.addText(chunk.text);
    seen.addThinking(thoughts(chunk));
    seen.addRefusal(chunk?.additional_kwargs?.["refusal"]);
    for (const tool of list(chunk?.tool_call_chunks)) {
      seen.openTool(tool?.index, tool?.name, "");
      seen.addArguments(tool?.index, tool?.args);
    }
    const counts = usage(chunk);
    input = counts.input === undefined ? input : (input ?? 0) + counts.input;
    output = counts.output === undefined ? output : (output ?? 0) + counts.output;
    seen.count(input, output);
    seen.stop(stopReason(chunk));
    if (FINISHED.includes(stopReason(chunk))) seen.closeTools();
  };
}

/** Reads one event; the reason at the end is a word of LangChain's. Arguments that could not be parsed are no call. */
export function readEvent(seen: Observer, event: ChatModelStreamEvent): void {
  switch (event?.event) {
    case "message-start":
    case "usage":
      seen.count(event.usage?.input_tokens, event.usage?.output_tokens);
      break;
    case "content-block-start": {
      const { type, text, name } = event.content ?? {};
      if (type === "text") seen.addText(text);
      if (type === "reasoning") seen.addThinking(event.content["reasoning"]);
      if (type === "tool_call_chunk") seen.openTool(event.index, name, "");
      break;
    }
    case "content-block-delta":
      if (event.delta?.type === "text-delta") seen.addText(event.delta.text);
      if (event.delta?.type === "reasoning-delta") seen.addThinking(event.delta.reasoning);
      if (event.delta?.type === "tool-call-delta") seen.addArguments(event.index, event.delta.args);
      break;
    case "content-block-finish": {
      const { type, args } = event.content ?? {};
      if (type === "tool_call") seen.closeTool(event.index, args);
      break;
    }
    case "message-finish":
      seen.stop(event.reason);
      seen.count(event.usage?.input_tokens, event.usage?.output_tokens);
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
  const refusal = message.additional_kwargs?.["refusal"];
  seen.finished(message.text, made, stopReason(message), {
    usage: usage(message),
    thinking: thoughts(message),
    ...(typeof refusal === "string" ? { refusal } : {}),
  });
}

/** Hears of the end of one call, as a handler of callbacks does. The SDK waits for it where it says so. */
function handler(seen: Observer): BaseCallbackHandler {
  const heard = BaseCallbackHandler.fromMethods({
    handleLLMEnd: () => seen.heard("completed"),
    handleLLMError: () => seen.heard("failed"),
  });
  heard.awaitHandlers = true;
  return heard;
}

/** Makes the surfaces of a chat model for each of these apis; `tools` are those of a call. */
export function surfaces(apis: Api[], tools: (call: Call) => object): Adapter<unknown, Model>["surfaces"] {
  const options = (call: Call, signal = call.signal) => ({ ...tools(call), ...(signal ? { signal } : {}) });
  const stream: Surface<Model> = (call, seen, model) =>
    seen.iterate<AIMessageChunk>(
      () => model.stream(promptOf(call), { ...options(call), callbacks: [handler(seen)] }),
      chunkReader(seen),
    );
  const streamEvents: Surface<Model> = (call, seen, model) =>
    seen.iterate<ChatModelStreamEvent>(
      // Several callers may read the same events, so the call goes on when one of them leaves.
      () => model.streamEvents(promptOf(call), options(call, call.signal ?? call.leaving)),
      (event) => readEvent(seen, event),
    );
  const final: Surface<Model> = (call, seen, model) =>
    seen.settle(
      "finalize",
      () => model.invoke(promptOf(call), options(call)),
      (message) => readMessage(seen, message),
    );
  // Without a version `streamEvents` is the model's own, which the core learned late in version 1.1.
  const hasEvents = "_streamChatModelEvents" in BaseChatModel.prototype;
  const each = (surface: Surface<Model> | false) => Object.fromEntries(apis.map((api) => [api, surface]));
  return { stream: each(stream), "stream-events": each(hasEvents && streamEvents), final: each(final) };
}
