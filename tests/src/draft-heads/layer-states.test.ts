import { loadModel } from "@decodekit/core/onnx";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { describe, expect, test, vi } from "vitest";
import { describeExports, differenceOf, folderOf, readGolden } from "../models/exported-models.ts";
import { countingModel } from "../support/counting-graph.ts";
import { circleTarget, TARGET_SIZE } from "../support/draft-head-graphs.ts";
import { watchGraphs } from "../support/watch-graphs.ts";

const EXECUTIONS = ["native", "wasm"] as const;

describe.each(EXECUTIONS)("hidden states after layers on %s", (execution) => {
  test.each([
    ["the story model", stories, [0, 2]],
    ["its draft model, whose sums are fused with norms", storiesDraft, [1, 0]],
    ["a graph of plain sums", circleTarget(), [2]],
  ] as const)("%s returns them, and its logits stay the same", async (_name, source, hiddenLayers) => {
    const [plain, rewritten] = [await loadModel(source, { execution }), await loadModel(source, { execution, hiddenLayers })];
    expect(rewritten.causal.capabilities.hiddenLayers).toEqual(hiddenLayers);
    const tokens = Int32Array.from({ length: 11 }, (_, index) => (5 * index + 1) % plain.causal.vocabSize);
    const [before, after] = [await plain.causal.createSession(), await rewritten.causal.createSession()];
    const expected = await before.forward(tokens, { rows: "all" });
    const actual = await after.forward(tokens, { rows: "all", layerStates: true });
    for (let row = 0; row < tokens.length; row++) expect(actual.row(row)).toEqual(expected.row(row));
    const whole = actual.layerStates!;
    expect(whole.values).toHaveLength(tokens.length * whole.size);
    expect(expected.layerStates).toBeUndefined();
    // The same states, in passes over a cache.
    await after.rewindTo(4);
    expect((await after.forward(tokens.subarray(4, 6))).layerStates).toBeUndefined();
    const rest = (await after.forward(tokens.subarray(6), { layerStates: true })).layerStates!;
    for (const [index, value] of rest.values.entries()) expect(value).toBeCloseTo(whole.values[6 * whole.size + index]!, 3);
    await Promise.all([plain.dispose(), rewritten.dispose()]);
  });
});

test("the states after the last layer are those from which the logits are computed", async () => {
  const model = await loadModel(circleTarget(), { execution: "native", hiddenLayers: [0, 2], hiddenStates: true });
  const session = await model.causal.createSession();
  const { layerStates, hiddenStates } = await session.forward(Int32Array.of(1, 5, 2), { layerStates: true });
  for (let token = 0; token < 3; token++) {
    const own = layerStates!.values.subarray(token * layerStates!.size + TARGET_SIZE, (token + 1) * layerStates!.size);
    expect(own).toEqual(hiddenStates!.values.subarray(token * TARGET_SIZE, (token + 1) * TARGET_SIZE));
  }
  await model.dispose();
});

test("the nodes of a tree have the states of their paths, and a long prompt those of all of its runs", async () => {
  const model = await loadModel(storiesDraft, { execution: "native", hiddenLayers: [0, 1] });
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(1, 2));
  const tree = (await session.forwardTree!(Int32Array.of(3, 4, 5), Int32Array.of(-1, 0, 0), { layerStates: true })).layerStates!;
  await session.forward(Int32Array.of(3));
  const path = (await session.forward(Int32Array.of(5), { layerStates: true })).layerStates!;
  for (const [index, value] of path.values.entries()) expect(tree.values[2 * tree.size + index]).toBeCloseTo(value, 3);
  const long = Int32Array.from({ length: 300 }, (_, index) => (7 * index) % 4096);
  await session.rewindTo(0);
  const all = (await session.forward(long, { layerStates: true })).layerStates!;
  expect(all.values).toHaveLength(300 * all.size);
  await model.dispose();
});

test("a pass that does not ask for them fetches nothing more, and one that does leaves no tensor", async () => {
  const { heldTensors } = await watchGraphs();
  const model = await loadModel(circleTarget(), { execution: "native", hiddenLayers: [0] });
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(1, 2), { layerStates: true });
  await session.forward(Int32Array.of(3));
  await session.dispose();
  expect(heldTensors()).toHaveLength(0);
  await model.dispose();
  vi.restoreAllMocks();
});

