import { loadModel } from "@decodekit/core/onnx";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import recorded from "./recorded-decodes.json" with { type: "json" };
import { decodeAll } from "./recorded-decodes.ts";

// In Node, every strategy runs on the same WebAssembly; here every third shows that Chromium computes the same.
const sample = Object.entries(recorded).filter((_, index) => index % 3 === 0);

test("strategies return the recorded tokens, on WASM in Chromium", async () => {
  const how = { execution: "wasm", threads: 1 } as const;
  const [model, draft] = await Promise.all([loadModel(stories, how), loadModel(storiesDraft, how)]);
  expect(sample.length).toBeGreaterThan(10);
  const names = sample.map(([name]) => name);
  expect(await decodeAll({ ...model, draft: draft.causal }, names)).toEqual(Object.fromEntries(sample));
  await Promise.all([model.dispose(), draft.dispose()]);
});
