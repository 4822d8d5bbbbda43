/**
 * Streams one answer with `@anthropic-ai/sdk`: the whole message, or `AnswerFailed` with all that is known.
 *
 * What the SDK does to a stream before it hands anything over cannot be mended here. An event that is no JSON, or an
 * `error` event without data or behind a byte order mark, ends the answer for it, whatever comes after; it waits for more
 * after a line that ends with a single CR; its helper wants the usage in `message_delta`; and of an error that comes as a
 * JSON body with status 200 it tells nothing.
 */

import type Anthropic from "@anthropic-ai/sdk";
import { APIError } from "@anthropic-ai/sdk";

/** An error inside the stream has no status; its type stands for one (https://platform.claude.com/docs/en/api/errors). */
const STATUS: Record<string, number> = {
  ...{ invalid_request_error: 400, authentication_error: 401, billing_error: 402, permission_error: 403 },
  ...{ not_found_error: 404, conflict_error: 409, request_too_large: 413, rate_limit_error: 429 },
  ...{ api_error: 500, timeout_error: 504, overloaded_error: 529 },
};

/** An answer that did not come to its end. `text` is what had arrived: never take it for the answer. */
export class AnswerFailed extends Error {
  readonly text: string;
  readonly type: string | null;
  readonly status: number | undefined;
  readonly requestID: string | null | undefined;
  /** Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame. */
  readonly retryable: boolean;

  constructor(message: string, text: string, cause?: unknown) {
    super(message, { cause });
    const error = cause instanceof APIError ? cause : undefined;
    this.text = text;
    this.type = error?.type ?? null;
    this.status = error?.status ?? STATUS[this.type ?? ""];
    this.requestID = error?.requestID;
    this.retryable = !this.status || [408, 409, 429].includes(this.status) || this.status >= 500;
  }
}

/** Stop reasons that may cut the last block of a message. */
const LIMITS: readonly string[] = ["max_tokens", "model_context_window_exceeded"];

/**
 * Asks for one answer; tool calls are in the message that is returned, and nowhere before. A call that a limit may have cut
 * is left out of it, and the stop reason says so: ask again with more room. `silence` is how many milliseconds may pass
 * without an event: more than the SDK's own timeout takes with its retries.
 */
export async function answer(
  client: Anthropic,
  request: Anthropic.MessageStreamParams,
  silence: number,
): Promise<Anthropic.Message> {
  let text = "";
  let message: Anthropic.Message | undefined;
  let reason: Anthropic.StopReason | null = null;
  const stream = client.messages.stream(request);
  // The SDK's own timeout is over when the headers are there: a server that stalls after them is for us to notice.
  const watch = setTimeout(() => stream.abort(), silence);
  stream.on("streamEvent", (event) => {
    watch.refresh();
    // A later one without a reason does not take back an earlier one, as it does in the helper's message.
    if (event.type === "message_delta") reason = event.delta.stop_reason ?? reason;
  });
  stream.on("text", (piece) => (text += piece)).on("message", (whole) => (message = whole));
  let failure: unknown;
  await stream.done().catch((error: unknown) => (failure = error));
  clearTimeout(watch);
  // With message_stop the message is complete, whatever becomes of the connection after it.
  const stop_reason = message?.stop_reason ?? reason;
  if (message && stop_reason) {
    const isCut = LIMITS.includes(stop_reason) && message.content.at(-1)?.type === "tool_use";
    return { ...message, stop_reason, content: isCut ? message.content.slice(0, -1) : message.content };
  }
  const why = message ? "the message has no stop reason" : "the stream ended before message_stop";
  throw new AnswerFailed(failure instanceof Error ? failure.message : why, text, failure);
}
