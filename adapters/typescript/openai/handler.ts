/**
 * Streams one answer with `openai`: the whole answer, or `AnswerFailed` with all that is known.
 *
 * What the SDK does to a stream before it hands anything over cannot be mended here. To it an event without data is a
 * failure, and so is an empty `error` beside a healthy chunk; it passes over an error outside the events (a JSON body, a
 * field of another name), and hides a `[DONE]`, so that these are no more than an answer without an end; and it hands over
 * an event that the end of the stream cut short.
 */

import type OpenAI from "openai";
import { type APIPromise, APIError } from "openai";
import type { Stream } from "openai/streaming";

/**
 * An error inside the stream has no status; its code or its type stands for one
 * (https://developers.openai.com/api/docs/guides/error-codes). OpenRouter's code is the status itself.
 */
const STATUS: Record<string, number> = {
  ...{ context_length_exceeded: 400, invalid_request_error: 400, invalid_api_key: 401, model_not_found: 404 },
  ...{ rate_limit_exceeded: 429, rate_limit_error: 429, slow_down: 429, insufficient_quota: 429 },
  ...{ credit_balance_exhausted: 429, organization_spend_limit_exceeded: 429, project_spend_limit_exceeded: 429 },
  ...{ organization_usage_limit_exceeded: 429, server_error: 500, server_is_overloaded: 503 },
};

/** Codes that do not pass with time, whatever the status. */
const LASTING = /^(insufficient_quota|invalid_prompt|credit_balance_exhausted|\w+_(spend|usage)_limit_exceeded)$/;

/** The part of an answer that has arrived while it is being streamed. */
interface Arrived {
  text: string;
  requestID: string | null;
}

/** An error as providers send it; some put the status into it. */
type Refused = { type?: string | null; code?: string | number | null; status_code?: number };

/** An answer that did not come to its end. `text` is what had arrived: never take it for the answer. */
export class AnswerFailed extends Error {
  readonly text: string;
  readonly type: string | null;
  readonly code: string | null;
  readonly status: number | undefined;
  readonly requestID: string | null;
  /** Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame. */
  readonly retryable: boolean;

  constructor(message: string, arrived: Arrived, refused?: Refused | null, cause?: unknown) {
    super(message, { cause });
    const error = cause instanceof APIError ? cause : undefined;
    const { type, code, status_code }: Refused = refused ?? (error?.error as Refused | undefined) ?? {};
    this.text = arrived.text;
    // An error that is an event by itself has the event's type.
    this.type = type === "error" ? null : (type ?? null);
    this.code = code === undefined || code === null ? null : String(code);
    const number = Number(this.code);
    const known = number >= 400 && number < 600 ? number : (STATUS[this.code ?? ""] ?? STATUS[this.type ?? ""]);
    this.status = error?.status ?? status_code ?? known;
    this.requestID = error?.requestID ?? arrived.requestID;
    const open = !this.status || [408, 409, 429].includes(this.status) || this.status >= 500;
    this.retryable = open && !LASTING.test(this.code ?? "");
  }
}

/**
 * Returns what `read` makes of a stream, with one kind of failure for the SDK's own, the transport's and unparsable items.
 * The SDK's own timeout is over when the headers are there: a server that stalls after them is for us to notice.
 */
async function streamed<Item, Answer>(
  open: (options: { signal: AbortSignal }) => APIPromise<Stream<Item>>,
  silence: number,
  read: (items: AsyncIterable<Item>, arrived: Arrived) => Promise<Answer>,
): Promise<Answer> {
  const arrived: Arrived = { text: "", requestID: null };
  const abort = new AbortController();
  const watch = setTimeout(() => abort.abort(), silence);
  async function* watched(stream: Stream<Item>) {
    for await (const item of stream) {
      watch.refresh();
      yield item;
    }
    if (abort.signal.aborted) throw new Error(`nothing came for ${silence} ms`);
  }
  try {
    const { data, request_id } = await open({ signal: abort.signal }).withResponse();
    arrived.requestID = request_id;
    return await read(watched(data), arrived);
  } catch (error) {
    if (error instanceof AnswerFailed) throw error;
    throw new AnswerFailed(error instanceof Error ? error.message : String(error), arrived, undefined, error);
  } finally {
    clearTimeout(watch);
    // After a failure the connection is let go, too.
    abort.abort();
  }
}

