import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import { expectCacheEquality } from "../support/expect-cache-equality.ts";

describe("the cache in Chromium", () => {
  test("returns the same logits when rewound, when forked and when unused, on WASM", async () => {
    const model = await loadModel(stories, { execution: "wasm" });
    await expectCacheEquality(model.causal, 10, { samePasses: 0, otherPasses: 1e-5 });
    await model.dispose();
  });

  test("returns the same logits within 1e-3 when rewound, when forked and when unused, in GPU buffers", async () => {
    const model = await loadModel(stories, { execution: "webgpu" });
    await expectCacheEquality(model.causal, 2, { samePasses: 1e-3, otherPasses: 1e-3 });
    await model.dispose();
  });
});
