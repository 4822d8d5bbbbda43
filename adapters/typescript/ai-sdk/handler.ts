/** Streams one answer with `ai`: the whole answer, or `AnswerFailed` with all that is known. */

import { APICallError, RetryError, StreamProviderError, type ToolSet, type TypedToolCall, streamText } from "ai";

type Body = { type?: string; status?: string; code?: string };

/** An answer that did not come to its end. `text` is what had arrived: never take it for the answer. */
export class AnswerFailed extends Error {
  readonly text: string;
  readonly type: string | undefined;
  readonly code: string | number | undefined;
  readonly statusCode: number | undefined;
  readonly responseHeaders: Record<string, string> | undefined;
  /** Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame. */
  readonly isRetryable: boolean;

  constructor(message: string, text: string, cause?: unknown) {
    super(message, { cause });
    const last = RetryError.isInstance(cause) ? cause.lastError : cause;
    const inStream = StreamProviderError.isInstance(last) ? last : undefined;
    const error = inStream ?? (APICallError.isInstance(last) ? last : undefined);
    // Each provider's module puts its own body there, as it took it out of the response or out of the stream.
    const data = error?.data as (Body & { error?: Body; response?: { error?: Body } }) | undefined;
    const body = data?.error ?? data?.response?.error ?? data;
    this.text = text;
    this.type = inStream?.type ?? body?.type ?? body?.status;
    this.code = inStream?.code ?? body?.code;
    this.statusCode = error?.statusCode;
    this.responseHeaders = APICallError.isInstance(last) ? last.responseHeaders : undefined;
    this.isRetryable = error?.isRetryable ?? true;
  }
}

/**
 * One answer; tool calls are in what is returned, and nowhere before. `silence` is how many milliseconds may pass without
 * a part: the SDK has no timeout of its own.
 */
export async function answer(request: Parameters<typeof streamText>[0], silence: number) {
  let text = "";
  const calls: TypedToolCall<ToolSet>[] = [];
  const abort = new AbortController();
  const watch = setTimeout(() => abort.abort(), silence);
  try {
    for await (const part of streamText({ ...request, abortSignal: abort.signal, onError: () => {} }).fullStream) {
      watch.refresh();
      if (part.type === "text-delta") text += part.text;
      if (part.type === "tool-call") calls.push(part);
      // Failures are parts like any other: neither the loop nor the text stream throws them.
      if (part.type === "error") throw part.error;
      if (part.type === "abort") throw new Error(`nothing came for ${silence} ms`);
      if (part.type !== "finish") continue;
      const { finishReason, rawFinishReason } = part;
      const words: unknown[] = [finishReason, rawFinishReason];
      const broken = words.includes("error") || words.includes("interrupted") || (words[0] === "other" && !words[1]);
      if (!broken) return { text, calls, finishReason, rawFinishReason };
    }
  } catch (error) {
    throw new AnswerFailed(error instanceof Error ? error.message : JSON.stringify(error), text, error);
  } finally {
    clearTimeout(watch);
    // After a failure the connection is let go, too.
    abort.abort();
  }
  throw new AnswerFailed("the stream ended before a finish reason", text);
}
