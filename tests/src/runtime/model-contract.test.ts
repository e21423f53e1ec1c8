import { testModel } from "@decodekit/conformance";
import { loadModel, type LoadModelOptions } from "@decodekit/core/onnx";
import { withProcessors } from "@decodekit/core/toolkit";
import { puzzles, stories } from "@decodekit/tiny-models";
import { afterAll, describe, test } from "vitest";
import { countingModel } from "../support/counting-graph.ts";

describe.each(["native", "wasm"] as const)("the contract of causal models on %s", (execution) => {
  const load = async (source: Parameters<typeof loadModel>[0], options: LoadModelOptions = {}) => {
    const model = await loadModel(source, { execution, ...options });
    afterAll(() => model.dispose());
    return model.causal;
  };

  describe("the story model", async () => {
    testModel(test, await load(stories), { tolerance: 1e-3 });
  });

  describe("the story model as it is", async () => {
    testModel(test, await load(stories, { rewriting: false }), { tolerance: 1e-3 });
  });

  describe("the story model with processors", async () => {
    testModel(test, withProcessors(await load(stories), [(row) => void (row[0]! -= 1)]), { tolerance: 1e-3 });
  });

  describe("the story model with its hidden states", async () => {
    testModel(test, await load(stories, { hiddenStates: true }), { tolerance: 1e-3 });
  });

  describe("the puzzle model", async () => {
    testModel(test, await load(puzzles), { tolerance: 1e-3 });
  });

  describe("a graph of whole numbers", async () => {
    testModel(test, await load(countingModel()), { tolerance: 0 });
  });

  describe("a graph of whole numbers that reads trees", async () => {
    testModel(test, await load(countingModel({ canvas: true })), { tolerance: 0 });
  });
});
