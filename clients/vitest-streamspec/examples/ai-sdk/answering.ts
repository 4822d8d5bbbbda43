/** A small application on the AI SDK: it streams an answer to its user, and hands the whole of it on. */

import { type LanguageModel, streamText } from "ai";

/** The answer is not whole. `text` is what the user has seen of it. */
export class AnswerFailed extends Error {
  override name = "AnswerFailed";
  readonly text: string;

  constructor(why: unknown, text: string) {
    super(why instanceof Error ? why.message : String(why), { cause: why });
    this.text = text;
  }
}

/** Shows an answer piece by piece and returns the whole of it, or throws `AnswerFailed`. */
export async function answer(
  model: LanguageModel,
  prompt: string,
  show: (piece: string) => void,
  settings: { maxRetries?: number; abortSignal?: AbortSignal } = {},
): Promise<string> {
  let text = "";
  let reason: string | undefined;
  try {
    // Without an `onError` of one's own the package prints every failure.
    const { fullStream } = streamText({ model, prompt, onError: () => {}, ...settings });
    for await (const part of fullStream) {
      if (part.type === "text-delta") {
        text += part.text;
        show(part.text);
      }
      // The provider's own word: the package has one of its own even where the provider has sent none.
      if (part.type === "finish-step") reason = part.rawFinishReason;
      // Failures are parts of the stream.
      if (part.type === "error") throw part.error;
      if (part.type === "abort") throw new Error("the answer took too long");
    }
  } catch (failed) {
    throw new AnswerFailed(failed, text);
  }
  // The connection may end in order, in the middle of an answer.
  if (reason === undefined || ["error", "content_filter"].includes(reason)) {
    throw new AnswerFailed(`the answer ended with ${reason}`, text);
  }
  return text;
}
