/** Tests of what calls of Bedrock have in common. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorType } from "./streamspec-bedrock.ts";
import { describeError } from "./streamspec-failure.ts";

test("the type of a response's error is in a header, before what the service adds", () => {
  const type = (headers: object) => describeError({ headers }, "open", { type: [errorType("headers")] }).type;
  const throttled = { value: "ThrottlingException", via: "header" };
  assert.deepEqual(
    type(new Headers({ "x-amzn-errortype": "ThrottlingException:http://internal.example/" })),
    throttled,
  );
  assert.deepEqual(type({ "x-amzn-errortype": "ThrottlingException" }), throttled);
  assert.equal(type(new Headers()), null);
});
