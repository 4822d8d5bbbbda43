import assert from "node:assert/strict";
import { test } from "node:test";

import { Arrivals } from "./streamspec-arrivals.ts";

/** Reads at most `most` items, and returns them with the error behind them. */
async function read(arrivals: Arrivals<number>, most = Infinity): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const item of arrivals) {
      seen.push(item);
      if (seen.length >= most) break;
    }
  } catch (error) {
    seen.push(error);
  }
  return seen;
}

test("what has arrived is handed over before the end, and before an error", async () => {
  for (const over of [{}, { error: "broken" }]) {
    const arrivals = new Arrivals<number>(() => {});
    arrivals.push(1);
    const seen = read(arrivals);
    await new Promise((done) => setImmediate(done));
    arrivals.push(2);
    arrivals.end(over);
    arrivals.end({ error: "later" });
    assert.deepEqual(await seen, [1, 2, ...Object.values(over)]);
  }
});

test("who leaves the loop is told of, and so is its end", async () => {
  let left = 0;
  const arrivals = new Arrivals<number>(() => void (left += 1));
  arrivals.push(1);
  arrivals.push(2);
  assert.deepEqual(await read(arrivals, 1), [1]);
  assert.equal(left, 1);
});
