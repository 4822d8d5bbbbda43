/**
 * Streams one answer with `@google/genai`: the whole answer, or `AnswerFailed` with all that is known.
 *
 * What the SDK does to a stream before it hands anything over cannot be mended here. An event with a comment or another
 * field beside its `data` is lost, and so is text with it; a `[DONE]` is a failure to it. Of an error that is no `data`
 * line of one piece, or has no number, it tells nothing, so that there is only an answer without an end; of an error
 * response whose body cannot be read it tells not even the status. And it does not ask again after a lost connection.
 */

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
    this.type = cause instanceof ApiError ? typeIn(message) : undefined;
    this.retryable = !this.status || [408, 429].includes(this.status) || this.status >= 500;
  }
}

/** Returns the type in a message, which is the body as JSON, in mid-stream behind a few words. */
function typeIn(message: string): string | undefined {
  try {
    const inStream = message.startsWith("got status: ");
    const body: { error: { status: string; message: string } } = JSON.parse(message.slice(message.search(/[[{]/)));
    const { status, message: inner } = [body].flat()[0]!.error;
    // A body that was not called JSON is inside another one, with the response's reason phrase as the type.
    return inStream || /^[A-Z_]+$/.test(status) ? status : typeIn(inner);
  } catch {
    return undefined;
  }
}

/**
 * Returns one answer. Calls are handed out whole and nowhere before: with another reason than `STOP` there are none.
 * `silence` is how many milliseconds may pass without a chunk.
 */
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
      const candidate = chunk.candidates?.find(({ index }) => !index);
      for (const part of candidate?.content?.parts ?? []) {
        if (!part.thought) text += part.text ?? "";
        if (part.functionCall?.name) calls.push(part.functionCall);
      }
      reason = candidate?.finishReason ?? chunk.promptFeedback?.blockReason ?? reason;
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
  return { text, calls: reason === "STOP" ? calls : [], reason };
}
