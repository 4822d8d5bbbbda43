/**
 * Readers of the vendors' own items: SDKs hand these out typed, and whoever uses none parses them. `adapters/README.md`
 * says when a tool call is complete.
 *
 * The interfaces name the fields that are read, so that the types of an SDK are checked against them.
 */

import type { Observer } from "./streamspec-observation.ts";
import { DIALECTS } from "./streamspec-tables.ts";
import { list } from "./streamspec-values.ts";

type Maybe<T> = T | null | undefined;

interface MessageBlock {
  type: string;
  text?: string;
  thinking?: string;
  name?: string;
  input?: unknown;
}

/** The counts of Anthropic and of Responses, which have the same names. */
interface TokenCounts {
  input_tokens?: Maybe<number>;
  output_tokens?: Maybe<number>;
}

export interface Message {
  content: readonly MessageBlock[];
  stop_reason?: Maybe<string>;
  usage?: Maybe<TokenCounts>;
}

export interface MessagesEvent {
  type: string;
  index?: number;
  message?: Message;
  content_block?: MessageBlock;
  delta?: { type?: string; text?: string; thinking?: string; partial_json?: string; stop_reason?: Maybe<string> };
  usage?: Maybe<TokenCounts>;
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
    if (block?.type === "thinking") seen.addThinking(block.thinking);
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
        seen.count(message?.usage?.input_tokens, message?.usage?.output_tokens);
        break;
      case "content_block_start":
        begin(index, block);
        break;
      case "content_block_delta":
        if (delta?.type === "text_delta") seen.addText(delta.text);
        if (delta?.type === "thinking_delta") seen.addThinking(delta.thinking);
        if (delta?.type === "input_json_delta") seen.addArguments(index, delta.partial_json);
        break;
      case "content_block_stop":
        end(index);
        break;
      case "message_delta":
        stop(delta?.stop_reason);
        seen.count(event.usage?.input_tokens, event.usage?.output_tokens);
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
  const thoughts = blocks.map((block) => (block?.type === "thinking" ? (block.thinking ?? "") : ""));
  const usage = { input: message.usage?.input_tokens, output: message.usage?.output_tokens };
  seen.finished(texts.join(""), calls, message.stop_reason, { usage, thinking: thoughts.join("") });
}

interface ChatUsage {
  prompt_tokens?: Maybe<number>;
  completion_tokens?: Maybe<number>;
}

export interface ChatChunk {
  choices: readonly {
    index: number;
    delta: {
      content?: Maybe<string>;
      refusal?: Maybe<string>;
      /** The two names under which vendors send the model's thoughts. */
      reasoning_content?: Maybe<string>;
      reasoning?: Maybe<string>;
      tool_calls?: readonly { index: number; function?: { name?: string; arguments?: string } }[];
    };
    finish_reason?: Maybe<string>;
  }[];
  usage?: Maybe<ChatUsage>;
}

export interface Completion {
  choices: readonly {
    index: number;
    message: {
      content: Maybe<string>;
      refusal?: Maybe<string>;
      tool_calls?: readonly { type: string; function?: { name: string; arguments: string } }[];
    };
    finish_reason: Maybe<string>;
  }[];
  usage?: Maybe<ChatUsage>;
}

/** With these a choice says that it came to its own end; `length` or `content_filter` leave a tool call unfinished. */
const FINISHED = DIALECTS["openai-chat"].stop_reasons.end_calls;

/** Returns the choice that was asked for. */
function first<T extends { index?: number }>(choices: Maybe<readonly T[]>): T | undefined {
  return list(choices).find((choice) => choice && !choice.index);
}

/** Returns the text of a content, which some servers send as a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts: readonly Maybe<{ type?: string; text?: unknown }>[] = Array.isArray(content) ? content : [];
  return parts.map((part) => (part?.type === "text" && typeof part.text === "string" ? part.text : "")).join("");
}

/** Reads a chunk of Chat Completions. */
export function readChatChunk(seen: Observer, chunk: ChatChunk): void {
  const choice = first(chunk?.choices);
  seen.addText(textOf(choice?.delta?.content));
  seen.addRefusal(choice?.delta?.refusal);
  // A vendor that sends both sends the same twice.
  const { reasoning_content, reasoning } = choice?.delta ?? {};
  seen.addThinking(typeof reasoning_content === "string" ? reasoning_content : reasoning);
  seen.count(chunk?.usage?.prompt_tokens, chunk?.usage?.completion_tokens);
  for (const tool of list(choice?.delta?.tool_calls)) {
    seen.openTool(tool?.index, tool?.function?.name, "");
    seen.addArguments(tool?.index, tool?.function?.arguments);
  }
  seen.stop(choice?.finish_reason);
  if (FINISHED.includes(choice?.finish_reason)) seen.closeTools();
}

