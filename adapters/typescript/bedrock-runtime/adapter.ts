/** Drives `@aws-sdk/client-bedrock-runtime` over ConverseStream, and over the events of Anthropic's models as they are. */

import { Agent } from "node:http";
import {
  BedrockRuntimeClient,
  type BedrockRuntimeServiceException,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  InvokeModelWithResponseStreamCommand,
  type ResponseStream,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttp2Handler, NodeHttpHandler } from "@smithy/node-http-handler";
import { type Call, serve } from "../streamspec-adapter.ts";
import { REGION, converseReader, converseRequest } from "../streamspec-bedrock.ts";
import { sharesClient } from "../streamspec-caller.ts";
import { messagesReader } from "../streamspec-dialects.ts";
import type { ErrorFields, Reader } from "../streamspec-failure.ts";
import type { Observer } from "../streamspec-observation.ts";
import { messagesRequest } from "../streamspec-requests.ts";
import { get } from "../streamspec-values.ts";

/** Parsed JSON off the wire, of which nothing is known. */
type Json = any;

/** Reads the name of an error, which is the service's word for it but where it is that of a class of the platform. */
const nameOf: Reader = (error) => {
  const name = get(error, "name");
  return Object.hasOwn(globalThis, String(name)) ? undefined : name;
};

/** Reads `$retryable`, an object where the service's model says that the call may be made again, and else not there. */
const retryable: Reader = (error) => (get(error, "$retryable") ? true : undefined);

/** One of Anthropic's inside the stream is an event, with the error in it. */
const ERROR_FIELDS: ErrorFields<BedrockRuntimeServiceException & { error?: unknown }> = {
  status: [["attribute", "$metadata", "httpStatusCode"]],
  type: [nameOf],
  request_id: [["attribute", "$metadata", "requestId"]],
  retry_after: [["header", "$response", "headers", "retry-after"]],
  retryable: [retryable],
  bodies: [["error"]],
};

/** Makes a client of its own for each call; by itself it speaks HTTP/2, which begins without TLS where the endpoint is `http`. */
function makeClient(call: Call): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: REGION,
    credentials: { accessKeyId: "no-key", secretAccessKey: "no-secret" },
    endpoint: call.base_url,
    maxAttempts: call.max_retries + 1,
    requestHandler: call.base_url.startsWith("https:")
      ? new NodeHttp2Handler({ requestTimeout: call.timeout_ms })
      : new NodeHttpHandler({
          connectionTimeout: call.timeout_ms,
          requestTimeout: call.timeout_ms,
          socketTimeout: call.timeout_ms,
          throwOnRequestTimeout: true,
          httpAgent: new Agent({ keepAlive: sharesClient(call.caller) }),
        }),
  });
}

/** Returns the options of a call, whose signal ends it for a caller who cancels. */
function options({ signal }: Call) {
  return signal ? { abortSignal: signal } : {};
}

async function converse(call: Call, seen: Observer, client: BedrockRuntimeClient): Promise<void> {
  await seen.iterate<ConverseStreamOutput>(
    async () => items((await client.send(new ConverseStreamCommand(converseRequest(call)), options(call))).stream),
    converseReader(seen),
  );
}

/** Returns the events of a response, which the SDK's types leave out where there are none. */
function items<T>(stream: AsyncIterable<T> | undefined): AsyncIterable<T> {
  if (!stream) throw new Error("the response has no stream");
  return stream;
}

/** Yields what the chunks of a response hold, parsed as the documents show. */
async function* messages(body: AsyncIterable<ResponseStream>): AsyncIterable<Json> {
  const decoder = new TextDecoder();
  for await (const { chunk } of body) if (chunk) yield JSON.parse(decoder.decode(chunk.bytes));
}

async function invoke(call: Call, seen: Observer, client: BedrockRuntimeClient): Promise<void> {
  const { model: modelId, stream: _, ...asked } = messagesRequest(call);
  const body = JSON.stringify({ anthropic_version: "bedrock-2023-05-31", ...asked });
  const command = new InvokeModelWithResponseStreamCommand({ modelId, body });
  const read = messagesReader(seen);
  await seen.iterate<Json>(
    async () => messages(items((await client.send(command, options(call))).body)),
    (event) => {
      read(event);
      if (event?.type === "error") seen.errorItem("iterate", { message: event.error?.message, error: event });
    },
  );
}

serve({
  client: makeClient,
  errorFields: ERROR_FIELDS,
  surfaces: { converse: { "bedrock-converse": converse }, invoke: { "bedrock-invoke": invoke } },
});
