/// <reference types="node" />
import { readFileSync } from "node:fs";
import { softmax } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { nucleus, temperature } from "./processors.ts";
import { topPSampler } from "./top-p.ts";

// Numbers from llama.cpp, onnxruntime-genai (MIT) and Hugging Face transformers (Apache-2.0); the file names its sources.
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

const all = (JSON.parse(readFileSync(new URL("../golden/sampling.json", import.meta.url), "utf8")) as { readonly cases: readonly Case[] })
  .cases;
const used = new Set<string>();

/** The cases of one operation, at least one. */
function casesOf(operation: string): readonly Case[] {
  const cases = all.filter((each) => each.operation === operation);
  if (cases.length === 0) throw new Error(`There is no golden case of the operation "${operation}".`);
  used.add(operation);
  return cases;
}

const context = { tokens: Int32Array.of(0), promptLength: 1 };

function rowOf({ probabilities, logits, vocabularySize = 0 }: Case["input"]): Float32Array {
  if (logits === "ln(id)") return Float32Array.from({ length: vocabularySize }, (_, token) => Math.log(token));
  return Float32Array.from(logits ?? probabilities!.map(Math.log));
}

const keptIn = (row: ArrayLike<number>, forbidden: number): readonly number[] =>
  Array.from(row).flatMap((value, token) => (value === forbidden ? [] : [token]));

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [token, value] of expected.entries()) expect(Math.abs(actual[token]! - value)).toBeLessThanOrEqual(tolerance);
}

describe("numbers of other implementations", () => {
  test.each(casesOf("top-p"))("$name", ({ input, options, expected, tolerance }) => {
    const row = rowOf(input);
    const distribution = topPSampler({ p: options.p }).distribution(row, context);
    nucleus(options.p!)(row, context);
    expect(keptIn(row, -Infinity)).toEqual(expected.kept);
    expect(keptIn(distribution, 0)).toEqual(expected.kept);
    // If the source does not renormalise, its numbers are those before truncation.
    if (expected.probabilities)
      expectClose(expected.renormalised === false ? row.map(Math.exp) : distribution, expected.probabilities, tolerance);
  });

  test.each(casesOf("temperature"))("$name", ({ input, options, expected, tolerance }) => {
    const row = rowOf(input);
    const distribution = topPSampler({ p: 1, temperature: options.temperature }).distribution(row, context);
    temperature(options.temperature!)(row, context);
    if (expected.logits) expectClose(row, expected.logits, tolerance);
    if (expected.probabilities) {
      expectClose(distribution, expected.probabilities, tolerance);
      expectClose(softmax(row), expected.probabilities, tolerance);
    }
    expect(expected.logits ?? expected.probabilities, "an outcome to compare with").toBeDefined();
  });

  test.each(casesOf("distribution"))("$name", ({ input, options, expected, tolerance }) => {
    const distribution = topPSampler({ p: 1, ...options }).distribution(rowOf(input), context);
    expect(keptIn(distribution, 0)).toEqual(expected.kept);
    expectClose(distribution, expected.probabilities!, tolerance);
  });

  test.each(casesOf("order"))("$name", ({ input, options, expected }) => {
    const [step] = expected.steps!;
    // A p of 0 is out of range here. The single token that the source keeps is the most likely one.
    if (options.p === 0) expect(() => topPSampler({ p: 0 })).toThrow("p must be a number in (0, 1]");
    const p = options.p === 0 ? Number.MIN_VALUE : options.p;
    const kept = keptIn(topPSampler({ p }).distribution(rowOf(input), context), 0);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([step!.kept, step!.smallestId, step!.largestId]);
  });
});

test("every golden case is run", () => {
  expect(used).toEqual(new Set(all.map(({ operation }) => operation)));
});
