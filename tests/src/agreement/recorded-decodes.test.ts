import { loadModel } from "@decodekit/core/onnx";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import recorded from "./recorded-decodes.json" with { type: "json" };
import { decodeAll } from "./recorded-decodes.ts";

// Recorded on WASM, before the renames of 0.1.0. WASM computes the same on every machine; on native, rounding may decide near ties.
test("every strategy returns the recorded tokens, on WASM", async () => {
  const how = { execution: "wasm", threads: 1 } as const;
  const [model, draft] = await Promise.all([loadModel(stories, how), loadModel(storiesDraft, how)]);
  expect(await decodeAll({ ...model, draft: draft.causal })).toEqual(recorded);
  await Promise.all([model.dispose(), draft.dispose()]);
});
