/** Drives `eventsource-parser` as its page shows, on `fetch`: what a caller has who uses no SDK, for all four apis. */

import * as parser from "eventsource-parser";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { type Api, type Call, type ErrorFields, type Observer, type Surface, serve } from "../streamspec-adapter.ts";
import {
  HEADERS,
  MODEL,
  PARAMETERS,
  WEATHER,
  chatRequest,
  messagesRequest,
  question,
  readChatChunk,
  readGeminiChunk,
  readMessagesEvent,
  readResponseEvent,
  responsesRequest,
} from "../streamspec-dialects.ts";

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

function geminiRequest(call: Call) {
  const tools = [{ functionDeclarations: [{ ...WEATHER, parameters: PARAMETERS }] }];
  return { contents: [{ role: "user", parts: [{ text: question(call) }] }], ...(call.ask === "tool" ? { tools } : {}) };
}

/** One dialect by hand: where to, with what, what a message says, and whether it says that the answer failed. */
interface Dialect {
  path: string;
  request: (call: Call) => object;
  read: (seen: Observer, data: Json) => void;
  failure: (data: Json) => Json;
}

const DIALECTS: Record<Api, Dialect> = {
  "anthropic-messages": {
    path: "/v1/messages",
    request: messagesRequest,
    read: readMessagesEvent,
    failure: (data) => (data?.type === "error" ? data.error : undefined),
  },
  "openai-chat": {
    path: "/v1/chat/completions",
    request: chatRequest,
    read: readChatChunk,
    failure: (data) => data?.error,
  },
  "openai-responses": {
    path: "/v1/responses",
    request: responsesRequest,
    read: readResponseEvent,
    failure: (data) => {
      if (data?.type === "response.failed") return data.response?.error ?? {};
      if (data?.type !== "error") return undefined;
      // The event is flat by its schema, and `type` is then the event's own, not the error's.
      const { type: _, ...flat } = data;
      return data.error ?? flat;
    },
  },
  "gemini-generate": {
    path: `/v1beta/models/${MODEL["gemini-generate"]}:streamGenerateContent?alt=sse`,
    request: geminiRequest,
    read: readGeminiChunk,
    failure: (data) => data?.error,
  },
};

async function open(call: Call): Promise<AsyncIterable<Json>> {
  const { path, request } = DIALECTS[call.api];
  const response = await fetch(`${call.base_url}${path}`, {
    method: "POST",
    headers: { ...HEADERS, "content-type": "application/json", "anthropic-version": "2023-06-01" },
    body: JSON.stringify(request(call)),
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
  const { read, failure } = DIALECTS[call.api];
  await seen.iterate<Json>(
    () => open(call),
    (data) => {
      read(seen, data);
      if (failed(data, call.api)) seen.errorItem("iterate", failure(data));
    },
  );
}

const surface: Surface = { delivers: "events", run: events };

serve({
  sdk: "eventsource-parser",
  errorBases: ["HttpError", ...("ParseError" in parser ? ["ParseError"] : [])],
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
