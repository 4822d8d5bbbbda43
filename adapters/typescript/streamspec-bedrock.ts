/** Bedrock's ConverseStream, and what all calls of Bedrock have in common. */

import type { Call } from "./streamspec-adapter.ts";
import type { Reader } from "./streamspec-failure.ts";
import type { Observer } from "./streamspec-observation.ts";
import { modelOf, PARAMETERS, promptOf, WEATHER } from "./streamspec-requests.ts";
import { DIALECTS } from "./streamspec-tables.ts";
import { get } from "./streamspec-values.ts";

/** Nothing asks the service that hands out credentials inside of Amazon's network. */
process.env["AWS_EC2_METADATA_DISABLED"] = "true";

export const REGION = "us-east-1";

/**
 * Returns the way to the type of a response's error, through the header in which Bedrock says it: what stands before a
 * colon and behind a namespace
 * (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization).
 */
export function errorType(...headers: string[]): readonly ["header", Reader] {
  return [
    "header",
    (error) => {
      const said = get(headers.reduce<unknown>(get, error), "x-amzn-errortype");
      return typeof said === "string" ? said.split(":")[0]?.split("#").at(-1) : undefined;
    },
  ];
}

export function converseRequest(call: Call) {
  const toolSpec = { ...WEATHER, inputSchema: { json: PARAMETERS } };
  return {
    modelId: modelOf(call),
    messages: [{ role: "user" as const, content: [{ text: promptOf(call) }] }],
    ...(call.ask === "tool" ? { toolConfig: { tools: [{ toolSpec }] } } : {}),
  };
}

/** An event of a content block, as far as it is read. */
interface BlockEvent {
  contentBlockIndex?: number | undefined;
  start?: { toolUse?: { name?: string | undefined; type?: string | undefined } | undefined } | undefined;
  delta?:
    | {
        text?: string | undefined;
        reasoningContent?: { text?: string | undefined } | undefined;
        toolUse?: { input?: string | undefined } | undefined;
      }
    | undefined;
}

/** An event of ConverseStream, whose one member has its name. */
export interface ConverseEvent {
  contentBlockStart?: BlockEvent | undefined;
  contentBlockDelta?: BlockEvent | undefined;
  contentBlockStop?: BlockEvent | undefined;
  messageStop?: { stopReason?: string | undefined } | undefined;
  metadata?:
    { usage?: { inputTokens?: number | undefined; outputTokens?: number | undefined } | undefined } | undefined;
}

const { end_calls: CALLING, limits: LIMITS } = DIALECTS["bedrock-converse"].stop_reasons;

/** Reads the events of an answer; a limit cuts the call in its last block, and a tool of the server is no call. */
export function converseReader(seen: Observer): (event: ConverseEvent) => void {
  let last: number | undefined;
  return (event) => {
    const { contentBlockStart, contentBlockDelta, contentBlockStop, messageStop, metadata } = event ?? {};
    const block = contentBlockStart ?? contentBlockDelta ?? contentBlockStop;
    const { contentBlockIndex: index, start, delta } = block ?? {};
    if (block) last = index;
    if (start?.toolUse && start.toolUse.type !== "server_tool_use") seen.openTool(index, start.toolUse.name, "");
    seen.addText(delta?.text);
    seen.addThinking(delta?.reasoningContent?.text);
    seen.addArguments(index, delta?.toolUse?.input);
    if (contentBlockStop) seen.closeTool(index);
    seen.stop(messageStop?.stopReason);
    if (CALLING.includes(messageStop?.stopReason)) seen.closeTools();
    if (LIMITS.includes(messageStop?.stopReason)) seen.closeTool(last, undefined, false);
    seen.count(metadata?.usage?.inputTokens, metadata?.usage?.outputTokens);
  };
}
