/** Drives `@anthropic-ai/sdk`: raw iterator, stream helper, text callback, final message, and a caller's handler. */

import Anthropic, { type APIError } from "@anthropic-ai/sdk";
import { VERSION } from "@anthropic-ai/sdk/version";
import {
  type Call,
  type ErrorFields,
  type Observer,
  type ToolCall,
  list,
  serve,
  silence,
} from "../streamspec-adapter.ts";
import { AnswerFailed, answer } from "./handler.ts";

/** `error` is the whole parsed body, `{"type":"error","error":{…},"request_id":…}`. */
const ERROR_FIELDS: ErrorFields<APIError & AnswerFailed> = {
  status: [["attribute", "status"]],
  type: [["attribute", "type"]],
  code: [
    ["attribute", "errorCode"],
    ["body", "error", "error", "code"],
    ["body", "error", "code"],
  ],
  request_id: [
    ["attribute", "requestID"],
    ["body", "error", "request_id"],
  ],
  retry_after: [["header", "headers", "retry-after"]],
  retryable: [["attribute", "retryable"]],
};

const TOOL: Anthropic.Tool = {
  name: "get_weather",
  description: "The weather in a city.",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** No pool: an idle connection that goes away just as the next call takes it would look like that call's failure. */
const shared = new Anthropic({ apiKey: "streamspec-no-key", defaultHeaders: { connection: "close" } });

function client(call: Call): Anthropic {
  return shared.withOptions({ baseURL: call.base_url, timeout: call.timeout_ms, maxRetries: call.max_retries });
}

function request(call: Call): Anthropic.MessageCreateParamsStreaming {
  return {
    model: "claude-opus-4-5",
    max_tokens: 1024,
    stream: true,
    messages: [{ role: "user", content: call.ask === "tool" ? "What is the weather in Paris?" : "Say hello." }],
    ...(call.ask === "tool" ? { tools: [TOOL] } : {}),
  };
}

/** Reads one raw event; both the iterator and the helper hand these over. */
function fold(seen: Observer, event: Anthropic.RawMessageStreamEvent): void {
  switch (event?.type) {
    case "content_block_start":
      if (event.content_block?.type === "text") seen.addText(event.content_block.text);
      if (event.content_block?.type === "tool_use")
        seen.openTool(event.index, event.content_block.name, event.content_block.input);
      break;
    case "content_block_delta":
      if (event.delta?.type === "text_delta") seen.addText(event.delta.text);
      if (event.delta?.type === "input_json_delta") seen.addArguments(event.index, event.delta.partial_json);
      break;
    case "content_block_stop":
      seen.closeTool(event.index);
      break;
    case "message_delta":
      seen.stop(event.delta?.stop_reason);
      break;
    default:
  }
}

async function create(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => client(call).messages.create(request(call)),
    (event) => fold(seen, event),
  );
}

async function stream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate(
    () => client(call).messages.stream(request(call)),
    (event) => fold(seen, event),
  );
}

async function text(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "iterate",
    () => {
      const running = client(call).messages.stream(request(call));
      return running.on("text", (delta) => seen.textEvent(delta)).done();
    },
    () => {},
  );
}

async function final(call: Call, seen: Observer): Promise<void> {
  await seen.settle(
    "finalize",
    () => client(call).messages.stream(request(call)).finalMessage(),
    (message) => read(seen, message),
  );
}

async function handler(call: Call, seen: Observer): Promise<void> {
  await seen.handle(
    () => answer(client(call), request(call), silence(call)),
    (message) => read(seen, message),
  );
}

/** Reads a finished message. */
function read(seen: Observer, message: Anthropic.Message): void {
  const tools: ToolCall[] = [];
  let words = "";
  for (const block of list(message.content)) {
    if (block?.type === "text") words += block.text;
    if (block?.type === "tool_use") tools.push({ name: block.name, arguments: block.input, complete: true });
  }
  seen.finished(words, tools, message.stop_reason);
}

serve({
  sdk: { name: "@anthropic-ai/sdk", version: VERSION },
  errorBases: ["AnthropicError", "AnswerFailed"],
  errorFields: ERROR_FIELDS,
  surfaces: {
    create: { "anthropic-messages": { delivers: "events", run: create } },
    stream: { "anthropic-messages": { delivers: "events", run: stream } },
    text: { "anthropic-messages": { delivers: "text", run: text } },
    final: { "anthropic-messages": { delivers: "final", run: final } },
    handler: { "anthropic-messages": { delivers: "final", run: handler } },
  },
});
