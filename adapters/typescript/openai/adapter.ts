/** Drives `openai`, for Chat Completions and Responses: raw iterators, stream helpers, their final answers, and a caller's handler. */

import OpenAI, { type APIError } from "openai";
import type { Stream } from "openai/streaming";
import { type Call, serve, silence } from "../streamspec-adapter.ts";
import { connections } from "../streamspec-connections.ts";
import { readChatChunk, readCompletion, readResponse } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { typedResponsesReader } from "../streamspec-openai.ts";
import { API_KEY, chatRequest, responsesRequest } from "../streamspec-requests.ts";
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

/** Makes a client of its own for each call: not every version can derive one from another. */
function makeClient(call: Call): OpenAI {
  return new OpenAI({
    ...connections(call),
    apiKey: API_KEY,
    baseURL: `${call.base_url}/v1`,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
  });
}

/** Returns what has the stream helper of Chat Completions; it began under `beta`. */
function helper({ chat, beta }: OpenAI): Pick<typeof chat.completions, "stream"> {
  if ("stream" in chat.completions) return chat.completions;
  return (beta as unknown as { chat: Pick<typeof chat, "completions"> }).chat.completions;
}

async function chatCreate(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  await seen.iterate<Chunk>(
    (): Promise<Stream<Chunk>> => client.chat.completions.create(chatRequest(call), { signal: call.signal }),
    (chunk) => readChatChunk(seen, chunk),
  );
}

/**
 * Reads a stream with listeners to its end; `end` itself, which is always the last event, does not say how it came to
 * that. The helper of Responses has no event for an answer that is complete but the provider's.
 */
async function chatStream(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  seen.hearEndings();
  await seen.iterate<Chunk>(
    () =>
      helper(client)
        .stream(chatRequest(call), { signal: call.signal })
        .on("finalChatCompletion", () => seen.heard("completed"))
        .on("error", () => seen.heard("failed"))
        .on("abort", () => seen.heard("aborted")),
    (chunk) => readChatChunk(seen, chunk),
  );
}

async function chatFinal(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  await seen.settle(
    "finalize",
    () => helper(client).stream(chatRequest(call), { signal: call.signal }).finalChatCompletion(),
    (completion) => readCompletion(seen, completion),
  );
}

async function responsesCreate(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  await seen.iterate<ResponseEvent>(
    (): Promise<Stream<ResponseEvent>> => client.responses.create(responsesRequest(call), { signal: call.signal }),
    typedResponsesReader(seen),
  );
}

async function responsesStream(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  await seen.iterate<ResponseEvent>(
    () => client.responses.stream(responsesRequest(call), { signal: call.signal }),
    typedResponsesReader(seen),
  );
}

async function responsesFinal(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  await seen.settle(
    "finalize",
    () => client.responses.stream(responsesRequest(call), { signal: call.signal }).finalResponse(),
    (response) => {
      readResponse(seen, response);
      if (response.status !== "failed") return;
      const { message, code } = response.error ?? {};
      seen.failureItem({ site: "finalize", class: "Response", message, code });
    },
  );
}

async function chatHandler(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  await seen.handle(
    () => chat(client, chatRequest(call), silence(call)),
    ({ text, refusal, calls, finishReason }) => {
      const made = calls.map((call) => ({ ...call, complete: true }));
      seen.finished(text, made, finishReason, { refusal });
    },
  );
}

async function responsesHandler(call: Call, seen: Observer, client: OpenAI): Promise<void> {
  await seen.handle(
    () => respond(client, responsesRequest(call), silence(call)),
    (response) => readResponse(seen, response),
  );
}

const sample = new OpenAI({ apiKey: API_KEY });
const hasResponses = "responses" in sample;

serve({
  client: makeClient,
  sendsHeaders: true,
  errorFields: ERROR_FIELDS,
  cancellations: ["APIUserAbortError"],
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
