/** The interface with two cases, of which an outcome of `error` passes. It keeps what it was asked. */

import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

export interface Fake {
  root: string;
  asked: Asked[];
  end: () => void;
}

/** Starts it on a free port. */
export async function startFake(): Promise<Fake> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const one = { method: request.method ?? "", path: request.url ?? "", body: await read(request) };
    asked.push(one);
    const [status, value] = answered(one);
    response.writeHead(status).end(value === undefined ? "" : JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { root, asked, end: () => server.close() };
}

async function read(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const piece of request) text += piece;
  return text === "" ? undefined : JSON.parse(text);
}

function answered({ method, path, body }: Asked): [number, unknown] {
  if (path.startsWith("/api/v1/cases?match=broken")) return [400, { status: 400, error: "`broken` is not a pattern" }];
  if (path.startsWith("/api/v1/cases")) {
    const settings = { timeout_ms: 1000, max_retries: 0, declares_tool: false };
    const entry = (id: string) => ({ id, title: `About ${id}`, api: "openai-chat", settings, expect: [] });
    return [200, { cases: path.includes("none") ? [] : ["a/b/one", "a/b/two"].map(entry) }];
  }
  if (path === "/api/v1/sessions") {
    return [201, { id: "1-x", case: (body as { case: string }).case, nonce: "n", base_url: "http://here/session/1-x" }];
  }
  if (method === "DELETE") return [204, undefined];
  if (path.endsWith("/release")) return [200, { released: 2 }];
  const passes = (body as { outcome: string }).outcome === "error";
  return [200, { passes, status: passes ? "pass" : "fails", explanation: "BROKEN must outcome" }];
}
