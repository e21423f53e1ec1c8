/// <reference types="node" />
import { readFileSync } from "node:fs";
import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { chain } from "../chain/chain.ts";
import { type WatermarkDetectorOptions, watermarkDetector, type WatermarkEvidence } from "./detector.ts";
import type { WatermarkKey } from "./green-tokens.ts";
import { watermark } from "./watermark.ts";

interface Case {
  readonly options: WatermarkDetectorOptions;
  readonly tokens: readonly number[];
  readonly expected: WatermarkEvidence;
}

const { cases } = JSON.parse(readFileSync(new URL("../../golden/watermarks.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

test.each(cases.map((golden) => [JSON.stringify(golden.options), golden] as const))(
  "the detector finds what transformers' detector finds: %s",
  (_, { options, tokens, expected }) => {
    const found = watermarkDetector(options)(tokens);
    expect([found.scored, found.green]).toEqual([expected.scored, expected.green]);
    expect(found.zScore).toBeCloseTo(expected.zScore, 9);
    expect(found.pValue).toBeCloseTo(expected.pValue, 6);
  },
);

const VOCAB = 200;

/** Draws a text of a model whose rows are random, with or without a watermark. */
function textWith(processors: Parameters<typeof chain>[0], length: number): Int32Array {
  const sampler = chain(processors);
  const random = seededRandom(1);
  const tokens = Int32Array.of(5);
  let text = tokens;
  for (let position = 1; position <= length; position++) {
    const row = Float32Array.from({ length: VOCAB }, () => 4 * random.uniform());
    const token = sampler.pick(sampler.distribution(row, { tokens: text, promptLength: 1 }), random.fork(position));
    text = Int32Array.from([...text, token]);
  }
  return text;
}

describe.each<WatermarkKey>([{}, { scheme: "selfhash", ratio: 0.4, contextWidth: 2 }])("with the key %o", (key) => {
  const detect = watermarkDetector({ ...key, vocabSize: VOCAB });

  test("a watermarked text is recognised, another is not, nor with another key", () => {
    const marked = textWith([watermark({ ...key, bias: 3 })], 120);
    expect(detect(marked).zScore).toBeGreaterThan(4);
    expect(detect(marked).pValue).toBeLessThan(1e-4);
    expect(Math.abs(detect(textWith([], 120)).zScore)).toBeLessThan(3);
    expect(Math.abs(watermarkDetector({ ...key, hashingKey: 12_345, vocabSize: VOCAB })(marked).zScore)).toBeLessThan(3);
  });
});

test("too few tokens are an error; so is a row before the first token of a context", () => {
  expect(() => watermarkDetector({ vocabSize: 9, contextWidth: 3 })([1, 2])).toThrow("tokens must be at least 4 tokens, got 2");
  const row = Float32Array.of(1, 2, 3);
  watermark({ contextWidth: 2 })(row, { tokens: Int32Array.of(1), promptLength: 1 });
  expect([...row]).toEqual([1, 2, 3]);
});