/** Returns the text of a content, which some servers send as a list of parts, whatever the types of the SDK say. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part) => (part?.type === "text" ? part.text : "")).join("");
}

/** A finished chat completion: `text` and `refusal` are what the model said, one of them as a rule. */
interface ChatAnswer {
  text: string;
  refusal: string;
  calls: { name: string; arguments: string }[];
  finishReason: string;
}

/**
 * Returns one chat completion. Calls are handed out whole and nowhere before: after any other finish reason than these
 * three they may have been cut, and there are none. `silence` is how many milliseconds may pass without a chunk: more
 * than the SDK's own timeout takes with its retries.
 */
export async function chat(
  client: OpenAI,
  request: OpenAI.Chat.ChatCompletionCreateParamsStreaming,
  silence: number,
): Promise<ChatAnswer> {
  const open = (options: { signal: AbortSignal }) => client.chat.completions.create(request, options);
  return streamed(open, silence, async (chunks, arrived) => {
    // Other servers leave out the index, too: pieces that have none are one call.
    const calls = new Map<number | undefined, ChatAnswer["calls"][number]>();
    let refusal = "";
    let finishReason = "";
    for await (const chunk of chunks) {
      // Other servers leave out what must be there, and some send events of their own.
      const choice = chunk?.choices?.find((choice) => !choice?.index);
      arrived.text += textOf(choice?.delta?.content);
      refusal += choice?.delta?.refusal ?? "";
      for (const piece of choice?.delta?.tool_calls ?? []) {
        const call = calls.get(piece.index) ?? { name: "", arguments: "" };
        call.name += piece.function?.name ?? "";
        call.arguments += piece.function?.arguments ?? "";
        calls.set(piece.index, call);
      }
      finishReason = choice?.finish_reason || finishReason;
      // Gateways report a failure of their provider in the choice.
      const error = (choice as { error?: Refused & { message?: string } } | undefined)?.error;
      if (error || finishReason === "error") {
        throw new AnswerFailed(error?.message ?? "the provider ended the answer with an error", arrived, error);
      }
    }
    if (!finishReason) throw new AnswerFailed("the stream ended before a finish reason", arrived);
    const isOver = ["tool_calls", "function_call", "stop"].includes(finishReason);
    const whole = [...calls.values()].filter(({ name }) => isOver && name);
    const made = whole.map((call) => ({ ...call, arguments: call.arguments || "{}" }));
    return { text: arrived.text, refusal, calls: made, finishReason };
  });
}

/** Says whether an output item was not cut. In a response that completed, a call may stay in progress all the same. */
function isWhole(item: OpenAI.Responses.ResponseOutputItem, response: OpenAI.Responses.Response): boolean {
  if (item.type !== "function_call") return true;
  return item.status !== "incomplete" && (item.status !== "in_progress" || response.status === "completed");
}

/**
 * Returns one response, which may be one that reached a limit: look at its status. Calls that were cut are left out of
 * its output; where the last event brings no output, it is what the events before it brought.
 */
export async function respond(
  client: OpenAI,
  request: OpenAI.Responses.ResponseCreateParamsStreaming,
  silence: number,
): Promise<OpenAI.Responses.Response> {
  const open = (options: { signal: AbortSignal }) => client.responses.create(request, options);
  return streamed(open, silence, async (events, arrived) => {
    const items: OpenAI.Responses.ResponseOutputItem[] = [];
    let failure: AnswerFailed | undefined;
    for await (const event of events) {
      switch (event?.type) {
        case "response.output_text.delta":
          arrived.text += event.delta;
          break;
        case "response.output_item.done":
          items[event.output_index] = event.item;
          break;
        // Failures are events like any other: the SDK does not throw them all.
        case "error":
          throw new AnswerFailed(event.message, arrived, event);
        case "response.completed":
        case "response.incomplete":
        case "response.failed": {
          const { response } = event;
          const { status, error } = response;
          if (status === "completed" || status === "incomplete") {
            const output = response.output?.length ? response.output : items;
            return { ...response, output: output.filter((item) => isWhole(item, response)) };
          }
          failure = new AnswerFailed(error?.message ?? `the response is ${status}`, arrived, error);
          // One that does not say why may be followed by an error that does.
          if (error) throw failure;
          break;
        }
        default:
      }
    }
    throw failure ?? new AnswerFailed("the stream ended before response.completed", arrived);
  });
}
