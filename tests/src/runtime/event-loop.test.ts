import { generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, expect, test } from "vitest";

let model: OnnxLanguageModel;
beforeAll(async () => {
  model = await loadModel(stories, { execution: "wasm" });
});
afterAll(() => model.dispose());

const decode = (signal?: AbortSignal) =>
  generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 200, stopTokens: [], signal }).result;

test("a timer runs while the thread decodes on WASM", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await decode();
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(1);
});

test("a timer aborts a decode on WASM, and 20 of them at once", async () => {
  const { tokens, finishReason } = await decode(AbortSignal.timeout(10));
  expect(finishReason).toBe("abort");
  expect(tokens.length).toBeLessThan(200);
  const results = await Promise.all(Array.from({ length: 20 }, () => decode(AbortSignal.timeout(10))));
  expect(results.map((result) => result.finishReason)).toEqual(results.map(() => "abort"));
});