test.each([
  [{ hiddenLayers: [3] }, "got 3 layers with such sums, 0 to 2"],
  [{ hiddenLayers: [] }, "hiddenLayers must be an array of at least 1 layer, different integers >= 0"],
  [{ hiddenLayers: [1, 1] }, "hiddenLayers must be an array of at least 1 layer, different integers >= 0"],
  [{ hiddenLayers: [0], rewriting: false }, "rewriting must be left out or true"],
] as const)("%o is a typed error", async (options, message) => {
  await expect(loadModel(circleTarget(), { execution: "native", ...options })).rejects.toThrow(message);
});

test("a graph in which the stream is not found is refused with what was looked for", async () => {
  const loading = loadModel(countingModel(), { execution: "native", hiddenLayers: [0] });
  await expect(loading).rejects.toThrow(
    "the graph must be sums (Add, SkipSimplifiedLayerNormalization or SkipLayerNormalization) that lead from the embeddings through each layer",
  );
  const other = loadModel(circleTarget({ num_hidden_layers: 4 }), { execution: "native", hiddenLayers: [0] });
  await expect(other).rejects.toThrow("got 3 layers with such sums, 0 to 2, where config.json has 4.");
});

/** Exports whose last norm is an RMSNorm, by how far its factors may be from one another: rounding of float32, of float16, of 4 bits. */
const WITH_RMS_NORM = [
  ["optimum/llama", 1e-4],
  ["optimum/qwen2", 1e-4],
  ["optimum/qwen3", 1e-4],
  ["optimum/phi3", 1e-4],
  ["optimum/gemma2", 1e-4],
  ["optimum/gemma3_text", 1e-4],
  ["optimum/granite", 1e-4],
  ["optimum/olmo2", 1e-4],
  ["optimum/smollm3", 1e-4],
  ["genai/llama", 1e-4],
  ["genai/qwen3", 1e-4],
  ["genai/gemma3_text", 1e-4],
  ["genai/llama-int4", 1e-4],
  ["mobius/llama", 1e-4],
  ["quirks/llama-fp16", 1e-2],
] as const;

describeExports("hidden states after layers of exports", () => {
  test.each(WITH_RMS_NORM)(
    "%s: its logits stay transformers', and its last norm makes its last states of them",
    async (name, tolerance) => {
      const golden = readGolden({ name, kind: "causal" });
      const hiddenLayers = [0, 1];
      const model = await loadModel(folderOf({ name }), {
        execution: "native",
        hiddenLayers,
        hiddenStates: true,
        onWarning: () => undefined,
      });
      const session = await model.causal.createSession();
      const logits = await session.forward(golden.tokens, { rows: "all", layerStates: true });
      const allowed = (name.endsWith("int4") ? 6e-2 : name.endsWith("fp16") ? 4e-3 : 1e-5) * golden.largestLogit;
      for (let row = 0; row < logits.rows; row++) expect(differenceOf(logits.row(row), golden, row)).toBeLessThanOrEqual(allowed);
      const { size, values: normed } = logits.hiddenStates!;
      const { values, size: joined } = logits.layerStates!;
      expect(joined).toBe(2 * size);
      const ratiosOf = (token: number): Float64Array => {
        const state = values.subarray(token * joined + size, (token + 1) * joined);
        const rms = Math.sqrt(state.reduce((sum, value) => sum + value * value, 0) / size);
        return Float64Array.from(state, (value, place) => (normed[token * size + place]! * rms) / value);
      };
      // A value near 0 says little about its factor.
      const isLarge = (token: number, place: number): boolean => Math.abs(values[token * joined + size + place]!) > 0.1;
      const first = ratiosOf(0);
      for (let token = 1; token < golden.tokens.length; token++)
        for (const [place, ratio] of ratiosOf(token).entries())
          if (isLarge(0, place) && isLarge(token, place)) expect(Math.abs(ratio / first[place]! - 1)).toBeLessThan(10 * tolerance);
      await model.dispose();
    },
  );
});
