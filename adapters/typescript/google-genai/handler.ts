/** Streams one answer with `@google/genai`: the whole answer, or `AnswerFailed` with all that is known. */

import { ApiError, type FunctionCall, type GenerateContentParameters, type GoogleGenAI } from "@google/genai";

/** An answer that did not come to its end. `text` is what had arrived: never take it for the answer. */
export class AnswerFailed extends Error {
  readonly text: string;
  /** The HTTP status, or in mid-stream the number in the body. */
  readonly status: number | undefined;
  /** The provider's word, `UNAVAILABLE`: the SDK leaves it in the body, and the body in the message. */
  readonly type: string | undefined;
  /** Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame. */
  readonly retryable: boolean;

  constructor(message: string, text: string, cause?: unknown) {
    super(message, { cause });
    this.text = text;
    this.status = cause instanceof ApiError ? cause.status : undefined;
    this.type = /"status":\s*"([A-Z_]+)"/.exec(cause instanceof ApiError ? message : "")?.[1];
    this.retryable = !this.status || [408, 429].includes(this.status) || this.status >= 500;
  }
}

/** One answer; `silence` is how many milliseconds may pass without a chunk. */
export async function answer(client: GoogleGenAI, request: GenerateContentParameters, silence: number) {
  let text = "";
  let reason: string | undefined;
  const calls: FunctionCall[] = [];
  const abort = new AbortController();
  const watch = setTimeout(() => abort.abort(), silence);
  const config = { ...request.config, abortSignal: abort.signal };
  try {
    for await (const chunk of await client.models.generateContentStream({ ...request, config })) {
      watch.refresh();
      reason = chunk.promptFeedback?.blockReason ?? reason;
      for (const { content, finishReason } of chunk.candidates ?? []) {
        for (const part of content?.parts ?? []) {
          if (!part.thought) text += part.text ?? "";
          if (part.functionCall) calls.push(part.functionCall);
        }
        reason = finishReason ?? reason;
      }
    }
  } catch (error) {
    throw new AnswerFailed(error instanceof Error ? error.message : String(error), text, error);
  } finally {
    clearTimeout(watch);
    // After a failure the connection is let go, too.
    abort.abort();
  }
  // The SDK ends in the same way whether the answer was finished or cut.
  if (!reason) throw new AnswerFailed("the stream ended before a finish reason", text);
  return { text, calls, reason };
}
