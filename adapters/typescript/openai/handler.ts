/** Streams one answer with `openai`: the whole answer, or `AnswerFailed` with all that is known. */

import type OpenAI from "openai";
import { APIError } from "openai";
import type { ChatCompletionStreamParams } from "openai/lib/ChatCompletionStream";
import type { ResponseStreamParams } from "openai/lib/responses/ResponseStream";

/**
 * An error inside the stream has no status; its code or its type stands for one
 * (https://developers.openai.com/api/docs/guides/error-codes). OpenRouter's code is the status itself.
 */
const STATUS: Record<string, number> = {
  ...{ context_length_exceeded: 400, invalid_request_error: 400, invalid_api_key: 401, model_not_found: 404 },
  ...{ rate_limit_exceeded: 429, rate_limit_error: 429, insufficient_quota: 429 },
  ...{ server_error: 500, server_is_overloaded: 503 },
};

/** An answer that did not come to its end. `text` is what had arrived: never take it for the answer. */
export class AnswerFailed extends Error {
  readonly text: string;
  readonly type: string | null;
  readonly code: string | null;
  readonly status: number | undefined;
  readonly requestID: string | null | undefined;
  /** Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame. */
  readonly retryable: boolean;

  constructor(message: string, text: string, cause?: unknown, code: string | null = null) {
    super(message, { cause });
    const error = cause instanceof APIError ? cause : undefined;
    this.text = text;
    this.type = error?.type ?? null;
    this.code = error?.code ?? code;
    const number = Number(this.code);
    const known = number >= 400 && number < 600 ? number : (STATUS[this.code ?? ""] ?? STATUS[this.type ?? ""]);
    this.status = error?.status ?? known;
    this.requestID = error?.requestID;
    const open = !this.status || [408, 409, 429].includes(this.status) || this.status >= 500;
    this.retryable = open && this.code !== "insufficient_quota";
  }
}

/** What comes of an answer, with one kind of failure for the SDK's own, the transport's, and what cannot be parsed. */
async function settled<Answer>(answer: Promise<Answer>, watch: NodeJS.Timeout, text: () => string): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AnswerFailed) throw error;
    throw new AnswerFailed(error instanceof Error ? error.message : String(error), text(), error);
  } finally {
    clearTimeout(watch);
  }
}

/**
 * One chat completion; its tool calls are in what is returned, and nowhere before. `silence` is how many milliseconds
 * may pass without a chunk: more than the SDK's own timeout takes with its retries.
 */
export async function chat(client: OpenAI, request: ChatCompletionStreamParams, silence: number) {
  let text = "";
  const stream = client.chat.completions.stream(request);
  // The SDK's own timeout is over when the headers are there: a server that stalls after them is for us to notice.
  const watch = setTimeout(() => stream.abort(), silence);
  stream.on("chunk", () => watch.refresh()).on("content", (piece) => (text += piece));
  return settled(stream.finalChatCompletion(), watch, () => text);
}

/** One response. A failure is an event like any other, and a response that was cut is returned: the SDK throws neither. */
export async function respond(client: OpenAI, request: ResponseStreamParams, silence: number) {
  let text = "";
  const stream = client.responses.stream(request);
  const watch = setTimeout(() => stream.abort(), silence);
  const whole = async () => {
    for await (const event of stream) {
      watch.refresh();
      if (event.type === "response.output_text.delta") text += event.delta;
      const failure = event.type === "response.failed" ? event.response.error : event.type === "error" ? event : null;
      if (failure) throw new AnswerFailed(failure.message, text, undefined, failure.code);
    }
    const response = await stream.finalResponse();
    if (response.status === "completed" || response.status === "incomplete") return response;
    const { message = "the stream ended before response.completed", code } = response.error ?? {};
    throw new AnswerFailed(message, text, undefined, code);
  };
  return settled(whole(), watch, () => text);
}
