import type { CausalModel } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { afterEach, expect, test, vi } from "vitest";
import { countingModel } from "../../support/counting-graph.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

afterEach(() => vi.restoreAllMocks());

const readTwo = async (causal: CausalModel): Promise<void> => {
  const session = await causal.createSession();
  await session.forward(Int32Array.of(1, 2));
  await session.dispose();
};

test.each([
  [{}, ["input_ids", "attention_mask", "position_ids"]],
  [{ attentionMask: false }, ["input_ids", "position_ids"]],
  [{ positionIds: false }, ["input_ids", "attention_mask"]],
  [{ attentionMask: false, positionIds: false }, ["input_ids"]],
])("a graph is fed the inputs that it declares and no others: %j", async (options, names) => {
  const { fed } = await watchGraphs();
  const model = await loadModel(countingModel(options), { execution: "native" });
  await readTwo(model.causal);
  expect(fed).toEqual([names]);
  await model.dispose();
});

test("a session that has read a tree or a canvas reads its tokens through the canvas graph, and other sessions do not", async () => {
  const { fed } = await watchGraphs();
  const model = await loadModel(countingModel({ canvas: true }), { execution: "native" });
  const canvas = ["input_ids", "mode_ids", "position_ids", "attention_bias"];
  const causal = ["input_ids", "attention_mask", "position_ids"];
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(1));
  await session.forwardTree!(Int32Array.of(1), Int32Array.of(-1));
  await session.forward(Int32Array.of(1));
  await readTwo(model.causal);
  const masked = await model.masked!.createSession();
  await masked.commit(Int32Array.of(1));
  await masked.predict(Int32Array.of(1));
  expect(fed).toEqual([causal, canvas, canvas, causal, canvas, canvas]);
  await model.dispose();
});
