/** The surfaces of LangChain's chat models, on the model that LangChain itself tests with. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AIMessageChunk } from "@langchain/core/messages";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import type { Call, Surface } from "./streamspec-adapter.ts";
import {
  MISSING_ERRORS,
  type Model,
  RETRYABLE,
  chunkReader,
  readEvent,
  readMessage,
  surfaces,
} from "./streamspec-langchain.ts";
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

test("a handler of a stream hears once how it ended", async () => {
  const surface = surfaces(["openai-chat"], () => ({}))["stream"]?.["openai-chat"] as Surface<Model>;
  class Failing extends FakeListChatModel {
    // eslint-disable-next-line require-yield -- it fails before its first item
    override async *_streamResponseChunks(): AsyncGenerator<never> {
      throw new Error("overloaded");
    }
  }
  for (const [model, notice] of [
    [fake(), "completed"],
    [new Failing({ responses: [] }), "failed"],
  ] as const) {
    const seen = new Observer("events", ["endings"]);
    await surface(call, seen, model as any);
    assert.deepEqual(seen.observation({}).endings, [notice]);
  }
});

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

test("tokens of chunks are added up, and those of events are the whole answer's so far", () => {
  const usage = (input_tokens: number, output_tokens: number) => ({ input_tokens, output_tokens, total_tokens: 0 });
  const chunk = (usage_metadata: object) => new AIMessageChunk({ content: "", usage_metadata } as any);
  const chunks = new Observer("events", ["usage"]);
  const read = chunkReader(chunks);
  read(chunk(usage(25, 1)));
  read(new AIMessageChunk({ content: "Hi" }));
  read(chunk(usage(0, 14)));
  assert.deepEqual(chunks.observation({}).usage, { input: 25, output: 15 });
  const events = new Observer("events", ["usage"]);
  readEvent(events, { event: "message-start", usage: usage(25, 1) });
  readEvent(events, { event: "message-finish", usage: usage(25, 15) });
  assert.deepEqual(events.observation({}).usage, { input: 25, output: 15 });
});

test("thoughts are blocks of reasoning, and what a provider brings beside the content", () => {
  const seen = new Observer("events", ["thinking"]);
  const content = [{ type: "thinking", thinking: "Let ", index: 0 }] as any;
  const read = chunkReader(seen);
  read(new AIMessageChunk({ content, response_metadata: { model_provider: "anthropic" } }));
  read(new AIMessageChunk({ content: "", additional_kwargs: { reasoning_content: "me " } }));
  readEvent(seen, {
    event: "content-block-delta",
    index: 0,
    delta: { type: "reasoning-delta", reasoning: "see." },
  });
  assert.deepEqual([seen.observation({}).thinking, seen.observation({}).text], ["Let me see.", ""]);
});

test("a content that is no text and no list, which the message itself cannot read, is passed over", () => {
  const seen = new Observer("events");
  const broken = new AIMessageChunk({ content: "" });
  broken.content = 42 as any;
  assert.throws(() => broken.text, TypeError);
  const read = chunkReader(seen);
  read(new AIMessageChunk({ content: "Hello" }));
  read(broken);
  assert.equal(seen.observation({}).text, "Hello");
});

test("a refusal is told only where the provider's package has it", () => {
  const seen = new Observer("final");
  readMessage(seen, new AIMessageChunk({ content: "" }));
  assert.equal(seen.observation({}).refusal, undefined);
  readMessage(seen, new AIMessageChunk({ content: "", additional_kwargs: { refusal: "No." } }));
  assert.equal(seen.observation({}).refusal, "No.");
});

test("the loaded core has errors of its own", () => {
  assert.deepEqual([MISSING_ERRORS, RETRYABLE.length], [[], 1]);
});
