/**
 * Streams one answer with `ai`: the whole answer, or `AnswerFailed` with all that is known.
 *
 * The SDK's modules do not pass on all that a provider says, so the provider's own events are read beside the SDK's parts.
 * What goes wrong before either cannot be mended here. Events that a module does not know, or that have no data, are
 * failures to it; lines that end with a single CR, and errors outside the events, are lost to it; it reads on behind
 * `[DONE]`; a refusal is text to it; and of headers it tells only with an error of its own.
 */

import { APICallError, RetryError, StreamProviderError, type ToolSet, type TypedToolCall, streamText } from "ai";

/** The members of an event or of an error's body, as providers send them; each may be missing or another thing. */
interface Said {
  type?: string;
  message?: string;
  code?: string | number | null;
  status?: string;
  status_code?: number;
  request_id?: string;
  error?: Said | null;
  choices?: readonly Said[];
  delta?: { stop_reason?: string | null };
  response?: Said & { incomplete_details?: { reason?: string } | null };
}

/** An error inside the stream has no status; unless it holds the number, its type or its code stands for one. */
const STATUS: Record<string, number> = {
  // https://platform.claude.com/docs/en/api/errors
  ...{ invalid_request_error: 400, authentication_error: 401, billing_error: 402, permission_error: 403 },
  ...{ not_found_error: 404, conflict_error: 409, request_too_large: 413, rate_limit_error: 429 },
  ...{ api_error: 500, timeout_error: 504, overloaded_error: 529 },
  // https://developers.openai.com/api/docs/guides/error-codes
  ...{ context_length_exceeded: 400, invalid_api_key: 401, model_not_found: 404, rate_limit_exceeded: 429 },
  ...{ slow_down: 429, insufficient_quota: 429, credit_balance_exhausted: 429, server_error: 500 },
  ...{ organization_spend_limit_exceeded: 429, project_spend_limit_exceeded: 429, server_is_overloaded: 503 },
  ...{ organization_usage_limit_exceeded: 429 },
  // https://ai.google.dev/gemini-api/docs/troubleshooting
  ...{ INVALID_ARGUMENT: 400, FAILED_PRECONDITION: 400, UNAUTHENTICATED: 401, PERMISSION_DENIED: 403 },
  ...{ NOT_FOUND: 404, RESOURCE_EXHAUSTED: 429, INTERNAL: 500, UNAVAILABLE: 503, DEADLINE_EXCEEDED: 504 },
};

/** Codes that do not pass with time, whatever the status. */
const LASTING = /^(insufficient_quota|invalid_prompt|credit_balance_exhausted|\w+_(spend|usage)_limit_exceeded)$/;

/** An answer that did not come to its end. `text` is what had arrived: never take it for the answer. */
export class AnswerFailed extends Error {
  readonly text: string;
  readonly type: string | undefined;
  readonly code: string | number | undefined;
  readonly statusCode: number | undefined;
  readonly responseHeaders: Record<string, string> | undefined;
  readonly requestID: string | undefined;
  /** Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame. */
  readonly isRetryable: boolean;

  constructor(message: string, text: string, refusal?: Said, cause?: unknown) {
    super(message, { cause });
    const last = RetryError.isInstance(cause) ? cause.lastError : cause;
    const call = APICallError.isInstance(last) ? last : undefined;
    const said = refusal ?? bodyOf(last);
    const body = said ?? {};
    const error = errorIn(body) ?? body;
    this.text = text;
    this.type = (error === body && error.type === "error" ? undefined : error.type) ?? error.status;
    this.code = error.code ?? undefined;
    this.responseHeaders = call?.responseHeaders;
    this.requestID = body.request_id;
    // What comes first in a stream is made an error of the call, with a status that the SDK made up.
    const inStream = !call || (said && /event-stream/.test(call.responseHeaders?.["content-type"] ?? ""));
    const number = error.status_code ?? Number(this.code);
    const told = number >= 400 && number < 600 ? number : (STATUS[this.code ?? ""] ?? STATUS[this.type ?? ""]);
    this.statusCode = inStream ? told : call.statusCode;
    const open = !this.statusCode || [408, 409, 429].includes(this.statusCode) || this.statusCode >= 500;
    this.isRetryable = open && !LASTING.test(String(this.code));
  }
}

