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
  const { fed, forgetPasses } = await watchGraphs();
  const model = await loadModel(countingModel(options), { execution: "native", rewriting: false });
  forgetPasses();
  await readTwo(model.causal);
  expect(fed).toEqual([names]);
  await model.dispose();
});

test("a session that has read a tree or a canvas reads its tokens through the canvas graph, and other sessions do not", async () => {
  const { fed, forgetPasses } = await watchGraphs();
  const model = await loadModel(countingModel({ canvas: true }), { execution: "native", rewriting: false });
  forgetPasses();
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

test("a rewritten graph computes and returns only the rows that are asked for, and they are those of the graph as it is", async () => {
  const { fed, returned, forgetPasses } = await watchGraphs();
  const rowsOf = async (rewriting: boolean): Promise<number[][]> => {
    const model = await loadModel(countingModel(), { execution: "native", rewriting });
    forgetPasses();
    const session = await model.causal.createSession();
    const rows: number[][] = [];
    for (const [tokens, count] of [
      [Int32Array.of(1, 2, 3, 1), 1],
      [Int32Array.of(2, 3, 1), 2],
      [Int32Array.of(3, 3), 2],
    ] as const) {
      const logits = await session.forward(tokens, { rows: count });
      for (let row = 0; row < count; row++) rows.push([...logits.row(row)]);
    }
    await model.dispose();
    return rows;
  };
  const plain = await rowsOf(false);
  expect(returned).toEqual([4, 3, 2]);
  expect(await rowsOf(true)).toEqual(plain);
  expect(returned).toEqual([1, 2, 2]);
  expect(fed.at(-1)).toContain("num_logits_to_keep");
});
