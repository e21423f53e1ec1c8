import { generate } from "@decodekit/core";
import { loadModel, type ModelFiles } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative } from "@decodekit/speculative";
import { afterEach, describe, expect, test, vi } from "vitest";
import { countedRow, countingModel, straight, VOCAB_SIZE } from "../../support/counting-graph.ts";
import { countingModelWith } from "../../support/counting-model-with.ts";
import type { GraphNode } from "../../support/onnx-writer.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

afterEach(() => vi.restoreAllMocks());

/** "surplus", shape (1,): (rows - 1) × past. */
const surplus: readonly GraphNode[] = [
  { op: "Shape", inputs: ["past_key_values.0.key"], outputs: ["past shape"] },
  { op: "Gather", inputs: ["past shape", "two"], outputs: ["past"] },
  { op: "Sub", inputs: ["rows", "one"], outputs: ["more rows"] },
  { op: "Mul", inputs: ["more rows", "past"], outputs: ["surplus"] },
];

const failsOverPrefix = (): ModelFiles =>
  countingModelWith(
    [
      ...surplus,
      { op: "Add", inputs: ["surplus", "one"], outputs: ["elements"] },
      // A reshape of one element to more fails.
      { op: "Reshape", inputs: ["nothing", "elements"], outputs: ["zero logit"] },
      { op: "Add", inputs: ["counted", "zero logit"], outputs: ["logits"] },
    ],
    [{ name: "nothing", type: "float32", dims: [1], values: [0] }],
  );

/** Over a prefix, all rows of a pass are the last one. */
const mixesRowsOverPrefix = (): ModelFiles =>
  countingModelWith(
    [
      ...surplus,
      { op: "Min", inputs: ["surplus", "one"], outputs: ["is wrong"] },
      { op: "Sub", inputs: ["rows", "one"], outputs: ["last row"] },
      { op: "Gather", inputs: ["counted", "last row"], outputs: ["last logits"], attributes: { axis: 1 } },
      { op: "Equal", inputs: ["is wrong", "one"], outputs: ["wrong"] },
      { op: "Where", inputs: ["wrong", "last logits", "counted"], outputs: ["logits"] },
    ],
    [],
  );

async function loadAsItIs(source: ModelFiles) {
  const warnings: string[] = [];
  const model = await loadModel(source, { execution: "native", rewriting: false, onWarning: ({ message }) => warnings.push(message) });
  return { model, warnings };
}

describe("a graph that fails for several tokens over a prefix", () => {
  test("reads them one by one, says so, and decodes as others do", async () => {
    const { model, warnings } = await loadAsItIs(failsOverPrefix());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("one by one");
    expect(model.causal.capabilities).toMatchObject({ multiTokenPasses: false, rewind: true });

    const session = await model.causal.createSession();
    await session.forward(Int32Array.of(1, 2));
    const rows = await session.forward(Int32Array.of(3, 1, 2), { rows: 2 });
    expect([...rows.row(0)]).toEqual([...countedRow(straight([1, 2, 3, 1]))]);
    expect([...rows.row(1)]).toEqual([...countedRow(straight([1, 2, 3, 1, 2]))]);
    expect(() => rows.row(2)).toThrow(RangeError);

    const decode = async (decoder: ReturnType<typeof greedy>) => {
      const { tokens } = await generate(model, Int32Array.of(1, 2, 1, 2), { decoder, maxNewTokens: 8, stopTokens: [] }).result;
      return [...tokens];
    };
    expect(await decode(speculative({ drafter: promptLookup(), draftLength: 3 }))).toEqual(await decode(greedy()));
    await model.dispose();
  });
});

test("a graph whose rows depend on the others of their pass is loaded with a warning", async () => {
  const { model, warnings } = await loadAsItIs(mixesRowsOverPrefix());
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("may return another text");
  expect(model.causal.capabilities.rowConsistency).toBe("mixed");
  expect(model.causal.capabilities.multiTokenPasses).toBeUndefined();
  await model.dispose();
});

test("a graph without such a fault is loaded without a warning", async () => {
  const { model, warnings } = await loadAsItIs(countingModel());
  expect(warnings).toEqual([]);
  expect(model.causal.capabilities.multiTokenPasses).toBeUndefined();
  expect(model.causal.capabilities.rowConsistency).toBe("rounding");
  await model.dispose();
});

test("a graph that cannot be run after it was rewritten is opened again as it is", async () => {
  // Rows are cut before the projection, and the bias has one row for each of three tokens.
  const bias = Array.from({ length: 3 * VOCAB_SIZE }, (_, index) => index);
  const source = countingModelWith(
    [{ op: "Add", inputs: ["counted", "bias"], outputs: ["logits"] }],
    [{ name: "bias", type: "float32", dims: [1, 3, VOCAB_SIZE], values: bias }],
  );
  const { count } = await watchGraphs();
  const warnings: string[] = [];
  const model = await loadModel(source, { execution: "native", onWarning: ({ message }) => warnings.push(message) });
  expect(count).toEqual({ made: 2, released: 1 });
  expect(model.causal.capabilities).toMatchObject({ multiTokenPasses: false });
  expect(warnings[0]).toContain("one by one");
  await model.dispose();
  expect(count).toEqual({ made: 2, released: 2 });
});

test("a graph of which no pass succeeds is an error of loading, and is released", async () => {
  const source = countingModelWith(
    [
      { op: "Add", inputs: ["rows", "all and more"], outputs: ["elements"] },
      { op: "Reshape", inputs: ["nothing", "elements"], outputs: ["zero logit"] },
      { op: "Add", inputs: ["counted", "zero logit"], outputs: ["logits"] },
    ],
    [
      { name: "nothing", type: "float32", dims: [1], values: [0] },
      { name: "all and more", type: "int64", dims: [1], values: [7] },
    ],
  );
  const { count } = await watchGraphs();
  await expect(loadModel(source, { execution: "native" })).rejects.toThrow("Reshape");
  expect(count.released).toBe(count.made);
});
