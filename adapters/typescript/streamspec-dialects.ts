/**
 * What is asked in every call, and how the vendors' own items are read: SDKs hand these out typed, and whoever uses none
 * parses them. When a tool call is complete follows the rule of `adapters/README.md`.
 *
 * The interfaces name the fields that are read, so that the types of an SDK are checked against them.
 */

import { Agent } from "node:http";
import type { Call } from "./streamspec-adapter.ts";
import type { Observer } from "./streamspec-observation.ts";
import { type Api, DIALECTS } from "./streamspec-tables.ts";
import { list } from "./streamspec-values.ts";

export const API_KEY = "streamspec-no-key";

/** No pool: an idle connection that goes away just as the next call takes it would look like that call's failure. */
export const HEADERS = { connection: "close" };

/** The same for clients of Anthropic and OpenAI; their versions on `node-fetch` would keep a pool all the same. */
export const NO_POOL = { defaultHeaders: HEADERS, httpAgent: new Agent({ keepAlive: false }) };

export const MODEL: Record<Api, string> = {
  "anthropic-messages": "claude-opus-4-5",
  "openai-chat": "gpt-5.1",
  "openai-responses": "gpt-5.1",
  "gemini-generate": "gemini-2.5-flash",
};

export const PARAMETERS = { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] };
export const WEATHER = { name: "get_weather", description: "The weather in a city." };

export function question(call: Call): string {
  return call.ask === "tool" ? "What is the weather in Paris?" : "Say hello.";
}

export function messagesRequest(call: Call) {
  return {
    model: MODEL[call.api],
    max_tokens: 1024,
    stream: true as const,
    messages: [{ role: "user" as const, content: question(call) }],
    ...(call.ask === "tool" ? { tools: [{ ...WEATHER, input_schema: PARAMETERS }] } : {}),
  };
}

export function chatRequest(call: Call) {
  const tool = { type: "function" as const, function: { ...WEATHER, parameters: PARAMETERS } };
  return {
    model: MODEL[call.api],
    stream: true as const,
    messages: [{ role: "user" as const, content: question(call) }],
    ...(call.ask === "tool" ? { tools: [tool] } : {}),
  };
}

export function responsesRequest(call: Call) {
  const tool = { type: "function" as const, strict: false, ...WEATHER, parameters: PARAMETERS };
  return {
    model: MODEL[call.api],
    stream: true as const,
    input: question(call),
    ...(call.ask === "tool" ? { tools: [tool] } : {}),
  };
}

type Maybe<T> = T | null | undefined;

interface MessageBlock {
  type: string;
  text?: string;
  name?: string;
  input?: unknown;
}

export interface Message {
  content: readonly MessageBlock[];
  stop_reason?: Maybe<string>;
}

export interface MessagesEvent {
  type: string;
  index?: number;
  message?: Message;
  content_block?: MessageBlock;
  delta?: { type?: string; text?: string; partial_json?: string; stop_reason?: Maybe<string> };
}

/** Stop reasons that end the calls of a message, and those that cut its last block, which need not be a tool call. */
const { end_calls: CALLING, limits: LIMITS } = DIALECTS["anthropic-messages"].stop_reasons;

