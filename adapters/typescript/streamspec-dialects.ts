/**
 * What is asked in every call, and how the vendors' own items are read: SDKs hand these out typed, and whoever uses none
 * parses them.
 *
 * The interfaces name the fields that are read, so that the types of an SDK are checked against them.
 */

import { Agent } from "node:http";
import type { Call } from "./streamspec-adapter.ts";
import { type Api, type Observer, type ToolCall, list } from "./streamspec-observation.ts";

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

export interface MessagesEvent {
  type: string;
  index?: number;
  content_block?: { type: string; text?: string; name?: string; input?: unknown };
  delta?: { type?: string; text?: string; partial_json?: string; stop_reason?: Maybe<string> };
}

/** An event of Anthropic's Messages. */
export function readMessagesEvent(seen: Observer, event: MessagesEvent): void {
  const { type, index, content_block: block, delta } = event ?? {};
  switch (type) {
    case "content_block_start":
      if (block?.type === "text") seen.addText(block.text);
      if (block?.type === "tool_use") seen.openTool(index, block.name, block.input);
      break;
    case "content_block_delta":
      if (delta?.type === "text_delta") seen.addText(delta.text);
      if (delta?.type === "input_json_delta") seen.addArguments(index, delta.partial_json);
      break;
    case "content_block_stop":
      seen.closeTool(index);
      break;
    case "message_delta":
      seen.stop(delta?.stop_reason);
      break;
    default:
  }
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

/** With these a choice says that it came to its own end; `length` or `content_filter` leave a tool call unfinished. */
const FINISHED: readonly unknown[] = ["stop", "tool_calls", "function_call"];

/** A chunk of Chat Completions. */
export function readChatChunk(seen: Observer, chunk: ChatChunk): void {
  for (const choice of list(chunk?.choices)) {
    if (!choice || choice.index > 0) continue;
    seen.addText(choice.delta?.content);
    for (const tool of list(choice.delta?.tool_calls)) {
      seen.openTool(tool?.index, tool?.function?.name, "");
      seen.addArguments(tool?.index, tool?.function?.arguments);
    }
    seen.stop(choice.finish_reason);
    if (FINISHED.includes(choice.finish_reason)) seen.closeTools();
  }
}

interface ResponseItem {
  type: string;
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

/** An event of OpenAI's Responses. What it says of a failure is another matter: not every caller is handed it alike. */
export function readResponseEvent(seen: Observer, event: ResponseEvent): void {
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
      if (type === "response.output_item.done" && isWhole(item)) seen.closeTool(index, item.arguments);
      break;
    case "response.completed":
      // Carries the whole answer, so it finishes calls that had no done event of their own.
      for (const [place, made] of list(response?.output).entries()) {
        if (made?.type !== "function_call") continue;
        seen.openTool(place, made.name, made.arguments);
        seen.closeTool(place, made.arguments);
      }
      seen.stop(responseStop(response));
      break;
    case "response.incomplete":
    case "response.failed":
      seen.stop(responseStop(response));
      break;
    default:
  }
}

/** A finished response; one that was cut is finished like a whole one, and its open calls say so themselves. */
export function readResponse(seen: Observer, response: Response): void {
  let text = "";
  const tools: ToolCall[] = [];
  for (const item of list(response?.output)) {
    for (const part of list(item?.content)) if (part?.type === "output_text") text += part.text ?? "";
    if (item?.type !== "function_call") continue;
    tools.push({ name: item.name ?? "", arguments: item.arguments, complete: isWhole(item) });
  }
  seen.finished(text, tools, responseStop(response));
}

function isWhole(item: ResponseItem): boolean {
  return item.status !== "in_progress" && item.status !== "incomplete";
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
    finishReason?: string;
    content?: {
      parts?: readonly { text?: string; thought?: boolean; functionCall?: { name?: string; args?: unknown } }[];
    };
  }[];
}

/** A chunk of Gemini's. Function calls come whole, one a part, and are over when the candidate says so. */
export function readGeminiChunk(seen: Observer, chunk: GeminiChunk): void {
  const candidate = list(chunk?.candidates)[0];
  seen.stop(chunk?.promptFeedback?.blockReason);
  for (const part of list(candidate?.content?.parts)) {
    if (!part?.thought) seen.addText(part?.text);
    if (part?.functionCall) seen.openTool(Symbol(), part.functionCall.name, part.functionCall.args ?? {});
  }
  seen.stop(candidate?.finishReason);
  if (candidate?.finishReason === "STOP") seen.closeTools();
}
