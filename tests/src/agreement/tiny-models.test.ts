import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { draftModel, speculative } from "@decodekit/speculative";
import { puzzles, stories, storiesDraft } from "@decodekit/tiny-models";
import type { SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { describe, expect, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedyTokens } from "../support/expect-greedy.ts";
import { countSolved, samplePuzzles } from "../support/solve-puzzles.ts";

const heldOut = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve("@decodekit/tiny-models/puzzles.json")), "utf8"),
) as SudokuPuzzle[];

describe.each(["native", "wasm"] as const)("the embedded models in Node on %s", (execution) => {
  test("the draft model shares the story model's vocabulary and costs a fifth of its weights", async () => {
    const [model, draft] = await Promise.all([loadModel(stories, { execution }), loadModel(storiesDraft, { execution })]);
    expect(draft.causal.vocabSize).toBe(model.causal.vocabSize);
    expect(draft.stopTokens).toEqual(model.stopTokens);
    expect(draft.parameters).toBeLessThan(model.parameters / 5);
    const text = golden.prompts[0]!.prompt;
    expect(draft.tokenizer.encode(text)).toEqual(model.tokenizer.encode(text));
    await Promise.all([model.dispose(), draft.dispose()]);
  });

  test("speculation with the draft model returns greedy's tokens, and most drafted tokens are accepted", async () => {
    const [model, draft] = await Promise.all([loadModel(stories, { execution }), loadModel(storiesDraft, { execution })]);
    const decoder = speculative({ drafter: draftModel(), draftLength: 4 });
    const pair = { ...model, draft: draft.causal };
    for (const { prompt, greedyTokens } of golden.prompts) await expectGreedyTokens(pair, prompt, greedyTokens, decoder);
    const { statistics } = await generate(pair, golden.prompts[0]!.prompt, { decoder, maxNewTokens: 64 }).result;
    expect(statistics.accepted).toBeGreaterThan(statistics.drafted / 3);
    await Promise.all([model.dispose(), draft.dispose()]);
  });
});

// Solved of 20: in any order with revision, and from left to right, where the needed digits are seldom known. The sample is fixed.
test("the puzzle model solves the recorded number of the first 20 held-out puzzles of each difficulty", async () => {
  const model = await loadModel(puzzles, { execution: "native", threads: 1 });
  const solved = await countSolved(model, samplePuzzles(heldOut, 20));
  console.log(`solved of 20, revising and from left to right: ${JSON.stringify(solved)}`);
  expect(solved).toEqual({ easy: [20, 9], medium: [20, 3], hard: [18, 6] });
  await model.dispose();
}, 300_000);

test("on WASM it solves as many of the first 2 as on native", async () => {
  const counts = [];
  for (const execution of ["native", "wasm"] as const) {
    const model = await loadModel(puzzles, { execution, threads: 1 });
    counts.push(await countSolved(model, samplePuzzles(heldOut, 2)));
    await model.dispose();
  }
  expect(counts[1]).toEqual(counts[0]);
}, 300_000);
