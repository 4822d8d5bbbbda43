/** Drives `openai`, for Chat Completions and Responses: raw iterators, stream helpers, their final answers, and a caller's handler. */

import OpenAI, { type APIError } from "openai";
import type { Stream } from "openai/streaming";
import { type Call, serve, silence } from "../streamspec-adapter.ts";
import {
  API_KEY,
  NO_POOL,
  chatRequest,
  readChatChunk,
  readCompletion,
  readResponse,
  responsesReader,
  responsesRequest,
} from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { AnswerFailed, chat, respond } from "./handler.ts";

type Chunk = OpenAI.Chat.ChatCompletionChunk;
type ResponseEvent = OpenAI.Responses.ResponseStreamEvent;

/**
 * `error` is the error object alone, as parsed; the SDK takes it out of its `{"error":…}` where it has one. In mid-stream
 * the SDK gives no status, but some servers put the number into that object.
 */
const ERROR_FIELDS: ErrorFields<APIError & AnswerFailed & { request_id?: string }> = {
  status: [["attribute", "status"]],
  type: [["attribute", "type"]],
  code: [["attribute", "code"]],
  request_id: [
    ["attribute", "requestID"],
    ["attribute", "request_id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
  retryable: [["attribute", "retryable"]],
  bodies: [["error"]],
};

/** A client of its own for each call: not every version can derive one from another. */
function client(call: Call): OpenAI {
  return new OpenAI({
    ...NO_POOL,
    apiKey: API_KEY,
    baseURL: `${call.base_url}/v1`,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
  });
}

/** Where the stream helper of Chat Completions is; it began under `beta`. */
function helper({ chat, beta }: OpenAI): Pick<typeof chat.completions, "stream"> {
  if ("stream" in chat.completions) return chat.completions;
  return (beta as unknown as { chat: Pick<typeof chat, "completions"> }).chat.completions;
}

async function chatCreate(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<Chunk>(
    (): Promise<Stream<Chunk>> => client(call).chat.completions.create(chatRequest(call)),
    (chunk) => readChatChunk(seen, chunk),
  );
}

async function chatStream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<Chunk>(
    () => helper(client(call)).stream(chatRequest(call)),
    (chunk) => readChatChunk(seen, chunk),
  );
}

async function chatFinal(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    () => helper(client(call)).stream(chatRequest(call)).finalChatCompletion(),
    (completion) => readCompletion(seen, completion),
  );
}

/** Reads typed events; both the raw iterator and the helper hand these over, and a failure among them. */
function eventReader(seen: Observer): (event: ResponseEvent) => void {
  const read = responsesReader(seen);
  return (event) => {
    read(event);
    if (event?.type === "response.failed") {
      const { message, code } = event.response?.error ?? {};
      seen.failureItem({ site: "iterate", class: "ResponseFailedEvent", message, code });
    } else if (event?.type === "error") {
      seen.failureItem({ site: "iterate", class: "ResponseErrorEvent", message: event.message, code: event.code });
    }
  };
}

async function responsesCreate(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<ResponseEvent>(
    (): Promise<Stream<ResponseEvent>> => client(call).responses.create(responsesRequest(call)),
    eventReader(seen),
  );
}

async function responsesStream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<ResponseEvent>(() => client(call).responses.stream(responsesRequest(call)), eventReader(seen));
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

async function chatHandler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => chat(client(call), chatRequest(call), silence(call)),
    ({ text, calls, finishReason }) => {
      seen.finished(
        text,
        calls.map((made) => ({ ...made, complete: true })),
        finishReason,
      );
    },
  );
}

async function responsesHandler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => respond(client(call), responsesRequest(call), silence(call)),
    (response) => readResponse(seen, response),
  );
}

const sample = new OpenAI({ apiKey: API_KEY });
const hasResponses = "responses" in sample;

serve({
  errorFields: ERROR_FIELDS,
  surfaces: {
    create: {
      "openai-chat": chatCreate,
      "openai-responses": hasResponses && responsesCreate,
    },
    stream: {
      "openai-chat": chatStream,
      "openai-responses": hasResponses && responsesStream,
    },
    final: {
      "openai-chat": chatFinal,
      "openai-responses": hasResponses && responsesFinal,
    },
    handler: {
      "openai-chat": chatHandler,
      "openai-responses": hasResponses && responsesHandler,
    },
  },
});
