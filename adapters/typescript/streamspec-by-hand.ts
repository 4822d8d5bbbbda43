/**
 * The part of an adapter that is no SDK's: what is asked and what an event says, by the provider's documents and no more. Adapters of
 * packages that only read event streams share it, for the four apis whose streams are events.
 *
 * The data of the document's own events is parsed, and the answer is over where the document says so, or has failed. No error
 * is made of that, so there are no classes to tell apart: what is reported is what is in hand, of an event that is an error as of
 * a response with an error status.
 */

import type { Call } from "./streamspec-adapter.ts";
import { headers } from "./streamspec-connections.ts";
import { messagesReader, readChatChunk, readGeminiChunk, responsesReader } from "./streamspec-dialects.ts";
import type { ErrorFields } from "./streamspec-failure.ts";
import type { Observer } from "./streamspec-observation.ts";
import {
  modelOf,
  PARAMETERS,
  WEATHER,
  chatRequest,
  messagesRequest,
  promptOf,
  responsesRequest,
} from "./streamspec-requests.ts";
import { DIALECTS, type Dialect, type EventApi } from "./streamspec-tables.ts";

/** Parsed JSON off the wire, of which nothing is known. */
type Json = any;

/** The parsed data of an event; `failure` where the event is an error, or where its data could not be parsed. */
export interface Message {
  data: Json;
  failure?: unknown;
}

/** The body of an error: of an event, beside which its reader has the headers at hand, or of a response. */
export type Failure = { data: Json } & Pick<Response, "status" | "headers">;

/** Some servers put the number of a status into the error. */
export const ERROR_FIELDS: ErrorFields<Failure> = {
  status: [["attribute", "status"]],
  request_id: [
    ["header", "headers", "request-id"],
    ["header", "headers", "x-request-id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
  bodies: [["data"]],
};

function geminiRequest(call: Call) {
  const tools = [{ functionDeclarations: [{ ...WEATHER, parameters: PARAMETERS }] }];
  return { contents: [{ role: "user", parts: [{ text: promptOf(call) }] }], ...(call.ask === "tool" ? { tools } : {}) };
}

/** One dialect by hand: with what, and what its events say. */
interface ByHand {
  request: (call: Call) => object;
  reader: (seen: Observer) => (data: Json) => void;
}

const BY_HAND: Record<EventApi, ByHand> = {
  "anthropic-messages": {
    request: messagesRequest,
    reader: messagesReader,
  },
  "openai-chat": {
    request: chatRequest,
    reader: (seen) => (data) => readChatChunk(seen, data),
  },
  "openai-responses": {
    request: responsesRequest,
    reader: responsesReader,
  },
  "gemini-generate": {
    request: geminiRequest,
    reader: (seen) => (data) => readGeminiChunk(seen, data),
  },
};

/** Returns what is known of a call's dialect; the manifest names none whose streams are no events. */
function byHand(call: Call): ByHand {
  return BY_HAND[call.api as EventApi];
}

/** Returns the URL of a call, and the request that `fetch` makes of it. */
export function requestOf(call: Call) {
  const path = DIALECTS[call.api].path.replace("{model}", modelOf(call));
  const init = {
    method: "POST",
    headers: { ...headers(call), "content-type": "application/json", "anthropic-version": "2023-06-01" },
    body: JSON.stringify(byHand(call).request(call)),
  };
  return [`${call.base_url}${path}`, init] as const;
}

/** Returns the reader of the data of a call's events. */
export function readerOf(call: Call, seen: Observer): (data: Json) => void {
  return byHand(call).reader(seen);
}

/** An event, as readers of event streams hand it over. */
interface Received {
  event?: string | undefined;
  data: string;
}

/**
 * Yields what the events say, to the one that ends the answer. Only those by other names than the provider's need not be JSON.
 */
export async function* messages(
  received: AsyncIterable<Received>,
  headers: () => Headers | undefined,
  { events }: Dialect,
): AsyncIterable<Message> {
  let failed: Message | undefined;
  for await (const { event, data: text } of received) {
    if (SENTINELS.includes(text)) break;
    if (text.trim() === "") continue;
    let data: Json;
    try {
      data = JSON.parse(text);
    } catch (failure) {
      if (!isKnown(event ?? "", events)) continue;
      yield { data, failure };
      return;
    }
    const error = errorBody(event, data);
    if (error === undefined) {
      yield { data };
      if (events.ends.includes(data?.type)) return;
      continue;
    }
    failed = { data, failure: { data: error, message: messageIn(error) ?? text, headers: headers() } };
    // A response that failed without an error may be followed by an error event that says why.
    if (data?.type !== "response.failed" || error.error) break;
  }
  if (failed) yield failed;
}

/** The words that end a stream and are no JSON; gateways add them to the streams of other dialects, too. */
const SENTINELS: readonly unknown[] = Object.values(DIALECTS).map(({ events }) => events.sentinel);

/** Says whether the provider's document has events of this name; one without a name is a message. */
function isKnown(name: string, { prefixes, pings }: Dialect["events"]): boolean {
  return ["", "message", "error", ...pings].includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/**
 * Returns the body of what the documents call an error. Some servers send an empty one beside every piece of a healthy
 * answer.
 */
function errorBody(event: string | undefined, data: Json): Json {
  const said = Array.isArray(data) ? data[0] : data;
  if (said?.type === "response.failed") return said.response ?? {};
  if (said?.error) return Object.keys(said.error).length > 0 || said.error === true ? said : undefined;
  return event === "error" || said?.type === "error" ? (said ?? {}) : undefined;
}

/** Returns the provider's own message; where there is none, its text is the message as it came. */
function messageIn(body: Json): string | undefined {
  const error = body?.error ?? body;
  const words = typeof error === "string" ? error : error?.message;
  return typeof words === "string" ? words : undefined;
}

/** Returns the body of a response, as far as it comes: what breaks there takes nothing away from the status. */
export async function refusal(response: Response): Promise<Failure & { message: string }> {
  const { status, headers } = response;
  const text = await response.text().catch(() => "");
  let data: Json = text;
  try {
    data = JSON.parse(text);
  } catch {
    // It is a text, then.
  }
  return { status, headers, data, message: messageIn(data) ?? text };
}
