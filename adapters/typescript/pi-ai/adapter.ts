/** Drives `@mariozechner/pi-ai` over four of its APIs: the events of a stream, and the finished message. */

import * as pi from "@mariozechner/pi-ai";
// The package loads the module of an API with its first call, which would keep that call from reading what has come.
import "@mariozechner/pi-ai/anthropic";
import "@mariozechner/pi-ai/google";
import "@mariozechner/pi-ai/openai-completions";
import "@mariozechner/pi-ai/openai-responses";
import { type Call, type Surface, serve } from "../streamspec-adapter.ts";
import { headers } from "../streamspec-connections.ts";
import type { ErrorFields, Site } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { API_KEY, PARAMETERS, WEATHER, modelOf, promptOf } from "../streamspec-requests.ts";
import type { EventApi } from "../streamspec-tables.ts";
import { list } from "../streamspec-values.ts";

/** A failure is a message with a text, so that there is nothing else to read. */
const ERROR_FIELDS: ErrorFields<Error> = {};

/** The SDK's name of each dialect, and what its base URL ends with. */
const APIS: Record<EventApi, { api: pi.KnownApi; provider: pi.KnownProvider; path: string }> = {
  "anthropic-messages": { api: "anthropic-messages", provider: "anthropic", path: "" },
  "openai-chat": { api: "openai-completions", provider: "openai", path: "/v1" },
  "openai-responses": { api: "openai-responses", provider: "openai", path: "/v1" },
  "gemini-generate": { api: "google-generative-ai", provider: "google", path: "/v1beta" },
};

/** Makes a model by hand, as the SDK documents for servers that are not in its list. */
function makeModel(call: Call): pi.Model<pi.Api> {
  const { api, provider, path } = APIS[call.api as EventApi];
  return {
    id: modelOf(call),
    name: modelOf(call),
    api,
    provider,
    baseUrl: `${call.base_url}${path}`,
    reasoning: false,
    input: ["text"],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 200_000,
    maxTokens: 1024,
    headers: { ...headers(call), ...call.headers },
  };
}

function context(call: Call): pi.Context {
  const messages: pi.Message[] = [{ role: "user", content: promptOf(call), timestamp: Date.now() }];
  return {
    messages,
    ...(call.ask === "tool" ? { tools: [{ ...WEATHER, parameters: PARAMETERS as pi.TSchema }] } : {}),
  };
}

function options(call: Call): pi.ProviderStreamOptions {
  const signal = call.signal ?? call.leaving;
  return {
    apiKey: API_KEY,
    timeoutMs: call.timeout_ms,
    maxRetries: call.max_retries,
    ...(signal ? { signal } : {}),
  };
}

/** Takes a message that says that the answer failed, or that its caller aborted it. */
function fail(seen: Observer, site: Site, message: pi.AssistantMessage): void {
  if (message?.stopReason === "aborted") seen.signalled();
  else seen.failureItem({ site, class: "AssistantMessage", message: message?.errorMessage });
}

/** Reads one event. The stop reason of a message that is not done is a placeholder, so it is taken off `done` alone. */
function readEvent(seen: Observer, event: pi.AssistantMessageEvent): void {
  const message = event.type === "done" ? event.message : event.type === "error" ? event.error : event.partial;
  seen.count(message?.usage?.input, message?.usage?.output);
  switch (event.type) {
    case "text_delta":
      seen.addText(event.delta);
      break;
    case "thinking_delta":
      seen.addThinking(event.delta);
      break;
    case "toolcall_start":
    case "toolcall_delta": {
      const block = event.partial.content[event.contentIndex];
      if (block?.type === "toolCall") seen.openTool(event.contentIndex, block.name, "");
      if (event.type === "toolcall_delta") seen.addArguments(event.contentIndex, event.delta);
      break;
    }
    case "toolcall_end":
      seen.openTool(event.contentIndex, event.toolCall.name, "");
      seen.closeTool(event.contentIndex, event.toolCall.arguments);
      break;
    case "done":
      seen.stop(event.reason);
      break;
    case "error":
      fail(seen, "iterate", event.error);
      break;
    default:
  }
}

const stream: Surface<pi.Model<pi.Api>> = async (call, seen, model) => {
  await seen.iterate(
    () => pi.stream(model, context(call), options(call)),
    (event) => readEvent(seen, event),
    ({ type }) => type !== "start",
  );
};

const complete: Surface<pi.Model<pi.Api>> = async (call, seen, model) => {
  await seen.settle(
    "finalize",
    () => pi.complete(model, context(call), options(call)),
    (message) => {
      const text = list(message.content).map((block) => (block.type === "text" ? block.text : ""));
      const thinking = list(message.content).map((block) => (block.type === "thinking" ? block.thinking : ""));
      const failed = message.stopReason === "error" || message.stopReason === "aborted";
      const calls = list(message.content).flatMap((block) => {
        return block.type === "toolCall" ? [{ name: block.name, arguments: block.arguments, complete: !failed }] : [];
      });
      const { input, output } = message.usage;
      seen.finished(text.join(""), calls, failed ? null : message.stopReason, {
        usage: { input, output },
        thinking: thinking.join(""),
      });
      if (failed) fail(seen, "finalize", message);
    },
  );
};

const all = (surface: Surface<pi.Model<pi.Api>>) => Object.fromEntries(Object.keys(APIS).map((api) => [api, surface]));

serve({
  client: makeModel,
  sendsHeaders: true,
  errorFields: ERROR_FIELDS,
  surfaces: { stream: all(stream), complete: all(complete) },
});
