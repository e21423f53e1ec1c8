import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import { expectCacheEquality, expectFreshRows } from "../support/expect-cache-equality.ts";

describe.each(["native", "wasm"] as const)("the cache in Node on %s", (execution) => {
  test("returns the same logits when rewound, when forked and when unused", async () => {
    const model = await loadModel(stories, { execution });
    await expectCacheEquality(model.causal, 30, { samePasses: 0, otherPasses: 1e-5 });
    await model.dispose();
  });

  test("returns the rows of a fresh session to every session that shares it, for any order of calls", async () => {
    const model = await loadModel(stories, { execution });
    await expectFreshRows(model.causal, 4, 1e-5);
    await model.dispose();
  });
});
