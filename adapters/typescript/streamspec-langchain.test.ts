/** The surfaces of LangChain's chat models, on the model that LangChain itself tests with. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AIMessageChunk } from "@langchain/core/messages";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import type { Call, Surface } from "./streamspec-adapter.ts";
import { MISSING_ERRORS, type Model, RETRYABLE, readMessage, surfaces } from "./streamspec-langchain.ts";
import { Observer } from "./streamspec-observation.ts";

const call: Call = { id: 1, api: "openai-chat", surface: "", base_url: "", timeout_ms: 0, max_retries: 0, ask: "text" };

function fake(): any {
  return new FakeListChatModel({ responses: ["Hello"] });
}

for (const [name, delivers] of [
  ["stream", "events"],
  ["stream-events", "events"],
  ["final", "final"],
] as const) {
  test(`${name} hands over the text`, async () => {
    const surface = surfaces(["openai-chat"], () => ({}))[name]?.["openai-chat"] as Surface<Model>;
    const seen = new Observer(delivers);
    await surface(call, seen, fake());
    assert.deepEqual([seen.observation({}).ended, seen.observation({}).text], ["returned", "Hello"]);
  });
}

test("a call whose arguments could not be parsed is not complete", () => {
  const pieces = ['{"city":"Paris"}', '{"city":"Ro{"city":'].map((args, index) => {
    return { id: `call-${index}`, name: `tool-${index}`, args, index };
  });
  const seen = new Observer("final");
  readMessage(seen, new AIMessageChunk({ content: "", tool_call_chunks: pieces }));
  assert.deepEqual(seen.observation({}).tool_calls, [
    { name: "tool-0", arguments: { city: "Paris" }, complete: true },
    { name: "tool-1", arguments: '{"city":"Ro{"city":', complete: false },
  ]);
});

test("the loaded core has errors of its own", () => {
  assert.deepEqual([MISSING_ERRORS, RETRYABLE.length], [[], 1]);
});
