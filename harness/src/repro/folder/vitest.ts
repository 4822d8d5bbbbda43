{% for line in parts.about %}//{% if !line.is_empty() %} {{ line }}{% endif %}
{% endfor %}import { createServer, type Server, type Socket } from "node:net";
import { expect, test } from "vitest";
{{ parts.call }}
// The bytes of each answer, write by write, with the pauses and the end. The last answer is repeated.
type Step = { text?: string; base64?: string; pause_ms?: number };
const { answers }: { answers: { steps: Step[]; end: string; keep_alive: boolean }[] } = {{ parts.answers }};

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Plays the answers on 127.0.0.1. */
async function play(): Promise<{ url: string; requests: number; server: Server }> {
  const playing = { url: "", requests: 0, server: createServer({ allowHalfOpen: true, noDelay: true }) };
  playing.server.on("connection", (socket: Socket) => {
    let received = Buffer.alloc(0);
    let last = Promise.resolve();
    // The client may leave at any time.
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      const head = received.indexOf("\r\n\r\n");
      const length = Number(/content-length: *(\d+)/i.exec(received.toString("latin1"))?.[1] ?? 0);
      if (head < 0 || received.length < head + 4 + length) return;
      received = received.subarray(head + 4 + length);
      const answer = answers[Math.min(playing.requests++, answers.length - 1)]!;
      last = last.then(() => send(socket, answer));
    });
  });
  await new Promise<void>((resolve) => playing.server.listen(0, "127.0.0.1", resolve));
  const address = playing.server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on a port");
  playing.url = `http://127.0.0.1:${address.port}`;
  return playing;
}

async function send(socket: Socket, answer: (typeof answers)[number]): Promise<void> {
  for (const { text, base64, pause_ms: pause } of answer.steps) {
    if (pause !== undefined) {
      await sleep(pause);
      continue;
    }
    const bytes = text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
    await new Promise((resolve) => socket.write(bytes, resolve));
  }
  if (answer.end === "reset") socket.resetAndDestroy();
  if (answer.end === "eof" || (answer.end === "finish" && !answer.keep_alive)) socket.end();
}

function classesOf(error: unknown): string[] {
  const names = [];
  for (let kind = Object.getPrototypeOf(error ?? {}); kind; kind = Object.getPrototypeOf(kind)) {
    names.push(kind.constructor.name);
  }
  return names;
}

test("{{ parts.name }}", { timeout: {{ parts.deadline }}_000 }, async () => {
  const server = await play();
  const seen: { text: string; stopReason: string | null; error: any } = { text: "", stopReason: null, error: undefined };
  try {
    await call(server.url, (item) => {
      seen.text += textOf(item);
      seen.stopReason = stopReasonOf(item) ?? seen.stopReason;
    });
  } catch (error) {
    seen.error = error;
  }
{%- for [assertion, words] in assertions %}
  expect({{ assertion }}, "{{ words }}").toBe(true);
{%- endfor %}
  server.server.close();
});
