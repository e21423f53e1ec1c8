import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import { expectCacheEquality, expectFreshRows } from "./cache-equality.ts";

describe.each(["native", "wasm"] as const)("the cache in Node on %s", (execution) => {
  test("gives the same logits rewound, forked and not at all", async () => {
    const model = await loadModel(stories, { execution });
    await expectCacheEquality(model.causal, 30, { samePasses: 0, otherPasses: 1e-5 });
    await model.dispose();
  });

  test("gives each of several sessions that share it the rows of a fresh one, through any order of calls", async () => {
    const model = await loadModel(stories, { execution });
    await expectFreshRows(model.causal, 4, 1e-5);
    await model.dispose();
  });
});
