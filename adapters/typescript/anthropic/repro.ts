/** Makes one call with `@anthropic-ai/sdk`, and prints what its caller sees. */

import Anthropic from "@anthropic-ai/sdk";

const timeout = 20000; // fill: timeout-ms
const maxRetries = 0; // fill: max-retries
const request: Anthropic.MessageCreateParamsNonStreaming = {
  model: "claude-sonnet-4-6",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Say hello, or ask for the weather in Paris." }],
  // only: ask-tool
  tools: [
    {
      name: "get_weather",
      description: "The weather in a city.",
      input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  ],
  // end
};
// only: test
export const OwnError = Anthropic.AnthropicError;
// end

/** Hands on what the SDK hands to its caller. */
export async function call(baseURL: string, item: (item: any) => void): Promise<void> {
  const client = new Anthropic({ baseURL, apiKey: "any", timeout, maxRetries });
  // only: create
  for await (const event of await client.messages.create({ ...request, stream: true })) item(event);
  // end
  // only: stream
  for await (const event of client.messages.stream(request)) item(event);
  // end
  // only: text
  await client.messages.stream(request).on("text", item).done();
  // end
  // only: final
  item(await client.messages.stream(request).finalMessage());
  // end
}

// only: test
/** The text in an item. */
export function textOf(item: any): string {
  // only: text
  if (typeof item === "string") return item;
  // end
  // only: create stream
  if (item.type === "content_block_delta" && item.delta.type === "text_delta") return item.delta.text;
  // end
  // only: final
  if (item.type === "message") return item.content.map((block: any) => block.text ?? "").join("");
  // end
  return "";
}

/** The stop reason in an item. */
export function stopReasonOf(item: any): string | null {
  // only: create stream
  if (item.type === "message_delta") return item.delta.stop_reason;
  // end
  // only: final
  if (item.type === "message") return item.stop_reason;
  // end
  return null;
}

// end
/** What the SDK says of an error, by its attributes. */
export function fieldsOf(error: any): { status: unknown; type: unknown; code: unknown } {
  return { status: error?.status, type: error?.type, code: error?.errorCode };
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
