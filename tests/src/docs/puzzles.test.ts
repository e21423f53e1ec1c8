import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Decoder, generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { fastDllm, llada, refine, wino } from "@decodekit/refinement";
import { puzzles } from "@decodekit/tiny-models";
import { isSudokuSolution, SUDOKU_CELLS } from "@decodekit/tiny-models/sudoku";
import { afterAll, expect, test } from "vitest";
import heldOut from "../../../packages/tiny-models/golden/puzzles.json" with { type: "json" };

const folder = fileURLToPath(new URL("../../../apps/docs/src/content/docs/", import.meta.url));
const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((page) => page.endsWith(".mdx"));
const shown = pages.flatMap((page) =>
  [...readFileSync(path.join(folder, page), "utf8").matchAll(/"([.1-6]{36})=?"/gu)].map(([, clues]) => ({ page, clues: clues! })),
);

test("the puzzles on the pages are some that were held out from training, which have one solution each", () => {
  const unknown = shown.filter(({ clues }) => !heldOut.some((puzzle) => puzzle.clues === clues));
  expect(unknown).toEqual([]);
  expect(shown.length).toBeGreaterThan(0);
});

const model = await loadModel(puzzles, { execution: "native", threads: 1 });
afterAll(() => model.dispose());

// What the captions say: from left to right a mistake stays, in the order of certainty it is avoided.
test.each<[string, boolean, Decoder]>([
  ["greedy", false, greedy()],
  ["llada", true, refine(llada({ blockLength: SUDOKU_CELLS }))],
  ["fast-dllm", true, refine(fastDllm({ blockLength: SUDOKU_CELLS }))],
  ["wino", true, refine(wino({ blockLength: SUDOKU_CELLS }))],
])("%s solves them: %s", async (_, solves, decoder) => {
  for (const { clues } of shown) {
    const { text } = await generate(model, `${clues}=`, { decoder, maxNewTokens: SUDOKU_CELLS }).result;
    expect(isSudokuSolution(clues, text), clues).toBe(solves);
  }
});