/** Returns the body of an error, as the provider's module took it out of the response or out of the stream. */
function bodyOf(error: unknown): Said | undefined {
  if (StreamProviderError.isInstance(error)) return error.data as Said | undefined;
  if (!APICallError.isInstance(error)) return undefined;
  try {
    return [JSON.parse(error.responseBody ?? "")].flat()[0];
  } catch {
    return error.data as Said | undefined;
  }
}

/**
 * Returns the error that an event or a body holds; some servers send an empty one with every piece of a healthy answer.
 */
function errorIn(said: Said | undefined): Said | undefined {
  const error = said?.error ?? said?.response?.error ?? said?.choices?.[0]?.error;
  return error && typeof error === "object" && Object.keys(error).length > 0 ? error : undefined;
}

/** One answer: calls that may have been cut, and those that the provider executed itself, are not among its calls. */
interface Answer {
  text: string;
  calls: TypedToolCall<ToolSet>[];
  /** The provider's word, or the SDK's where the provider has none. */
  reason: string;
}

/** Reasons after which calls are whole: the SDK's words, and the providers' own. */
const WHOLE: readonly string[] = ["tool-calls", "stop", "tool_use", "completed"];

/**
 * Returns one answer; tool calls are in what is returned, and nowhere before. `silence` is how many milliseconds may
 * pass without a part: the SDK has no timeout of its own.
 */
export async function answer(request: Parameters<typeof streamText>[0], silence: number): Promise<Answer> {
  let text = "";
  let reason: string | undefined;
  let over: Answer | undefined;
  const calls: TypedToolCall<ToolSet>[] = [];
  const answered = (why: string, whole: string): Answer => {
    return { text, calls: WHOLE.includes(whole) ? calls : [], reason: why };
  };
  const abort = new AbortController();
  const watch = setTimeout(() => abort.abort(), silence);
  const settings = { ...request, abortSignal: abort.signal, include: { rawChunks: true }, onError: () => {} };
  try {
    for await (const part of streamText(settings).fullStream) {
      watch.refresh();
      switch (part.type) {
        case "text-delta":
          text += part.text;
          break;
        case "tool-call":
          if (!part.invalid && !part.providerExecuted) calls.push(part);
          break;
        case "raw": {
          const event = part.rawValue as Said | undefined;
          const error = errorIn(event);
          if (error) throw new AnswerFailed(error.message ?? "the provider sent an error", text, event);
          // A later one without a reason does not take back an earlier one, as it does in the SDK.
          reason = event?.delta?.stop_reason ?? reason;
          if (event?.type === "message_stop" && reason) return answered(reason, reason);
          if (!/^response\.(completed|incomplete)$/.test(event?.type ?? "")) break;
          const last = event?.response?.incomplete_details?.reason ?? event?.response?.status;
          if (last) over = answered(last, last);
          break;
        }
        // Failures are parts like any other: neither the loop nor the text stream throws them.
        case "error":
          throw part.error;
        case "abort":
          throw new Error(`nothing came for ${silence} ms`);
        case "finish": {
          const { finishReason, rawFinishReason } = part;
          const why = rawFinishReason ?? finishReason;
          const isBroken = why === "error" || why === "interrupted" || (why === "other" && !rawFinishReason);
          if (!isBroken) return answered(why, finishReason);
          break;
        }
        default:
      }
    }
  } catch (error) {
    if (!over && error instanceof AnswerFailed) throw error;
    const message = error instanceof Error ? error.message : JSON.stringify(error);
    if (!over) throw new AnswerFailed(message, text, undefined, error);
  } finally {
    clearTimeout(watch);
    // After a failure the connection is let go, too.
    abort.abort();
  }
  // What comes after the end of an answer takes nothing away from it.
  if (over) return over;
  throw new AnswerFailed("the stream ended before a finish reason", text);
}
