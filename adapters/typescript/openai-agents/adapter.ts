/** Drives `@openai/agents` over Responses and Chat Completions: the events of a run, its text stream, and its finished result. */

import {
  Agent,
  OpenAIProvider,
  Runner,
  type RunStreamEvent,
  extractAllTextOutput,
  isOpenAIChatCompletionsRawModelStreamEvent,
  isOpenAIResponsesRawModelStreamEvent,
  tool,
} from "@openai/agents";
import * as openai from "openai";
import { type Call, type Surface, serve, silence } from "../streamspec-adapter.ts";
import { connections } from "../streamspec-connections.ts";
import { readChatChunk } from "../streamspec-dialects.ts";
import type { ErrorFields } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { typedResponsesReader } from "../streamspec-openai.ts";
import { API_KEY, PARAMETERS, WEATHER, modelOf, promptOf } from "../streamspec-requests.ts";
import { list } from "../streamspec-values.ts";

/** Errors of the client that the provider is given come through as they are; the SDK's own have a message alone. */
const ERROR_FIELDS: ErrorFields<openai.APIError> = {
  status: [["attribute", "status"]],
  type: [["attribute", "type"]],
  code: [["attribute", "code"]],
  request_id: [["attribute", "requestID"]],
  retry_after: [["header", "headers", "retry-after"]],
  bodies: [["error"]],
};

function makeRunner(call: Call): Runner {
  const openAIClient = new openai.OpenAI({
    ...connections(call),
    apiKey: API_KEY,
    baseURL: `${call.base_url}/v1`,
    timeout: call.timeout_ms,
    maxRetries: call.max_retries,
  });
  const useResponses = call.api === "openai-responses";
  return new Runner({ modelProvider: new OpenAIProvider({ openAIClient, useResponses }), tracingDisabled: true });
}

/** A call that the SDK has executed, by the id that the model gave it. */
type Executed = { id: string | undefined; input: unknown };

type Result = Awaited<ReturnType<typeof start>>;

/** Starts a run that ends with the model's answer: the tool is executed, and its output is not sent back to the model. */
async function start(call: Call, runner: Runner, executed: Executed[] = []) {
  const weather = tool({
    ...WEATHER,
    parameters: { ...PARAMETERS, additionalProperties: true as const },
    strict: false,
    execute: (input, _, details) => {
      executed.push({ id: details?.toolCall?.callId, input });
      return "sunny";
    },
  });
  const agent = new Agent({
    name: "assistant",
    model: modelOf(call),
    modelSettings: { timeoutMs: silence(call) },
    tools: call.ask === "tool" ? [weather] : [],
    toolUseBehavior: "stop_on_first_tool",
  });
  return await runner.run(agent, promptOf(call), { stream: true, ...(call.signal ? { signal: call.signal } : {}) });
}

/** Reads the provider's own events, which the SDK documents to hand over, and remembers the place of each call. */
function eventReader(seen: Observer, places: Map<unknown, unknown>): (event: RunStreamEvent) => void {
  const readResponseEvent = typedResponsesReader(seen);
  return (event) => {
    if (isOpenAIChatCompletionsRawModelStreamEvent(event)) {
      const chunk = event.data.event;
      readChatChunk(seen, chunk);
      for (const { id, index } of list(list(chunk?.choices)[0]?.delta?.tool_calls)) if (id) places.set(id, index);
    } else if (isOpenAIResponsesRawModelStreamEvent(event)) {
      const raw = event.data.event;
      readResponseEvent(raw);
      if (raw?.type === "response.output_item.added" && raw.item?.type === "function_call") {
        places.set(raw.item.call_id, raw.output_index);
      }
    }
  };
}

/** A run that was cancelled ends its stream like any other, and says so beside it. */
function end(seen: Observer, result: Result | undefined): void {
  if (result?.cancelled) seen.signalled();
}

const events: Surface<Runner> = async (call, seen, runner) => {
  const places = new Map<unknown, unknown>();
  const executed: Executed[] = [];
  let result: Result | undefined;
  await seen.iterate<RunStreamEvent>(
    async () => (result = await start(call, runner, executed)),
    eventReader(seen, places),
    ({ type }) => type !== "agent_updated_stream_event",
  );
  for (const { id, input } of executed) {
    // A call may have no place.
    const key = places.has(id) ? places.get(id) : id;
    seen.openTool(key, WEATHER.name, "");
    seen.closeTool(key, input);
  }
  end(seen, result);
};

const text: Surface<Runner> = async (call, seen, runner) => {
  let result: Result | undefined;
  await seen.iterate<string>(
    async () => (result = await start(call, runner)).toTextStream() as ReadableStream<string>,
    (piece) => seen.addText(piece),
  );
  end(seen, result);
};

const final: Surface<Runner> = async (call, seen, runner) => {
  const executed: Executed[] = [];
  await seen.settle(
    "finalize",
    async () => {
      const result = await start(call, runner, executed);
      await result.completed;
      return result;
    },
    (result) => {
      const calls = executed.map(({ input }) => ({ name: WEATHER.name, arguments: input, complete: true }));
      const { inputTokens, outputTokens } = result.runContext.usage;
      const usage = { input: inputTokens, output: outputTokens };
      seen.finished(extractAllTextOutput(result.newItems), calls, undefined, { usage });
      end(seen, result);
    },
  );
};

const both = (surface: Surface<Runner>) => ({ "openai-chat": surface, "openai-responses": surface });

serve({
  client: makeRunner,
  sendsHeaders: true,
  exports: openai,
  errorFields: ERROR_FIELDS,
  cancellations: ["APIUserAbortError"],
  surfaces: { events: both(events), text: both(text), final: both(final) },
});
