import { rewriteFile } from "../../../packages/core/src/onnx/rewriting/graph-edit.ts";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type CausalModel, generate } from "@decodekit/core";
import { type LoadModelOptions, loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { expect, test } from "vitest";
import { expectCacheEquality, expectFreshRows } from "../support/expect-cache-equality.ts";
import { withSharedHeads } from "../../../packages/core/src/onnx/rewriting/shared-heads.ts";
import { casesOf, type ExportCase, whyNoTrees } from "./export-cases.ts";
import { allowedDifference, describeExports, differenceOf, folderOf, type Golden, readGolden } from "./exported-models.ts";

/** The ends of passes over a prompt of 24 tokens: all in one, one by one, and pieces, as drafts and chunks are read. */
const PASSES = {
  "in one pass": [24],
  "one by one": Array.from({ length: 24 }, (_, index) => index + 1),
  "in pieces": [5, 6, 13, 24],
} as const;

const CASES = casesOf("causal");

/** Defines the tests of all causal exports on one execution. Each has a file of its own, so that they run side by side. */
export function testCausalExports(execution: "native" | "wasm"): void {
  describeExports(`causal exports on ${execution}`, () => {
    test.each(CASES)("$name has transformers' logits, and the same when cached, rewound and forked", async (each) => {
      const golden = readGolden(each);
      const allowed = allowedDifference(each, golden, execution);
      const model = await load(each, { execution });
      for (const [passes, ends] of Object.entries(PASSES))
        expect(await largestDifference(model.causal, golden, ends), passes).toBeLessThanOrEqual(allowed);
      // Sums of other passes are rounded in another order, of the same pass in the same.
      await expectCacheEquality(model.causal, 2, { samePasses: 0, otherPasses: allowed });
      expect(await greedyTokens(model, golden)).toEqual(golden.greedy);
      await model.dispose();
    });

    test.each(CASES.filter((each) => whyNoTrees(each) === undefined))(
      "$name reads trees as their paths, and chains as without inputs for trees",
      async (each) => {
        const model = await load(each, { execution });
        expect(model.causal.capabilities.tree).toBe(true);
        expect(await readInPieces(model.causal, readGolden(each))).toEqual(await piecesWithoutTrees(each, execution));
        await expectFreshRows(model.causal, 1, allowedDifference(each, readGolden(each), execution));
        await model.dispose();
      },
    );

    test.each(CASES.filter((each) => whyNoTrees(each) !== undefined))("$name does not read trees, and says so", async (each) => {
      const model = await load(each, { execution });
      expect(model.causal.capabilities.tree).toBe(false);
      expect("forwardTree" in (await model.causal.createSession())).toBe(false);
      await model.dispose();
    });

    test.each(CASES)("$name without rewriting has transformers' logits in its last row", async (each) => {
      const golden = readGolden(each);
      const { tokens } = golden;
      const model = await load(each, { execution, rewriting: false });
      const session = await model.causal.createSession();
      await session.forward(tokens.subarray(0, 9));
      const row = (await session.forward(tokens.subarray(9))).row(0);
      expect(differenceOf(row, golden, tokens.length - 1)).toBeLessThanOrEqual(allowedDifference(each, golden, execution));
      await model.dispose();
    });
  });
}

async function load(each: ExportCase, options: LoadModelOptions): Promise<OnnxLanguageModel> {
  const warnings: string[] = [];
  const onWarning = ({ message }: { readonly message: string }): void => void warnings.push(message);
  const model = await loadModel(folderOf(each), { ...options, onWarning });
  expect(warnings).toEqual(each.message === undefined ? [] : [expect.stringContaining(each.message)]);
  return model;
}

/** Returns the largest difference to the golden logits, of all rows of passes that end at `ends`. */
async function largestDifference(model: CausalModel, golden: Golden, ends: readonly number[]): Promise<number> {
  const session = await model.createSession();
  let [start, largest] = [0, 0];
  for (const end of ends) {
    const logits = await session.forward(golden.tokens.subarray(start, end), { rows: "all" });
    for (let index = start; index < end; index++) largest = Math.max(largest, differenceOf(logits.row(index - start), golden, index));
    start = end;
  }
  await session.dispose();
  return largest;
}

/** Returns the logits of passes over several tokens, one token and several again. */
async function readInPieces(model: CausalModel, { tokens }: Golden): Promise<readonly Float32Array[]> {
  const session = await model.createSession();
  const rows: Float32Array[] = [];
  for (const [start, end] of [
    [0, 7],
    [7, 8],
    [8, 11],
  ]) {
    const logits = await session.forward(tokens.subarray(start, end), { rows: "all" });
    for (let index = 0; index < logits.rows; index++) rows.push(logits.row(index).slice());
  }
  await session.dispose();
  return rows;
}

/** Returns those logits of the graph as it is, but with heads that share keys and values, whose sums have another order. */
async function piecesWithoutTrees(each: ExportCase, execution: "native" | "wasm"): Promise<readonly Float32Array[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "decodekit-exports-"));
  try {
    cpSync(folderOf(each), folder, { recursive: true });
    const file = path.join(folder, each.modelFile ?? "model.onnx");
    const shared = existsSync(file) ? rewriteFile(readFileSync(file), withSharedHeads) : undefined;
    if (shared) writeFileSync(file, shared);
    const model = await loadModel(folder, { execution, rewriting: false, onWarning: () => undefined });
    const rows = await readInPieces(model.causal, readGolden(each));
    await model.dispose();
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function greedyTokens(model: OnnxLanguageModel, { tokens, greedy: expected }: Golden): Promise<readonly number[]> {
  if (expected.length === 0) return [];
  const result = await generate(model, tokens, { decoder: greedy(), maxNewTokens: expected.length, stopTokens: [] }).result;
  return [...result.tokens];
}
