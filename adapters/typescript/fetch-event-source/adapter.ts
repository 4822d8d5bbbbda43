/**
 * Drives `@microsoft/fetch-event-source` as its page shows: what a caller has who uses no SDK, for the four apis whose streams are events.
 *
 * The package is made for browsers, so its `window` and `document` are those of jsdom, with the platform's `fetch`. Its page
 * leaves open what its reader does with an event; `streamspec-by-hand.ts` does here what the provider's document says.
 */

import { EventStreamContentType, fetchEventSource, type EventSourceMessage } from "@microsoft/fetch-event-source";
import { type Call, limit, serve } from "../streamspec-adapter.ts";
import { Arrivals } from "../streamspec-arrivals.ts";
import { openPage } from "../streamspec-browser.ts";
import { ERROR_FIELDS, type Message, messages, readerOf, refusal, requestOf } from "../streamspec-by-hand.ts";
import type { Observer } from "../streamspec-observation.ts";
import { DIALECTS } from "../streamspec-tables.ts";

await openPage();

/** The failure of a response that `onopen` refuses, as the page shows it for those with an error status and those that are no event stream. */
class Refused {
  readonly failure: object;

  constructor(failure: object) {
    this.failure = failure;
  }
}

/** Makes the call of the package, and yields what its events say; a refused response is a failure like one inside the stream. */
async function* answer(call: Call, given: AbortSignal): AsyncIterable<Message> {
  const left = new AbortController();
  const arrivals = new Arrivals<EventSourceMessage>(() => left.abort());
  const [url, init] = requestOf(call);
  let opened: Headers | undefined;
  fetchEventSource(url, {
    ...init,
    signal: AbortSignal.any([given, left.signal]),
    openWhenHidden: true,
    fetch,
    onopen: async (response) => {
      opened = response.headers;
      if (response.ok && opened.get("content-type")?.startsWith(EventStreamContentType)) return;
      // The body is read here, as the call aborts it with what is thrown. A 200 is no status of an error.
      const { status, ...failure } = await refusal(response);
      throw new Refused(response.ok ? failure : { status, ...failure });
    },
    onmessage: (message) => arrivals.push(message),
    // What is thrown here is thrown by the call; what is returned would make the request again.
    onerror: (error) => {
      throw error;
    },
  }).then(
    () => arrivals.end(),
    (error: unknown) => arrivals.end({ error }),
  );
  try {
    yield* messages(arrivals, () => opened, DIALECTS[call.api]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    yield { data: undefined, failure: error.failure };
  }
}

async function events(call: Call, seen: Observer): Promise<void> {
  const read = readerOf(call, seen);
  const signal = limit(call);
  await seen.iterate<Message>(
    () => answer(call, signal),
    ({ data, failure }) => {
      read(data);
      if (failure !== undefined) seen.errorItem("iterate", failure);
    },
  );
  // A call that its signal aborted ends like any other: the caller knows by the signal.
  if (signal.aborted) seen.signalled();
}

serve({
  // There is none: `fetch` is the platform's.
  client: () => {},
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
