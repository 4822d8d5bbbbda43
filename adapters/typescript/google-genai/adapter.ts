/** Drives `@google/genai` over `streamGenerateContent`; it has no finished answer of a stream, only its chunks. */

import { readFileSync } from "node:fs";
import {
  type ApiError,
  FinishReason,
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
  type Tool,
} from "@google/genai";
import { type Call, type ErrorFields, type Observer, list, serve } from "../streamspec-adapter.ts";

/** The status is all that the SDK offers; the body is text inside the message. */
const ERROR_FIELDS: ErrorFields<ApiError> = { status: [["attribute", "status"]] };

const WEATHER: Tool = {
  functionDeclarations: [
    {
      name: "get_weather",
      description: "The weather in a city.",
      parametersJsonSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  ],
};

const shared = new GoogleGenAI({ apiKey: "streamspec-no-key" });

function request(call: Call): GenerateContentParameters {
  return {
    model: "gemini-2.5-flash",
    contents: call.ask === "tool" ? "What is the weather in Paris?" : "Say hello.",
    config: {
      httpOptions: {
        baseUrl: call.base_url,
        timeout: call.timeout_ms,
        retryOptions: { attempts: call.max_retries + 1 },
        // No pool: an idle connection that goes away just as the next call takes it would look like that call's failure.
        headers: { connection: "close" },
      },
      ...(call.ask === "tool" ? { tools: [WEATHER] } : {}),
    },
  };
}

/** Reads one chunk. Function calls come whole, one a part, and are over when the candidate says so. */
function fold(seen: Observer, chunk: GenerateContentResponse): void {
  seen.stop(chunk?.promptFeedback?.blockReason);
  const candidate = list(chunk?.candidates)[0];
  for (const part of list(candidate?.content?.parts)) {
    if (!part?.thought) seen.addText(part?.text);
    if (part?.functionCall) seen.openTool(Symbol(), part.functionCall.name, part.functionCall.args ?? {});
  }
  seen.stop(candidate?.finishReason);
  if (candidate?.finishReason === FinishReason.STOP) seen.closeTools();
}

async function stream(call: Call, seen: Observer): Promise<void> {
  await seen.iterate<GenerateContentResponse>(
    () => shared.models.generateContentStream(request(call)),
    (chunk) => fold(seen, chunk),
  );
}

/** The SDK keeps its version to itself and its manifest out of its exports. */
function version(): string {
  const manifest = new URL("../../package.json", import.meta.resolve("@google/genai"));
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

serve({
  sdk: { name: "@google/genai", version: version() },
  errorBases: ["ApiError"],
  errorFields: ERROR_FIELDS,
  surfaces: { stream: { "gemini-generate": { delivers: "events", run: stream } } },
});
