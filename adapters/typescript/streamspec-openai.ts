/** The parts that adapters of `openai`, and of what hands its events on, have in common. */

import { type ResponseEvent, responsesReader } from "./streamspec-dialects.ts";
import type { Observer } from "./streamspec-observation.ts";

/** An event of a response, as the package types it, with the members of those that are a failure. */
export type TypedResponseEvent = ResponseEvent & { message?: string; code?: string | null };

/** Reads typed events of a response, a failure among them, which their caller is handed as an item. */
export function typedResponsesReader(seen: Observer): (event: TypedResponseEvent) => void {
  const read = responsesReader(seen);
  return (event) => {
    read(event);
    if (event?.type === "response.failed") {
      const { message, code } = event.response?.error ?? {};
      seen.failureItem({ site: "iterate", class: "ResponseFailedEvent", message, code });
    } else if (event?.type === "error") {
      seen.failureItem({ site: "iterate", class: "ResponseErrorEvent", message: event.message, code: event.code });
    }
  };
}
