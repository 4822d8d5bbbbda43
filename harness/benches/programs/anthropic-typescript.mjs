// The same calls as the adapter's `create`, in a bare loop: what the suite's overhead is measured against.

import { createRequire } from "node:module";
import { Agent } from "node:http";

const Anthropic = createRequire(`${process.cwd()}/`)("@anthropic-ai/sdk").default;
const [baseURL, calls, atOnce] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const close = { defaultHeaders: { connection: "close" }, httpAgent: new Agent({ keepAlive: false }) };
const request = {
  model: "claude-sonnet-4-6",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Say hello." }],
  stream: true,
};

/** One call, read to its end. */
async function call() {
  const client = new Anthropic({ ...close, apiKey: "no-key", baseURL, timeout: 20000, maxRetries: 0 });
  for await (const _event of await client.messages.create(request));
}

/** As many calls, with as many in flight. */
async function loop(number) {
  let left = number;
  const worker = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

await loop(atOnce);
const begun = performance.now();
await loop(calls);
console.log((performance.now() - begun) / 1000);
