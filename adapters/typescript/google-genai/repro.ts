/** Makes one call with `@google/genai`, and prints what its caller sees. */

import * as genai from "@google/genai";

const timeout = 20000; // fill: timeout-ms
const maxRetries = 0; // fill: max-retries
const model = "gemini-2.5-flash";
const question = "Say hello, or ask for the weather in Paris.";
const config: genai.GenerateContentConfig = {
  // only: ask-tool
  tools: [
    {
      functionDeclarations: [
        {
          name: "get_weather",
          description: "The weather in a city.",
          parametersJsonSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        },
      ],
    },
  ],
  // end
};
// only: test
export const OwnError = genai.ApiError;
// end

/** Hands on what the SDK hands to its caller. */
export async function call(baseUrl: string, item: (item: any) => void): Promise<void> {
  const client = new genai.GoogleGenAI({
    apiKey: "any",
    httpOptions: { baseUrl, timeout, retryOptions: { attempts: maxRetries + 1 } },
  });
  // only: stream
  const stream = await client.models.generateContentStream({ model, contents: question, config });
  for await (const chunk of stream) item(chunk);
  // end
  // only: chat
  const answer = await client.chats.create({ model, config }).sendMessageStream({ message: question });
  for await (const chunk of answer) item(chunk);
  // end
}

// only: test
/** The text in an item. */
export function textOf(item: any): string {
  const parts: any[] = item.candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
}

/** The stop reason in an item. */
export function stopReasonOf(item: any): string | null {
  return item.candidates?.[0]?.finishReason ?? item.promptFeedback?.blockReason ?? null;
}

// end
/** What the SDK says of an error, by its attributes. */
export function fieldsOf(error: any): { status: unknown; type: unknown; code: unknown } {
  return { status: error?.status, type: undefined, code: error?.status };
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
