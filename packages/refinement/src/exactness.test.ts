import { type DecodeOptions, seededRandom } from "@decodekit/core";
import {
  exactDistribution,
  type JointModel,
  jointModel,
  type OutputDistribution,
  outputKey,
  randomJoint,
  totalVariation,
} from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import {
  adaptive,
  ancestral,
  confidence,
  entropy,
  entropyBound,
  factor,
  firstHitting,
  hierarchical,
  klStable,
  leftToRight,
  margin,
  randomOrder,
  refine,
  type RefineOptions,
  threshold,
} from "./index.ts";

const prompt = Int32Array.of(0);
const seeds = [1, 2];
const shape = { tokens: 3, length: 3 };

/** The output distribution of `options` on a joint distribution, over meanings of tokens. */
async function outputOf(model: JointModel, options: RefineOptions, decodeOptions: DecodeOptions): Promise<OutputDistribution> {
  const byTokens = await exactDistribution(refine({ temperature: 1, ...options }), { masked: model }, prompt, decodeOptions);
  const byMeaning = new Map<string, number>();
  for (const [key, probability] of byTokens) {
    const words = key.split(" ");
    const finishReason = words.pop()!;
    const meaning = [...words.map((word) => model.meaning(Number(word))), finishReason].join(" ");
    byMeaning.set(meaning, (byMeaning.get(meaning) ?? 0) + probability);
  }
  return byMeaning;
}

/** The joint distribution itself, with each text cut before its first stop token. */
function expectedOutput(joint: ReturnType<typeof randomJoint>, stopToken?: number): OutputDistribution {
  const expected = new Map<string, number>();
  for (const [text, probability] of joint.probabilities.entries()) {
    const tokens = Array.from(
      { length: joint.length },
      (_, at) => Math.floor(text / joint.tokens ** (joint.length - 1 - at)) % joint.tokens,
    );
    const stop = stopToken === undefined ? -1 : tokens.indexOf(stopToken);
    const key = stop < 0 ? outputKey(tokens, "length") : outputKey(tokens.slice(0, stop), "stop");
    expected.set(key, (expected.get(key) ?? 0) + probability);
  }
  return expected;
}

async function bias(options: RefineOptions, seed: number, size = shape, idsPerToken: 1 | 2 = 2): Promise<number> {
  const joint = randomJoint(seededRandom(seed), size);
  const actual = await outputOf(jointModel({ joint, idsPerToken }), options, { maxNewTokens: size.length });
  return totalVariation(actual, expectedOutput(joint));
}

const unbiased: readonly { readonly name: string; readonly options: RefineOptions }[] = [
  { name: "left to right", options: { select: leftToRight() } },
  { name: "random", options: { select: randomOrder() } },
  { name: "random, first-hitting", options: { select: randomOrder(), schedule: firstHitting() } },
  { name: "the greatest probability", options: { select: confidence() } },
  { name: "the greatest probability, drawn", options: { select: confidence({ orderTemperature: 0.5 }) } },
  { name: "margin", options: { select: margin() } },
  { name: "entropy", options: { select: entropy() } },
  { name: "entropy bound 0", options: { select: entropyBound({ bound: 0 }), schedule: adaptive() } },
  { name: "threshold 1", options: { select: threshold({ threshold: 1 }), schedule: adaptive() } },
  { name: "a small factor", options: { select: factor({ factor: 1e-9 }), schedule: adaptive() } },
  { name: "KL-stable at threshold 1", options: { select: klStable({ threshold: 1 }), schedule: adaptive() } },
  { name: "hierarchical at threshold 1", options: { select: hierarchical({ threshold: 1, lowThreshold: 1 }), schedule: adaptive() } },
  { name: "blocks of 2", options: { select: randomOrder(), blockLength: 2 } },
  { name: "blocks of 1", options: { blockLength: 1 } },
  { name: "blocks of 2, remaining positions shown", options: { blockLength: 2, canvas: "remaining" } },
];

describe.each(unbiased)("one token per step, by $name", ({ options }) => {
  test.each(seeds)("samples the joint distribution, seed %d", async (seed) => {
    expect(await bias(options, seed)).toBeLessThan(1e-12);
  });
});

test.each([
  { name: "4 tokens", options: { select: entropy() }, size: { tokens: 4, length: 3 } },
  { name: "4 positions", options: { select: margin() }, size: { tokens: 3, length: 4 } },
])("one token per step samples the joint distribution, $name", async ({ options, size }) => {
  for (const seed of seeds) expect(await bias(options, seed, size)).toBeLessThan(1e-12);
});

test("a stop token ends the text at its position, regardless of later tokens", async () => {
  const joint = randomJoint(seededRandom(9), shape);
  const model = jointModel({ joint });
  for (const select of [randomOrder(), leftToRight(), confidence()]) {
    const actual = await outputOf(model, { select }, { maxNewTokens: 3, stopTokens: [2, 5] });
    expect(totalVariation(actual, expectedOutput(joint, 2))).toBeLessThan(1e-12);
  }
});

const biased: readonly { readonly name: string; readonly options: RefineOptions }[] = [
  { name: "the probability of the drawn token", options: { select: confidence({ orderBy: "sampled-probability" }) } },
  { name: "threshold 1 on the drawn token", options: { select: threshold({ threshold: 1, orderBy: "sampled-probability" }) } },
  { name: "two per step", options: { select: randomOrder(), steps: 2 } },
  { name: "all at once", options: { steps: 1 } },
  { name: "threshold 0.4", options: { select: threshold({ threshold: 0.4 }), schedule: adaptive() } },
  { name: "ancestral sampling in 2 steps", options: { select: randomOrder(), schedule: ancestral(), steps: 2 } },
];

test.each(biased)("biased: $name", async ({ name, options }) => {
  // One id per token, since an order by drawn tokens draws at every open position of every step.
  const figures = await Promise.all(seeds.map((seed) => bias(options, seed, shape, 1)));
  console.log(`${name}: total variation ${figures.map((figure) => figure.toFixed(3)).join(", ")}`);
  expect(Math.min(...figures)).toBeGreaterThan(1e-3);
});