/** Reads the events of one of Anthropic's messages. */
export function messagesReader(seen: Observer): (event: MessagesEvent) => void {
  let message: Maybe<Message>;
  let reason: Maybe<string>;
  let last: Maybe<number>;
  const begin = (index: Maybe<number>, block: Maybe<MessageBlock>) => {
    last = index;
    if (block?.type === "text") seen.addText(block.text);
    if (block?.type === "tool_use") seen.openTool(index, block.name, block.input);
  };
  const end = (index: Maybe<number>) => {
    if (index !== last || !LIMITS.includes(reason)) seen.closeTool(index);
  };
  const stop = (why: Maybe<string>) => {
    reason = why ?? reason;
    seen.stop(why);
    if (CALLING.includes(why)) seen.closeTools();
    if (LIMITS.includes(why)) seen.closeTool(last, undefined, false);
  };
  return (event) => {
    const { type, index, content_block: block, delta } = event ?? {};
    switch (type) {
      case "message_start":
        message = event.message;
        break;
      case "content_block_start":
        begin(index, block);
        break;
      case "content_block_delta":
        if (delta?.type === "text_delta") seen.addText(delta.text);
        if (delta?.type === "input_json_delta") seen.addArguments(index, delta.partial_json);
        break;
      case "content_block_stop":
        end(index);
        break;
      case "message_delta":
        stop(delta?.stop_reason);
        break;
      case "message_stop":
        // What `message_start` brought and no later event did. Read only now, as a helper fills that message itself.
        for (const [place, brought] of last === undefined ? list(message?.content).entries() : []) {
          begin(place, brought);
          end(place);
        }
        if (!reason) stop(message?.stop_reason);
        break;
      default:
    }
  };
}

/** Reads a finished message. */
export function readMessage(seen: Observer, message: Message): void {
  const blocks = list(message.content);
  const calls = blocks.flatMap((block, place) => {
    if (block?.type !== "tool_use") return [];
    const complete = place < blocks.length - 1 || !LIMITS.includes(message.stop_reason);
    return [{ name: block.name, arguments: block.input, complete }];
  });
  const texts = blocks.map((block) => (block?.type === "text" ? (block.text ?? "") : ""));
  seen.finished(texts.join(""), calls, message.stop_reason);
}

export interface ChatChunk {
  choices: readonly {
    index: number;
    delta: {
      content?: Maybe<string>;
      tool_calls?: readonly { index: number; function?: { name?: string; arguments?: string } }[];
    };
    finish_reason: Maybe<string>;
  }[];
}

export interface Completion {
  choices: readonly {
    index: number;
    message: {
      content: Maybe<string>;
      tool_calls?: readonly { type: string; function?: { name: string; arguments: string } }[];
    };
    finish_reason: Maybe<string>;
  }[];
}

/** With these a choice says that it came to its own end; `length` or `content_filter` leave a tool call unfinished. */
const FINISHED = DIALECTS["openai-chat"].stop_reasons.end_calls;

/** The choice that was asked for. */
function first<T extends { index?: number }>(choices: Maybe<readonly T[]>): T | undefined {
  return list(choices).find((choice) => choice && !choice.index);
}

/** The text of a content, which some servers send as a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts: readonly Maybe<{ type?: string; text?: unknown }>[] = Array.isArray(content) ? content : [];
  return parts.map((part) => (part?.type === "text" && typeof part.text === "string" ? part.text : "")).join("");
}

/** Reads a chunk of Chat Completions. */
export function readChatChunk(seen: Observer, chunk: ChatChunk): void {
  const choice = first(chunk?.choices);
  seen.addText(textOf(choice?.delta?.content));
  for (const tool of list(choice?.delta?.tool_calls)) {
    seen.openTool(tool?.index, tool?.function?.name, "");
    seen.addArguments(tool?.index, tool?.function?.arguments);
  }
  seen.stop(choice?.finish_reason);
  if (FINISHED.includes(choice?.finish_reason)) seen.closeTools();
}

/** Reads a finished completion. */
export function readCompletion(seen: Observer, completion: Completion): void {
  const choice = first(completion.choices);
  const complete = FINISHED.includes(choice?.finish_reason);
  const calls = list(choice?.message?.tool_calls).map((tool) => {
    return { name: tool?.function?.name, arguments: tool?.function?.arguments, complete };
  });
  seen.finished(textOf(choice?.message?.content), calls, choice?.finish_reason);
}

interface ResponseItem {
  type: string;
  id?: string;
  name?: string;
  arguments?: unknown;
  status?: Maybe<string>;
  content?: readonly { type: string; text?: string }[];
}

export interface Response {
  status?: string;
  output?: readonly ResponseItem[];
  incomplete_details?: Maybe<{ reason?: string }>;
  error?: Maybe<{ code: string; message: string }>;
}

