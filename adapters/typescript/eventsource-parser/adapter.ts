/**
 * Drives `eventsource-parser` as its page shows, on `fetch`: what a caller has who uses no SDK, for the four apis whose streams are events.
 *
 * The page leaves open what its reader does with an event; `streamspec-by-hand.ts` does here what the provider's document says.
 */

import * as parser from "eventsource-parser";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { type Call, limit, serve } from "../streamspec-adapter.ts";
import { ERROR_FIELDS, type Message, messages, readerOf, refusal, requestOf } from "../streamspec-by-hand.ts";
import type { Observer } from "../streamspec-observation.ts";
import { DIALECTS } from "../streamspec-tables.ts";

/** Reads the events of a response; one without a body has none. */
async function* received(response: Response) {
  const parsed = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const event of parsed ?? []) yield event;
}

async function events(call: Call, seen: Observer): Promise<void> {
  const dialect = DIALECTS[call.api];
  const read = readerOf(call, seen);
  const open = async () => {
    const [url, init] = requestOf(call);
    const response = await fetch(url, { ...init, signal: limit(call) });
    if (response.ok) return messages(received(response), () => response.headers, dialect);
    seen.errorItem("open", await refusal(response));
    return messages(received(new Response()), () => undefined, dialect);
  };
  await seen.iterate<Message>(open, ({ data, failure }) => {
    read(data);
    if (failure !== undefined) seen.errorItem("iterate", failure);
  });
}

serve({
  // There is none: `fetch` is the platform's.
  client: () => {},
  missingErrors: "ParseError" in parser ? [] : ["ParseError"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    events: {
      "anthropic-messages": events,
      "openai-chat": events,
      "openai-responses": events,
      "gemini-generate": events,
    },
  },
});
