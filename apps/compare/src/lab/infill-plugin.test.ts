import { generate, MissingModelError } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { makeLane } from "./decoders.ts";
import { gapOf } from "./infill-plugin.ts";

test("the text after the gap is split by the model's tokenizer, also with a comma, and the gap has its length", async () => {
  const { plugin, options = {} } = makeLane('infill:after="Tom, Mia and Ben were very happy.",length=6');
  const model = await loadModel(stories, { execution: "wasm", threads: 1 });
  const decoder = plugin.create(options, model);
  const { tokens, statistics } = await generate(model, "Tom met Mia.", { decoder, maxNewTokens: 20 }).result;
  expect(tokens.length).toBe(6);
  expect(statistics.targetPasses).toBeGreaterThan(0);
  await model.dispose();
});

test("without a model the options are checked, and decoding says what is missing", () => {
  for (const wrong of ["infill:after= ", "infill:length=0", "infill:length=65"]) expect(() => makeLane(wrong)).toThrow(/must be/);
  const { decoder } = makeLane("infill");
  expect(() => decoder.decode({} as never, Int32Array.of(1), {} as never)).toThrow(MissingModelError);
});

test("the output of an infilling lane has the tokens that it was given to start with, and its gap", () => {
  expect(gapOf({ options: { after: "x", length: 6 } })).toBe(6);
  expect(gapOf({ options: { after: "x", length: 4 }, start: [1, 2] })).toBe(6);
  expect(gapOf({ options: { length: 4 }, start: [1, 2] })).toBeUndefined();
});
