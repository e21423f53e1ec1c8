/// <reference types="node" />
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hf, type HfOptions, vllm, type VllmOptions } from "./index.ts";

interface Case {
  readonly system: "transformers" | "vllm";
  readonly options: HfOptions & VllmOptions;
  readonly seed: number;
  /** Float32, little-endian, base64. */
  readonly probabilities: string;
}

const { cases, source } = JSON.parse(readFileSync(new URL("../golden/presets.json", import.meta.url), "utf8")) as {
  readonly source: readonly string[];
  readonly cases: readonly Case[];
};
const VOCAB = 1000;
const STOP_TOKENS = [3, 7];

/** The row, prefix and length of the prompt of a seed, as `row` of make_preset_goldens.py has them. */
function rowOf(seed: number): { readonly row: Float32Array; readonly tokens: Int32Array; readonly promptLength: number } {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const row = Float32Array.from({ length: VOCAB }, () => 6 * (next() + next() + next() - 1.5));
  return { row, tokens: Int32Array.from({ length: 48 }, () => Math.floor(next() * 20)), promptLength: 24 };
}

function probabilitiesOf({ probabilities }: Case): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(probabilities, "base64")).buffer);
}

test.each(cases.map((golden) => [golden.system, JSON.stringify(golden.options), golden] as const))(
  "%s %s: every probability of the chain is that of the system",
  (system, _, golden) => {
    const { row, ...context } = rowOf(golden.seed);
    const chain = system === "vllm" ? vllm(golden.options) : hf({ eos_token_id: STOP_TOKENS, ...golden.options });
    const expected = probabilitiesOf(golden);
    const actual = chain.distribution(row, context);
    expect(expected.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5);
    const worst = actual.reduce((most, probability, token) => Math.max(most, Math.abs(probability - expected[token]!)), 0);
    expect(worst).toBeLessThan(1e-5);
    expect([...actual.keys()].filter((token) => actual[token]! > 0)).toEqual([...expected.keys()].filter((token) => expected[token]! > 0));
  },
);

test("the numbers are of released versions", () => {
  expect(source).toEqual([expect.stringMatching(/transformers \d+\.\d+/u), expect.stringMatching(/vllm \d+\.\d+/u)]);
});
