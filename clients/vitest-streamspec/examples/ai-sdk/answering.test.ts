/** The application on broken streams: it never takes a part of an answer for the whole. */

import { createOpenAI } from "@ai-sdk/openai";
import { forCases } from "vitest-streamspec";

import { AnswerFailed, answer } from "./answering.ts";

const NAMES = [
  "openai-chat/in-band/server-error",
  "openai-chat/in-band/documented-codes",
  "openai-chat/cut/{after,mid,no}-*",
  "openai-chat/benign/whole-answer",
];

// The application tells its caller in words that it failed, and has no fields for what the provider says.
const ignore = ["error.type", "error.code", "error.status"];

const late = "the package reads on behind `[DONE]`, and fails with the connection";
const known = {
  "openai-chat/cut/after-done-broken-connection#no-last-chunk": late,
  "openai-chat/cut/after-done-broken-connection#reset": late,
};

await forCases(NAMES, { ignore, known }, async (session, { settings }) => {
  const model = createOpenAI({ baseURL: `${session.baseURL}/v1`, apiKey: "any" }).chat("gpt-5.2");
  const abortSignal = AbortSignal.timeout(settings.timeout_ms);
  try {
    const text = await answer(model, "What is a stream?", () => {}, { maxRetries: settings.max_retries, abortSignal });
    return { outcome: "completed", text };
  } catch (failed) {
    if (!(failed instanceof AnswerFailed)) throw failed;
    return { outcome: "error", text: failed.text, error: { message: failed.message, foreign: false } };
  }
});