/** Reads a finished completion; the thoughts of other vendors' models have no place there. */
export function readCompletion(seen: Observer, completion: Completion): void {
  const choice = first(completion.choices);
  const complete = FINISHED.includes(choice?.finish_reason);
  const calls = list(choice?.message?.tool_calls).map((tool) => {
    return { name: tool?.function?.name, arguments: tool?.function?.arguments, complete };
  });
  const usage = { input: completion.usage?.prompt_tokens, output: completion.usage?.completion_tokens };
  const refusal = choice?.message?.refusal ?? "";
  seen.finished(textOf(choice?.message?.content), calls, choice?.finish_reason, { usage, refusal });
}

interface ResponseItem {
  type: string;
  id?: string;
  name?: string;
  arguments?: unknown;
  status?: Maybe<string>;
  content?: readonly ResponsePart[];
  summary?: readonly ResponsePart[];
}

interface ResponsePart {
  type: string;
  text?: string;
  refusal?: string;
}

export interface Response {
  status?: string;
  output?: readonly ResponseItem[];
  incomplete_details?: Maybe<{ reason?: string }>;
  error?: Maybe<{ code: string; message: string }>;
  usage?: Maybe<TokenCounts>;
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
  let thought = false;
  let refused = false;
  const settle = (key: unknown, item: ResponseItem) => {
    const whole = isWhole(item, over);
    if (!whole && item.status === "in_progress") held.add(key);
    seen.closeTool(key, item.arguments, whole);
  };
  return (event) => {
    const { type, output_index: index, item, response } = event ?? {};
    seen.count(response?.usage?.input_tokens, response?.usage?.output_tokens);
    switch (type) {
      case "response.output_text.delta":
        seen.addText(event.delta);
        break;
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        thought = true;
        seen.addThinking(event.delta);
        break;
      case "response.refusal.delta":
        refused = true;
        seen.addRefusal(event.delta);
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
        if (!thought) seen.addThinking(thoughtsIn(response));
        if (!refused) seen.addRefusal(refusalIn(response));
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
  const text = joined(response, ({ content }) => {
    return list(content).map((part) => (part?.type === "output_text" ? part.text : undefined));
  });
  const calls = list(response.output).filter((item) => item?.type === "function_call");
  seen.finished(
    text,
    calls.map((item) => ({ name: item.name, arguments: item.arguments, complete: isWhole(item, response) })),
    responseStop(response),
    {
      usage: { input: response.usage?.input_tokens, output: response.usage?.output_tokens },
      thinking: thoughtsIn(response),
      refusal: refusalIn(response),
    },
  );
}

/** Joins the texts of these parts of a response's items. */
function joined(response: Maybe<Response>, parts: (item: ResponseItem) => (string | undefined)[]): string {
  const items = list(response?.output).filter((item) => item);
  return items.flatMap(parts).join("");
}

/** Returns the summaries and the texts of reasoning that a response holds. */
function thoughtsIn(response: Maybe<Response>): string {
  return joined(response, ({ type, summary, content }) => {
    return type === "reasoning" ? [...list(summary), ...list(content)].map((part) => part?.text) : [];
  });
}

function refusalIn(response: Maybe<Response>): string {
  return joined(response, ({ content }) => {
    return list(content).map((part) => (part?.type === "refusal" ? part.refusal : undefined));
  });
}

/** Says whether an item that is over was not cut; in a response that completed, one may stay in progress all the same. */
function isWhole({ status }: ResponseItem, response: Maybe<Response>): boolean {
  return status !== "incomplete" && (status !== "in_progress" || response?.status === "completed");
}

/** Returns the reason why the response stopped; `queued` and `in_progress` say that it has not. */
function responseStop(response: Maybe<Response>): string | undefined {
  const status = response?.status;
  if (status === "queued" || status === "in_progress") return undefined;
  return (status === "incomplete" && response?.incomplete_details?.reason) || status;
}

export interface GeminiChunk {
  usageMetadata?: { promptTokenCount?: number; candidatesTokenCount?: number };
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
  seen.count(chunk?.usageMetadata?.promptTokenCount, chunk?.usageMetadata?.candidatesTokenCount);
  seen.stop(chunk?.promptFeedback?.blockReason);
  for (const part of list(candidate?.content?.parts)) {
    if (part?.thought) seen.addThinking(part.text);
    else seen.addText(part?.text);
    if (part?.functionCall) seen.openTool(Symbol(), part.functionCall.name, part.functionCall.args);
  }
  seen.stop(candidate?.finishReason);
  if (DIALECTS["gemini-generate"].stop_reasons.end_calls.includes(candidate?.finishReason)) seen.closeTools();
}

/** A part of Ollama's chat, as far as it is read. */
export interface OllamaPart {
  message?: {
    content?: string;
    thinking?: string;
    tool_calls?: readonly { function?: { name?: string; arguments?: unknown } }[];
  };
  done?: boolean;
  done_reason?: string;
  prompt_eval_count?: number;
  eval_count?: number;
}

/** Reads a part of Ollama's chat. Calls come whole, and are over when the answer is done, whatever the reason. */
export function readOllamaPart(seen: Observer, part: OllamaPart): void {
  seen.addText(part?.message?.content);
  seen.addThinking(part?.message?.thinking);
  for (const call of list(part?.message?.tool_calls)) {
    seen.openTool(Symbol(), call?.function?.name, call?.function?.arguments ?? {});
  }
  seen.stop(part?.done_reason);
  seen.count(part?.prompt_eval_count, part?.eval_count);
  if (part?.done) seen.closeTools();
}

interface CohereCall {
  function?: Maybe<{ name?: Maybe<string>; arguments?: Maybe<string> }>;
}

/** The message of an event, which is another one in each type of events. */
interface CohereMessage {
  content?: Maybe<{ text?: string; thinking?: string }>;
  tool_plan?: Maybe<string>;
  toolPlan?: Maybe<string>;
  tool_calls?: Maybe<CohereCall>;
  toolCalls?: Maybe<CohereCall>;
}

/** An event of Cohere's chat, as far as it is read, with the names of the wire or those of its SDK for JavaScript. */
export interface CohereEvent {
  type?: string;
  index?: Maybe<number>;
  delta?: Maybe<{
    message?: unknown;
    error?: Maybe<string>;
    finish_reason?: Maybe<string>;
    finishReason?: Maybe<string>;
    usage?: Maybe<{ tokens?: Maybe<TokenCounts & { inputTokens?: Maybe<number>; outputTokens?: Maybe<number> }> }>;
  }>;
}

/** Reads the events of one of Cohere's answers. */
export function cohereReader(seen: Observer): (event: CohereEvent) => void {
  const { end_calls: calling, limits } = DIALECTS["cohere-chat"].stop_reasons;
  let last: Maybe<number>;
  return (event) => {
    const { type, index, delta } = event ?? {};
    const message = delta?.message as Maybe<CohereMessage>;
    const content = message?.content;
    const call = message?.tool_calls ?? message?.toolCalls;
    const reason = delta?.finish_reason ?? delta?.finishReason;
    const tokens = delta?.usage?.tokens;
    switch (type) {
      case "content-start":
      case "content-delta":
        last = undefined;
        seen.addText(content?.text);
        seen.addThinking(content?.thinking);
        break;
      case "tool-plan-delta":
        seen.addThinking(message?.tool_plan ?? message?.toolPlan);
        break;
      case "tool-call-start":
        last = index;
        seen.openTool(index, call?.function?.name, "");
        seen.addArguments(index, call?.function?.arguments);
        break;
      case "tool-call-delta":
        seen.addArguments(index, call?.function?.arguments);
        break;
      case "tool-call-end":
        seen.closeTool(index);
        break;
      case "message-end":
        seen.stop(reason);
        seen.count(tokens?.input_tokens ?? tokens?.inputTokens, tokens?.output_tokens ?? tokens?.outputTokens);
        if (calling.includes(reason)) seen.closeTools();
        if (limits.includes(reason) && last !== undefined) seen.closeTool(last, undefined, false);
        break;
      default:
    }
  };
}
