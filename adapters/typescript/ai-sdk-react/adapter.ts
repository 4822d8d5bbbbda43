/**
 * Drives `useChat` of `@ai-sdk/react` over a UI message stream: a page with the hook in jsdom, and in the same process the route that
 * answers it with `streamText`, as the documents of both show.
 */

import { type UIMessage, useChat } from "@ai-sdk/react";
import * as ai from "ai";
import { createElement, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { type Call, type Surface, limit, serve } from "../streamspec-adapter.ts";
import { BROKEN, TOOLS, stop } from "../streamspec-ai-sdk.ts";
import { makeModel } from "../streamspec-ai-sdk-models.ts";
import { Arrivals } from "../streamspec-arrivals.ts";
import { openPage } from "../streamspec-browser.ts";
import type { Observer } from "../streamspec-observation.ts";
import { promptOf } from "../streamspec-requests.ts";

const window = await openPage();

/** The route of the application. Without its `onError` the page is told of every failure that an error occurred, and no more. */
async function route(call: Call, model: ai.LanguageModel, request: Request): Promise<Response> {
  const { messages } = (await request.json()) as { messages: UIMessage[] };
  const result = ai.streamText({
    model,
    messages: await ai.convertToModelMessages(messages),
    maxRetries: call.max_retries,
    abortSignal: limit({ ...call, signal: request.signal }),
    ...(call.ask === "tool" ? { tools: TOOLS } : {}),
  });
  return result.toUIMessageStreamResponse({
    onError: (error) => (error instanceof Error ? error.message : JSON.stringify(error)),
  });
}

type Chat = ReturnType<typeof useChat>;

/** The end of an answer, as `onFinish` is told of it. */
type End = Parameters<NonNullable<ai.ChatInit<UIMessage>["onFinish"]>>[0];

/** A page with one chat, in which a question is asked as soon as it is there. */
class Page {
  /** What the hook hands over with each rendering, until the answer has come to an end. */
  readonly shown: Arrivals<Chat>;
  end: End | undefined;
  last: Chat | undefined;
  readonly #call: Call;
  readonly #transport: ai.DefaultChatTransport<UIMessage>;
  #asked = false;

  constructor(call: Call, model: ai.LanguageModel) {
    this.#call = call;
    this.#transport = new ai.DefaultChatTransport({
      api: "http://127.0.0.1/api/chat",
      fetch: (url, init) => route(call, model, new Request(url, init)),
    });
    const root = createRoot(window.document.createElement("div"));
    this.shown = new Arrivals<Chat>(() => {
      void this.last?.stop();
      root.unmount();
    });
    root.render(createElement(() => this.#render()));
  }

  #render(): null {
    // The rendering that this brings has all states before it, too.
    const [over, setOver] = useState(false);
    const chat = useChat({ transport: this.#transport, onFinish: (end) => void (this.end = end) });
    useEffect(() => {
      this.last = chat;
      this.shown.push(chat);
      if (over) this.shown.end();
      if (this.#asked) return;
      this.#asked = true;
      chat.sendMessage({ text: promptOf(this.#call) }).then(
        () => setOver(true),
        (error: unknown) => this.shown.end({ error }),
      );
      const stop = () => void chat.stop();
      if (this.#call.signal?.aborted) stop();
      else this.#call.signal?.addEventListener("abort", stop);
    });
    return null;
  }
}

/** Returns the parts of the answer that a page shows. */
function partsOf(chat: Chat | undefined): UIMessage["parts"] {
  const message = chat?.messages.at(-1);
  return message?.role === "assistant" ? message.parts : [];
}

/** Reads a message as far as it has come. The client executes the calls whose input is available. */
function readParts(seen: Observer, parts: UIMessage["parts"]): void {
  for (const part of parts) {
    if (part.type === "text") seen.addText(part.text);
    if (part.type === "reasoning") seen.addThinking(part.text);
    if (!ai.isToolUIPart(part) || part.providerExecuted) continue;
    seen.openTool(part.toolCallId, ai.getToolName(part), part.input ?? {});
    seen.closeTool(part.toolCallId, part.input, part.state === "input-available");
  }
}

/** Reads the end, of which `onError` and `onFinish` tell together; a reason that says that the answer broke makes it no completion. */
function readEnd(seen: Observer, { finishReason, isAbort, isError }: End): void {
  const broken = isError || BROKEN.includes(finishReason ?? "");
  seen.heard(isAbort ? "aborted" : broken ? "failed" : "completed");
  if (isAbort) seen.signalled();
  else if (finishReason) stop(seen, finishReason, undefined);
}

const chat: Surface<ai.LanguageModel> = async (call, seen, model) => {
  const page = new Page(call, model);
  await seen.iterate(
    () => page.shown,
    () => {},
  );
  readParts(seen, partsOf(page.last));
  if (page.end) readEnd(seen, page.end);
  if (page.last?.error) seen.errorItem("iterate", page.last.error);
};

serve({
  client: makeModel,
  errorFields: {},
  surfaces: { "use-chat": { "anthropic-messages": chat, "openai-chat": chat } },
});