export interface ResponseEvent {
  type: string;
  output_index?: number;
  delta?: unknown;
  arguments?: string;
  item?: ResponseItem;
  response?: Response;
}

/** Reads the events of a response. What one says of a failure is another matter: not every caller is handed it alike. */
export function responsesReader(seen: Observer): (event: ResponseEvent) => void {
  /** Items that are done by their events, and in progress by their own word. */
  const held = new Set<unknown>();
  let over: Maybe<Response>;
  const settle = (key: unknown, item: ResponseItem) => {
    const whole = isWhole(item, over);
    if (!whole && item.status === "in_progress") held.add(key);
    seen.closeTool(key, item.arguments, whole);
  };
  return (event) => {
    const { type, output_index: index, item, response } = event ?? {};
    switch (type) {
      case "response.output_text.delta":
        seen.addText(event.delta);
        break;
      case "response.function_call_arguments.delta":
        seen.addArguments(index, event.delta);
        break;
      case "response.function_call_arguments.done":
        seen.closeTool(index, event.arguments);
        break;
      case "response.output_item.added":
      case "response.output_item.done":
        if (item?.type !== "function_call") break;
        seen.openTool(index, item.name, item.arguments);
        if (type === "response.output_item.done") settle(index, item);
        break;
      case "response.completed":
      case "response.incomplete":
        over = response;
        if (response?.status === "completed") for (const key of held) seen.closeTool(key);
        // Carries the whole answer, so it ends calls that had no done event of their own.
        for (const [place, made] of list(response?.output).entries()) {
          if (made?.type !== "function_call") continue;
          seen.openTool(place, made.name, made.arguments);
          settle(place, made);
        }
        seen.stop(responseStop(response));
        break;
      case "response.failed":
        seen.stop(responseStop(response));
        break;
      default:
    }
  };
}

/** Reads a finished response; one that was cut is finished like a whole one, and its open calls say so themselves. */
export function readResponse(seen: Observer, response: Response): void {
  const items = list(response.output).filter((item) => item);
  const parts = items.flatMap((item) => list(item.content));
  const texts = parts.map((part) => (part?.type === "output_text" ? (part.text ?? "") : ""));
  const calls = items.filter(({ type }) => type === "function_call");
  seen.finished(
    texts.join(""),
    calls.map((item) => ({ name: item.name, arguments: item.arguments, complete: isWhole(item, response) })),
    responseStop(response),
  );
}

/** Whether an item that is over was not cut; in a response that completed, one may stay in progress all the same. */
function isWhole({ status }: ResponseItem, response: Maybe<Response>): boolean {
  return status !== "incomplete" && (status !== "in_progress" || response?.status === "completed");
}

/** Why the response stopped; `queued` and `in_progress` say that it has not. */
function responseStop(response: Maybe<Response>): string | undefined {
  const status = response?.status;
  if (status === "queued" || status === "in_progress") return undefined;
  return (status === "incomplete" && response?.incomplete_details?.reason) || status;
}

export interface GeminiChunk {
  promptFeedback?: { blockReason?: string };
  candidates?: readonly {
    index?: number;
    finishReason?: string;
    content?: {
      parts?: readonly { text?: string; thought?: boolean; functionCall?: { name?: string; args?: unknown } }[];
    };
  }[];
}

/** Reads a chunk of Gemini's. Function calls come whole, one a part, and are over when the candidate says so. */
export function readGeminiChunk(seen: Observer, chunk: GeminiChunk): void {
  const candidate = first(chunk?.candidates);
  seen.stop(chunk?.promptFeedback?.blockReason);
  for (const part of list(candidate?.content?.parts)) {
    if (!part?.thought) seen.addText(part?.text);
    if (part?.functionCall) seen.openTool(Symbol(), part.functionCall.name, part.functionCall.args);
  }
  seen.stop(candidate?.finishReason);
  if (DIALECTS["gemini-generate"].stop_reasons.end_calls.includes(candidate?.finishReason)) seen.closeTools();
}
