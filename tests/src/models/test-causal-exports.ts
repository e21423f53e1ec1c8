import { type CausalModel, generate } from "@decodekit/core";
import { type LoadModelOptions, loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { expect, test } from "vitest";
import { expectCacheEquality } from "../support/expect-cache-equality.ts";
import { casesOf, type ExportCase } from "./export-cases.ts";
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

async function greedyTokens(model: OnnxLanguageModel, { tokens, greedy: expected }: Golden): Promise<readonly number[]> {
  if (expected.length === 0) return [];
  const result = await generate(model, tokens, { decoder: greedy(), maxNewTokens: expected.length, stopTokens: [] }).result;
  return [...result.tokens];
}
