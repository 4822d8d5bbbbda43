/** Makes one call with `openai`, and prints what its caller sees. */

import OpenAI from "openai";

const timeout = 20000; // fill: timeout-ms
const maxRetries = 0; // fill: max-retries
// only: ask-tool
const weather = {
  name: "get_weather",
  description: "The weather in a city.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
// end
// only: openai-chat
const asked: OpenAI.Chat.ChatCompletionCreateParamsStreaming = {
  model: "gpt-5.2",
  stream: true,
  stream_options: { include_usage: true },
  messages: [{ role: "user", content: "Say hello, or ask for the weather in Paris." }],
  // only: ask-tool
  tools: [{ type: "function", function: weather }],
  // end
};
// end
// only: openai-responses
const request: OpenAI.Responses.ResponseCreateParamsStreaming = {
  model: "gpt-5.2",
  stream: true,
  input: "Say hello, or ask for the weather in Paris.",
  // only: ask-tool
  tools: [{ type: "function", strict: false, ...weather }],
  // end
};
// end
// only: test
export const OwnError = OpenAI.OpenAIError;
// end

/** Hands on what the SDK hands to its caller. */
export async function call(baseURL: string, item: (item: any) => void): Promise<void> {
  const client = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: "any", timeout, maxRetries });
  // only: openai-chat
  // only: create
  for await (const chunk of await client.chat.completions.create(asked)) item(chunk);
  // end
  // only: stream
  for await (const chunk of client.chat.completions.stream(asked)) item(chunk);
  // end
  // only: final
  item(await client.chat.completions.stream(asked).finalChatCompletion());
  // end
  // end
  // only: openai-responses
  // only: create
  for await (const event of await client.responses.create(request)) item(event);
  // end
  // only: stream
  for await (const event of client.responses.stream(request)) item(event);
  // end
  // only: final
  item(await client.responses.stream(request).finalResponse());
  // end
  // end
}

// only: test
/** The text in an item. */
export function textOf(item: any): string {
  // only: openai-chat
  if (item.choices) return item.choices.map((one: any) => (one.delta ?? one.message)?.content ?? "").join("");
  // end
  // only: openai-responses
  if (item.type === "response.output_text.delta") return item.delta;
  if (item.output_text) return item.output_text;
  // end
  return "";
}

/** The stop reason in an item. */
export function stopReasonOf(item: any): string | null {
  // only: openai-chat
  if (item.choices) return item.choices[0]?.finish_reason ?? null;
  // end
  // only: openai-responses
  if (item.type === "response.completed" || item.type === "response.incomplete") return item.response.status;
  if (item.object === "response") return item.status;
  // end
  return null;
}

// end
/** What the SDK says of an error, by its attributes. */
export function fieldsOf(error: any): { status: unknown; type: unknown; code: unknown } {
  return { status: error?.status, type: error?.type, code: error?.code };
}

// program
try {
  await call(process.env["BASE_URL"] ?? "http://127.0.0.1:8765", (item) => console.log("item:", JSON.stringify(item)));
  console.log("ended: returned");
} catch (error: any) {
  console.log("ended: raised");
  console.log("class:", error.constructor.name);
  console.log("message:", JSON.stringify(error.message));
  console.log("status:", fieldsOf(error).status);
  console.log("type:", fieldsOf(error).type);
}
