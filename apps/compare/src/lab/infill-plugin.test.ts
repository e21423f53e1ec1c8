import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { makeLane } from "./decoders.ts";
import { withTokens } from "./infill-plugin.ts";

const specification = "infill:after=They were very happy.,length=6";

test("the text after the gap becomes its tokens, and the gap has its length", async () => {
  const { plugin, options = {} } = makeLane(specification);
  const model = await loadModel(stories, { execution: "wasm", threads: 1 });
  const ready = await withTokens(plugin, options, (text) => model.tokenizer.encode(text, { addSpecialTokens: false }));
  const suffix = Int32Array.from(String(ready["tokens"]).split(" ").map(Number));
  expect(model.tokenizer.decode(Int32Array.of(...model.tokenizer.encode("Tom met Mia."), ...suffix))).toBe(
    "Tom met Mia. They were very happy.",
  );
  const { tokens } = await generate(model, "Tom met Mia.", { decoder: plugin.create(ready), maxNewTokens: 20 }).result;
  expect(tokens.length).toBe(6);
  await model.dispose();
});

test("other decoders keep their options, and invalid options are rejected", async () => {
  const { plugin, options = {} } = makeLane("top-p:p=0.9");
  expect(await withTokens(plugin, options, () => Int32Array.of(0))).toBe(options);
  for (const wrong of ["infill:after= ", "infill:length=0", "infill:length=65"]) expect(() => makeLane(wrong)).toThrow(/must be/);
});
