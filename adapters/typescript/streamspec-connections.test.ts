/** Tests of the calls that share a connection. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { Call } from "./streamspec-adapter.ts";
import { connections, headers, inPoolOfItsOwn } from "./streamspec-connections.ts";

const call: Call = { id: 1, api: "openai-chat", surface: "", base_url: "", timeout_ms: 0, max_retries: 0, ask: "text" };
const twice: Call = { ...call, caller: { again: true } };
const atOnce: Call = { ...call, caller: { read: "all", again: false, "at-once": 2 } };
const once: Call = { ...call, caller: { read: { "stop-after": 1 }, again: false } };

test("only a client that is called several times keeps its connections", () => {
  assert.deepEqual([call, once, twice, atOnce].map(headers), [
    { connection: "close" },
    { connection: "close" },
    {},
    {},
  ]);
  assert.deepEqual(connections(call).defaultHeaders, { connection: "close" });
  assert.deepEqual(connections(twice), {});
  const asked = { "x-asked": "1" };
  assert.deepEqual(connections({ ...call, headers: asked }).defaultHeaders, { connection: "close", ...asked });
  assert.deepEqual(connections({ ...twice, headers: asked }), { defaultHeaders: asked });
});

test("a pool of its own is shared with no other call", { timeout: 20_000 }, async (context) => {
  const server = createServer((request, response) => response.end(String(request.socket.remotePort)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** Asks three times, each time when the connection before has become idle, and tells the connections. */
  const ask = async (call: Call) => {
    const used = new Set<string>();
    for (let number = 0; number < 3; number += 1) {
      used.add(await (await fetch(url, { headers: headers(call) })).text());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return used;
  };
  const own = await Promise.all([inPoolOfItsOwn(() => ask(twice)), inPoolOfItsOwn(() => ask(twice))]);
  const plain = await ask(call);
  assert.deepEqual(
    [...own, plain].map(({ size }) => size),
    [1, 1, 3],
  );
  assert.equal(new Set([...own, plain].flatMap((used) => [...used])).size, 5);
});
