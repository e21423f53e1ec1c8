/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { softmax } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { nucleus, temperature } from "./processors.ts";
import { topPSampler } from "./top-p.ts";

// Numbers from the test suites of llama.cpp (MIT) and Hugging Face transformers (Apache-2.0), kept next to the repository.
const folder = new URL("../../../../shared/golden/", import.meta.url);
const files = ["llama-cpp-sampling.json", "hf-logits-process.json"];
const present = files.every((file) => existsSync(new URL(file, folder)));
if (!present) console.log(`The golden files (${files.join(", ")}) are not next to the repository: their cases are skipped.`);

interface Case {
  readonly name: string;
  readonly operation: string;
  readonly input: {
    readonly probabilities?: readonly number[];
    readonly logits?: readonly number[] | "ln(id)";
    readonly vocabularySize?: number;
  };
  readonly options: { readonly p?: number; readonly temperature?: number; readonly order?: readonly string[] };
  readonly expected: {
    readonly kept?: readonly number[];
    readonly logits?: readonly number[];
    readonly probabilities?: readonly number[];
    readonly renormalised?: boolean;
    readonly steps?: readonly { readonly kept: number; readonly smallestId: number; readonly largestId: number }[];
  };
  readonly tolerance: number;
}

const read = (file: string): readonly Case[] =>
  (JSON.parse(readFileSync(new URL(file, folder), "utf8")) as { readonly cases: readonly Case[] }).cases;
const cases = present ? files.flatMap(read) : [];
const context = { tokens: Int32Array.of(0), promptLength: 1 };

function rowOf({ probabilities, logits, vocabularySize = 0 }: Case["input"]): Float32Array {
  if (logits === "ln(id)") return Float32Array.from({ length: vocabularySize }, (_, token) => Math.log(token));
  return Float32Array.from(logits ?? probabilities!.map(Math.log));
}

const keptIn = (row: ArrayLike<number>, forbidden: number): readonly number[] =>
  Array.from(row).flatMap((value, token) => (value === forbidden ? [] : [token]));

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  for (const [token, value] of expected.entries()) expect(Math.abs(actual[token]! - value)).toBeLessThanOrEqual(tolerance);
}

describe.skipIf(!present)("numbers of other implementations", () => {
  test.each(cases.filter(({ operation }) => operation === "top-p"))("$name", ({ input, options, expected, tolerance }) => {
    const row = rowOf(input);
    const distribution = topPSampler({ p: options.p }).distribution(row, context);
    nucleus(options.p!)(row, context);
    expect(keptIn(row, -Infinity)).toEqual(expected.kept);
    expect(keptIn(distribution, 0)).toEqual(expected.kept);
    // Where the source does not renormalise, its numbers are those before the cut.
    if (expected.probabilities)
      expectClose(expected.renormalised === false ? row.map(Math.exp) : distribution, expected.probabilities, tolerance);
  });

  test.each(cases.filter(({ operation }) => operation === "temperature"))("$name", ({ input, options, expected, tolerance }) => {
    const row = rowOf(input);
    const distribution = topPSampler({ p: 1, temperature: options.temperature }).distribution(row, context);
    temperature(options.temperature!)(row, context);
    if (expected.logits) expectClose(row, expected.logits, tolerance);
    if (!expected.probabilities) return;
    expectClose(distribution, expected.probabilities, tolerance);
    expectClose(softmax(row), expected.probabilities, tolerance);
  });

  const alone = cases.filter(({ operation, options }) => operation === "order" && options.order?.join() === "top-p" && options.p! > 0);
  test.each(alone)("$name", ({ input, options, expected }) => {
    const kept = keptIn(topPSampler({ p: options.p }).distribution(rowOf(input), context), 0);
    const [step] = expected.steps!;
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([step!.kept, step!.smallestId, step!.largestId]);
  });
});
