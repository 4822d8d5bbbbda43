/** Drives `eventsource-parser` as its page shows, on `fetch`: what a caller has who uses no SDK, for all four apis. */

import sdk from "eventsource-parser/package.json" with { type: "json" };
import { EventSourceParserStream } from "eventsource-parser/stream";
import {
  type Api,
  type Call,
  type ErrorFields,
  type Observer,
  type Surface,
  list,
  serve,
} from "../streamspec-adapter.ts";

/** Parsed JSON off the wire, of which nothing is known. */
type Json = any;

/** What the lines below throw for an error status: nothing but the status, the headers and the body, parsed if JSON. */
class HttpError extends Error {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;

  constructor(response: Response, text: string) {
    super(text);
    this.status = response.status;
    this.headers = response.headers;
    try {
      this.body = JSON.parse(text);
    } catch {
      this.body = text;
    }
  }
}

/** Of an `HttpError`, or of the error object inside a stream. */
interface Failure extends Pick<HttpError, "status" | "headers" | "body"> {
  type: unknown;
  code: unknown;
}

const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [
    ["attribute", "status"],
    ["body", "code"],
  ],
  type: [
    ["body", "body", "error", "type"],
    ["body", "body", "error", "status"],
    ["body", "type"],
    ["body", "status"],
  ],
  code: [
    ["body", "body", "error", "code"],
    ["body", "code"],
  ],
  request_id: [
    ["header", "headers", "request-id"],
    ["header", "headers", "x-request-id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
};

const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const WEATHER = { name: "get_weather", description: "The weather in a city." };

/** One dialect by hand: where to, with what, what a message says, and whether it says that the answer failed. */
interface Dialect {
  path: string;
  request: (question: string) => object;
  tools: object[];
  fold: (seen: Observer, data: Json) => void;
  failure: (data: Json) => Json;
}

const DIALECTS: Record<Api, Dialect> = {
  "anthropic-messages": {
    path: "/v1/messages",
    request: (content) => ({
      model: "claude-opus-4-5",
      max_tokens: 1024,
      stream: true,
      messages: [{ role: "user", content }],
    }),
    tools: [{ ...WEATHER, input_schema: SCHEMA }],
    fold: foldAnthropic,
    failure: (data) => (data?.type === "error" ? data.error : undefined),
  },
  "openai-chat": {
    path: "/v1/chat/completions",
    request: (content) => ({ model: "gpt-5.1", stream: true, messages: [{ role: "user", content }] }),
    tools: [{ type: "function", function: { ...WEATHER, parameters: SCHEMA } }],
    fold: foldChat,
    failure: (data) => data?.error,
  },
  "openai-responses": {
    path: "/v1/responses",
    request: (input) => ({ model: "gpt-5.1", stream: true, input }),
    tools: [{ type: "function", strict: false, ...WEATHER, parameters: SCHEMA }],
    fold: foldResponses,
    failure: (data) => {
      if (data?.type === "response.failed") return data.response?.error ?? {};
      if (data?.type !== "error") return undefined;
      // The event is flat by its schema, and `type` is then the event's own, not the error's.
      const { type: _, ...flat } = data;
      return data.error ?? flat;
    },
  },
  "gemini-generate": {
    path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    request: (text) => ({ contents: [{ role: "user", parts: [{ text }] }] }),
    tools: [{ functionDeclarations: [{ ...WEATHER, parameters: SCHEMA }] }],
    fold: foldGemini,
    failure: (data) => data?.error,
  },
};

function foldAnthropic(seen: Observer, data: Json): void {
  const { index, content_block: block, delta } = data ?? {};
  if (block?.type === "text") seen.addText(block.text);
  if (block?.type === "tool_use") seen.openTool(index, block.name, block.input);
  if (delta?.type === "text_delta") seen.addText(delta.text);
  if (delta?.type === "input_json_delta") seen.addArguments(index, delta.partial_json);
  if (data?.type === "content_block_stop") seen.closeTool(index);
  if (data?.type === "message_delta") seen.stop(delta?.stop_reason);
}

function foldChat(seen: Observer, data: Json): void {
  const choice: Json = list(data?.choices)[0];
  seen.addText(choice?.delta?.content);
  for (const tool of list<Json>(choice?.delta?.tool_calls)) {
    seen.openTool(tool?.index, tool?.function?.name, "");
    seen.addArguments(tool?.index, tool?.function?.arguments);
  }
  seen.stop(choice?.finish_reason);
  if (["stop", "tool_calls", "function_call"].includes(choice?.finish_reason)) seen.closeTools();
}

function foldResponses(seen: Observer, data: Json): void {
  const { type, output_index: index, item, response } = data ?? {};
  if (type === "response.output_text.delta") seen.addText(data.delta);
  if (type === "response.function_call_arguments.delta") seen.addArguments(index, data.delta);
  if (item?.type === "function_call") {
    seen.openTool(index, item.name, item.arguments);
    if (type === "response.output_item.done" && item.status !== "incomplete") seen.closeTool(index, item.arguments);
  }
  if (type === "response.completed" || type === "response.incomplete")
    seen.stop(response?.incomplete_details?.reason ?? response?.status);
}

function foldGemini(seen: Observer, data: Json): void {
  const candidate: Json = list(data?.candidates)[0];
  seen.stop(data?.promptFeedback?.blockReason);
  for (const part of list<Json>(candidate?.content?.parts)) {
    if (!part?.thought) seen.addText(part?.text);
    if (part?.functionCall) seen.openTool(Symbol(), part.functionCall.name, part.functionCall.args ?? {});
  }
  seen.stop(candidate?.finishReason);
  if (candidate?.finishReason === "STOP") seen.closeTools();
}

async function open(call: Call): Promise<AsyncIterable<Json>> {
  const { path, request, tools } = DIALECTS[call.api];
  const body = call.ask === "tool" ? { ...request("What is the weather in Paris?"), tools } : request("Say hello.");
  const response = await fetch(`${call.base_url}${path}`, {
    method: "POST",
    // No pool: an idle connection that goes away just as the next call takes it would look like that call's failure.
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", connection: "close" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(call.timeout_ms),
  });
  if (!response.ok) throw new HttpError(response, await response.text());
  return read(response, call.api);
}

/** Ends where the answer says so by a message without JSON, or by one that says that it failed. */
async function* read(response: Response, api: Api): AsyncIterable<Json> {
  const messages = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of messages ?? []) {
    if (data === "[DONE]") return;
    if (data.trim() === "") continue;
    const parsed = JSON.parse(data);
    yield parsed;
    if (failed(parsed, api)) return;
  }
}

/** Some servers send an error that says nothing beside every piece of a healthy answer. */
function failed(data: Json, api: Api): boolean {
  const failure = DIALECTS[api].failure(data);
  return Boolean(failure) && (api === "openai-responses" || Object.keys(failure).length > 0);
}

async function events(call: Call, seen: Observer): Promise<void> {
  const { fold, failure } = DIALECTS[call.api];
  await seen.iterate<Json>(
    () => open(call),
    (data) => {
      fold(seen, data);
      if (failed(data, call.api)) seen.errorItem("iterate", failure(data));
    },
  );
}

const surface: Surface = { delivers: "events", run: events };

serve({
  sdk: { name: "eventsource-parser", version: sdk.version },
  errorBases: ["HttpError", "ParseError"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    events: {
      "anthropic-messages": surface,
      "openai-chat": surface,
      "openai-responses": surface,
      "gemini-generate": surface,
    },
  },
});
