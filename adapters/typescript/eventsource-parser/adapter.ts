/** Drives `eventsource-parser` as its page shows, on `fetch`: what a caller has who uses no SDK, for all four apis. */

import * as parser from "eventsource-parser";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { type Call, type Surface, serve } from "../streamspec-adapter.ts";
import {
  HEADERS,
  MODEL,
  PARAMETERS,
  WEATHER,
  chatRequest,
  messagesReader,
  messagesRequest,
  question,
  readChatChunk,
  readGeminiChunk,
  responsesReader,
  responsesRequest,
} from "../streamspec-dialects.ts";
import type { Api, ErrorFields, Observer } from "../streamspec-observation.ts";

/** Parsed JSON off the wire, of which nothing is known. */
type Json = any;

/** What the lines below throw for an error status: nothing but the status, the headers and the body, parsed if JSON. */
class HttpError extends Error {
  readonly httpStatus: number;
  readonly headers: Headers;
  readonly body: Json;

  constructor(response: Response, text: string) {
    super(text);
    this.httpStatus = response.status;
    this.headers = response.headers;
    try {
      this.body = JSON.parse(text);
    } catch {
      this.body = text;
    }
  }
}

/** A message of the stream, with the headers that its reader has at hand. */
interface Message {
  event: string | undefined;
  data: Json;
  headers: Headers;
}

/** Of an `HttpError`, or of the error inside a stream with its message. */
interface Failure extends Pick<HttpError, "httpStatus" | "body">, Message {
  type: unknown;
  status: unknown;
  status_code: unknown;
  code: unknown;
}

const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [
    ["attribute", "httpStatus"],
    ["body", "status_code"],
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
    ["body", "data", "request_id"],
    ["header", "headers", "request-id"],
    ["header", "headers", "x-request-id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
};

function geminiRequest(call: Call) {
  const tools = [{ functionDeclarations: [{ ...WEATHER, parameters: PARAMETERS }] }];
  return { contents: [{ role: "user", parts: [{ text: question(call) }] }], ...(call.ask === "tool" ? { tools } : {}) };
}

/** One dialect by hand: where to, with what, and what a message says. */
interface Dialect {
  path: string;
  request: (call: Call) => object;
  reader: (seen: Observer) => (data: Json) => void;
}

const DIALECTS: Record<Api, Dialect> = {
  "anthropic-messages": { path: "/v1/messages", request: messagesRequest, reader: messagesReader },
  "openai-chat": {
    path: "/v1/chat/completions",
    request: chatRequest,
    reader: (seen) => (data) => readChatChunk(seen, data),
  },
  "openai-responses": { path: "/v1/responses", request: responsesRequest, reader: responsesReader },
  "gemini-generate": {
    path: `/v1beta/models/${MODEL["gemini-generate"]}:streamGenerateContent?alt=sse`,
    request: geminiRequest,
    reader: (seen) => (data) => readGeminiChunk(seen, data),
  },
};

async function open(call: Call): Promise<AsyncIterable<Message>> {
  const { path, request } = DIALECTS[call.api];
  const response = await fetch(`${call.base_url}${path}`, {
    method: "POST",
    headers: { ...HEADERS, "content-type": "application/json", "anthropic-version": "2023-06-01" },
    body: JSON.stringify(request(call)),
    signal: AbortSignal.timeout(call.timeout_ms),
  });
  if (!response.ok) throw new HttpError(response, await response.text());
  return read(response);
}

/** Ends where the answer says so by a message without JSON, or by one that says that it failed. */
async function* read({ body, headers }: Response): AsyncIterable<Message> {
  const messages = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { event, data } of messages ?? []) {
    if (data === "[DONE]") return;
    if (data.trim() === "") continue;
    const message = { event, data: JSON.parse(data), headers };
    yield message;
    if (failure(message) !== undefined) return;
  }
}

/** What the providers' documents call an error. Some servers send an empty one beside every piece of a healthy answer. */
function failure({ event, data }: Message): Json {
  if (data?.type === "response.failed") return data.response?.error ?? {};
  if (data?.error) return Object.keys(data.error).length > 0 || data.error === true ? data.error : undefined;
  if (event !== "error" && data?.type !== "error") return undefined;
  // That of Responses is flat, and `type` is then the event's own, not the error's.
  const { type: _, ...flat } = Object(data);
  return flat;
}

async function events(call: Call, seen: Observer): Promise<void> {
  const read = DIALECTS[call.api].reader(seen);
  await seen.iterate<Message>(
    () => open(call),
    (message) => {
      read(message.data);
      const error = failure(message);
      if (error === undefined) return;
      seen.errorItem("iterate", typeof error === "object" ? { ...error, ...message } : error);
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
