/** Drives `openai`, for Chat Completions and Responses: raw iterators, stream helpers, their final answers, and a caller's handler. */

import OpenAI, { type APIError } from "openai";
import type { Stream } from "openai/streaming";
import { VERSION } from "openai/version";
import {
  type Call,
  type ErrorFields,
  type Observer,
  type ToolCall,
  list,
  serve,
  silence,
} from "../streamspec-adapter.ts";
import { AnswerFailed, chat, respond } from "./handler.ts";

type Chunk = OpenAI.Chat.ChatCompletionChunk;
type ResponseEvent = OpenAI.Responses.ResponseStreamEvent;
type Response = OpenAI.Responses.Response;

/**
 * `error` is the error object alone, as parsed; the SDK takes it out of its `{"error":…}` where it has one. In mid-stream
 * the SDK gives no status, but some servers put the number into that object.
 */
const ERROR_FIELDS: ErrorFields<APIError & AnswerFailed> = {
  status: [
    ["attribute", "status"],
    ["body", "error", "status_code"],
    ["body", "error", "code"],
  ],
  type: [["attribute", "type"]],
  code: [["attribute", "code"]],
  request_id: [["attribute", "requestID"]],
  retry_after: [["header", "headers", "retry-after"]],
  retryable: [["attribute", "retryable"]],
};

const MODEL = "gpt-5.1";
const WEATHER = {
  name: "get_weather",
  description: "The weather in a city.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** With these a choice says that it came to its own end; `length` or `content_filter` leave a tool call unfinished. */
const FINISHED: readonly string[] = ["stop", "tool_calls", "function_call"];

/** No pool: an idle connection that goes away just as the next call takes it would look like that call's failure. */
const shared = new OpenAI({ apiKey: "streamspec-no-key", defaultHeaders: { connection: "close" } });

function client(call: Call): OpenAI {
  const baseURL = `${call.base_url}/v1`;
  return shared.withOptions({ baseURL, timeout: call.timeout_ms, maxRetries: call.max_retries });
}

function question(call: Call): string {
  return call.ask === "tool" ? "What is the weather in Paris?" : "Say hello.";
}

function chatRequest(call: Call) {
  return {
    model: MODEL,
    messages: [{ role: "user" as const, content: question(call) }],
    stream: true as const,
    ...(call.ask === "tool" ? { tools: [{ type: "function" as const, function: WEATHER }] } : {}),
  };
}

function responsesRequest(call: Call) {
  return {
    model: MODEL,
    input: question(call),
    stream: true as const,
    ...(call.ask === "tool" ? { tools: [{ type: "function" as const, strict: false, ...WEATHER }] } : {}),
  };
}

/** Reads one chunk; both the raw iterator and the helper hand these over. */
function foldChat(seen: Observer, chunk: Chunk): void {
  for (const choice of list(chunk?.choices)) {
    if (!choice || choice.index > 0) continue;
    seen.addText(choice.delta?.content);
    for (const tool of list(choice.delta?.tool_calls)) {
      seen.openTool(tool?.index, tool?.function?.name, "");
      seen.addArguments(tool?.index, tool?.function?.arguments);
    }
    seen.stop(choice.finish_reason);
    if (FINISHED.includes(choice.finish_reason ?? "")) seen.closeTools();
  }
}

/** Reads one typed event; both the raw iterator and the helper hand these over. */
function foldResponses(seen: Observer, event: ResponseEvent): void {
  switch (event?.type) {
    case "response.output_text.delta":
      seen.addText(event.delta);
      break;
    case "response.output_item.added":
      if (event.item?.type === "function_call")
        seen.openTool(event.output_index, event.item.name, event.item.arguments);
      break;
    case "response.function_call_arguments.delta":
      seen.addArguments(event.output_index, event.delta);
      break;
    case "response.function_call_arguments.done":
      seen.closeTool(event.output_index, event.arguments);
      break;
    case "response.output_item.done":
      if (event.item?.type !== "function_call") break;
      seen.openTool(event.output_index, event.item.name, event.item.arguments);
      seen.closeTool(event.output_index, event.item.arguments);
      break;
    case "response.completed":
      // Carries the whole answer, so it finishes calls that had no done event of their own.
      for (const [index, item] of list(event.response?.output).entries()) {
        if (item?.type !== "function_call") continue;
        seen.openTool(index, item.name, item.arguments);
        seen.closeTool(index, item.arguments);
      }
      seen.stop(stopReason(event.response));
      break;
    case "response.incomplete":
      seen.stop(stopReason(event.response));
      break;
    case "response.failed": {
      const { message, code } = event.response?.error ?? {};
      seen.stop(stopReason(event.response));
      seen.failureItem({ site: "iterate", class: "ResponseFailedEvent", message, code });
      break;
    }
    case "error":
      seen.failureItem({ site: "iterate", class: "ResponseErrorEvent", message: event.message, code: event.code });
      break;
    default:
  }
}

/** Why the response stopped; `queued` and `in_progress` say that it has not. */
function stopReason(response: Response | null | undefined): string | undefined {
  const status = response?.status;
  if (status === "queued" || status === "in_progress") return undefined;
  return (status === "incomplete" && response?.incomplete_details?.reason) || status;
}

async function chatCreate(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<Chunk>(
    (): Promise<Stream<Chunk>> => client(call).chat.completions.create(chatRequest(call)),
    (chunk) => foldChat(seen, chunk),
  );
}

async function chatStream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<Chunk>(
    () => client(call).chat.completions.stream(chatRequest(call)),
    (chunk) => foldChat(seen, chunk),
  );
}

async function chatFinal(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    () => client(call).chat.completions.stream(chatRequest(call)).finalChatCompletion(),
    (completion) => readCompletion(seen, completion),
  );
}

/** Reads a finished chat completion. */
function readCompletion(seen: Observer, completion: OpenAI.Chat.ChatCompletion): void {
  const choice = list(completion.choices)[0];
  const tools: ToolCall[] = [];
  for (const tool of list(choice?.message?.tool_calls)) {
    if (tool?.type !== "function") continue;
    tools.push({ name: tool.function.name, arguments: tool.function.arguments, complete: true });
  }
  seen.finished(choice?.message?.content ?? "", tools, choice?.finish_reason);
}

async function responsesCreate(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<ResponseEvent>(
    (): Promise<Stream<ResponseEvent>> => client(call).responses.create(responsesRequest(call)),
    (event) => foldResponses(seen, event),
  );
}

async function responsesStream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<ResponseEvent>(
    () => client(call).responses.stream(responsesRequest(call)),
    (event) => foldResponses(seen, event),
  );
}

async function responsesFinal(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    () => client(call).responses.stream(responsesRequest(call)).finalResponse(),
    (response) => {
      readResponse(seen, response);
      if (response.status !== "failed") return;
      const { message, code } = response.error ?? {};
      seen.failureItem({ site: "finalize", class: "Response", message, code });
    },
  );
}

/** Reads a finished response. */
function readResponse(seen: Observer, response: Response): void {
  const tools: ToolCall[] = [];
  for (const item of list(response.output)) {
    if (item?.type !== "function_call") continue;
    // A response that was cut is returned like a whole one; its open calls say so themselves.
    const complete = item.status !== "in_progress" && item.status !== "incomplete";
    tools.push({ name: item.name, arguments: item.arguments, complete });
  }
  seen.finished(response.output_text ?? "", tools, stopReason(response));
}

async function chatHandler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => chat(client(call), chatRequest(call), silence(call)),
    (completion) => readCompletion(seen, completion),
  );
}

async function responsesHandler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => respond(client(call), responsesRequest(call), silence(call)),
    (response) => readResponse(seen, response),
  );
}

serve({
  sdk: { name: "openai", version: VERSION },
  errorBases: ["OpenAIError", "AnswerFailed"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    create: {
      "openai-chat": { delivers: "events", run: chatCreate },
      "openai-responses": { delivers: "events", run: responsesCreate },
    },
    stream: {
      "openai-chat": { delivers: "events", run: chatStream },
      "openai-responses": { delivers: "events", run: responsesStream },
    },
    final: {
      "openai-chat": { delivers: "final", run: chatFinal },
      "openai-responses": { delivers: "final", run: responsesFinal },
    },
    handler: {
      "openai-chat": { delivers: "final", run: chatHandler },
      "openai-responses": { delivers: "final", run: responsesHandler },
    },
  },
});
