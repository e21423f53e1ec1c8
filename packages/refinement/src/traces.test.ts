/// <reference types="node" />
import { readFileSync } from "node:fs";
import { type RandomSource, seededRandom } from "@decodekit/core";
import { collectDecode, memoryMaskedModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import {
  d3pm,
  diffusionGemma,
  dream,
  ebSampler,
  fastDllm,
  hierarchy,
  klass,
  llada,
  llada21,
  maskPredict,
  refine,
  type RefineOptions,
  type RemdmVariant,
  wino,
} from "./index.ts";
import { remdmRates } from "./revise/remdm-rates.ts";

interface Recorded {
  /** The canvas after every step that changed it, as text: "4 11 / 4 7". */
  readonly traces: readonly { readonly rule: string; readonly seed: number; readonly canvases: string }[];
  /** The same with a stop token: the canvases until the decode ends, the text before the stop token, and the finish reason. */
  readonly stops: readonly {
    readonly rule: string;
    readonly seed: number;
    readonly stop: number;
    readonly canvases: string;
    readonly output: readonly number[];
    readonly ends: "stop" | "length";
  }[];
  /** Per step: probability that an open position is filled, and that a filled one is remasked. */
  readonly rates: readonly {
    readonly variant: RemdmVariant;
    readonly eta: number;
    readonly steps: number;
    readonly rates: readonly (readonly [commit: number, remask: number])[];
  }[];
}

// Created by reference/published_rules.py, which runs the published rules on the model below.
const recorded = JSON.parse(readFileSync(new URL("../reference/traces.json", import.meta.url), "utf8")) as Recorded;

const VOCAB_SIZE = 12;
const MASK = 11;
const LENGTH = 8;
const prompt = Int32Array.of(3, 1, 4);

/** `logits` of the script: a hash of the whole sequence. */
const model = (seed: number): ReturnType<typeof memoryMaskedModel> =>
  memoryMaskedModel({
    vocabSize: VOCAB_SIZE,
    contextLength: prompt.length + LENGTH,
    maskTokenId: MASK,
    logitsAt(prefix, canvas, index) {
      let state = seed;
      for (const value of [...prefix, ...canvas, prefix.length + index]) state = Math.imul(state ^ value, 16777619) >>> 0;
      return Float32Array.from({ length: VOCAB_SIZE }, (_, token) => {
        const hash = Math.imul(state ^ (token + 100), 2654435761) >>> 0;
        return token === MASK ? -Infinity : ((hash >>> 16) % 512) / 64;
      });
    },
  });

const rules: Readonly<Record<string, RefineOptions>> = {
  "llada, 4 blocks": llada({ blockLength: 2, steps: 2 }),
  "llada, 2 blocks": llada({ blockLength: 4, steps: 2 }),
  "llada, 3 steps": llada({ blockLength: 8, steps: 3 }),
  "dream, maskgit_plus": dream({ blockLength: 8, steps: 4, algorithm: "maskgit-plus" }),
  "dream, topk_margin": dream({ blockLength: 8, steps: 5, algorithm: "topk-margin" }),
  "dream, entropy": dream({ blockLength: 8, steps: 3 }),
  "fast-dllm, threshold": fastDllm({ blockLength: 4, threshold: 0.5 }),
  "fast-dllm, factor": fastDllm({ blockLength: 8, factor: 1.5 }),
  "eb-sampler": ebSampler({ blockLength: 8, bound: 2.5 }),
  klass: klass({ blockLength: 8, bound: 2.5, threshold: 0.3, history: 1 }),
  hierarchy: hierarchy({ blockLength: 8, threshold: 0.7, lowThreshold: 0.3 }),
  "mask-predict": maskPredict({ blockLength: 8, steps: 4 }),
  wino: wino({ blockLength: 8, threshold: 0.4, revokeThreshold: 0.5 }),
  "llada 2.1": llada21({ blockLength: 4, steps: 30, threshold: 0.6, editThreshold: 0.6, extraSteps: 3 }),
  "diffusion-gemma": diffusionGemma({ blockLength: 8, steps: 9, bound: 1.5, confidenceThreshold: 0.6 }),
  "diffusion-gemma, cold": diffusionGemma({
    blockLength: 8,
    steps: 12,
    bound: 0.5,
    temperature: { first: 0.3, last: 0.1 },
    stabilityThreshold: 0,
    confidenceThreshold: 0.2,
  }),
  d3pm: d3pm({ blockLength: 8, steps: 6 }),
};

/** A draw recorded by the script, by step and position of the sequence: the first index whose cumulative sum exceeds it. */
function recordedRandom(seed: number, path: readonly number[] = []): RandomSource {
  return {
    ...seededRandom(seed),
    fork: (key) => recordedRandom(seed, [...path, key]),
    categorical(weights) {
      const [, step, stream, place] = path as [number, number, number, number];
      const position = stream === 0 ? place : prompt.length + place;
      let state = seed;
      for (const value of [stream, step, position]) state = Math.imul(state ^ value, 16777619) >>> 0;
      const uniform = ((Math.imul(state, 2654435761) >>> 16) % 1024) / 1024 + 1 / 2048;
      let left = uniform * Array.from(weights).reduce((sum, weight) => sum + weight, 0);
      return Array.from(weights).findIndex((weight) => (left -= weight) < 0);
    },
  };
}

test("every rule has its traces", () => {
  expect(Object.keys(rules)).toEqual([...new Set(recorded.traces.map(({ rule }) => rule))]);
});

test.each(recorded.traces)("$rule, seed $seed: the same canvases as the published rule, step by step", async ({ rule, seed, canvases }) => {
  // The script's model reads the whole sequence, with later blocks masked.
  const decoder = refine({ ...rules[rule]!, canvas: "remaining" });
  const { events } = await collectDecode(
    decoder.decode({ masked: model(seed) }, prompt, { maxNewTokens: LENGTH, random: recordedRandom(seed) }),
  );
  const shown = events.flatMap((event) => (event.type === "tokens-propose" ? [event.tokens.join(" ")] : []));
  expect(shown.join(" / ")).toBe(canvases);
});

test.each(recorded.stops)(
  "$rule, seed $seed, ends at token $stop: the same canvases, and the text before it",
  async ({ rule, seed, stop, canvases, output, ends }) => {
    const decoder = refine({ ...rules[rule]!, canvas: "remaining" });
    const options = { maxNewTokens: LENGTH, random: recordedRandom(seed), stopTokens: [stop] };
    const { events, tokens, finishReason } = await collectDecode(decoder.decode({ masked: model(seed) }, prompt, options));
    const shown = events.flatMap((event) => (event.type === "tokens-propose" ? [event.tokens.join(" ")] : []));
    expect(shown.join(" / ")).toBe(canvases);
    expect([[...tokens], finishReason]).toEqual([output, ends]);
  },
);

test("every rule has traces that a stop token ends, and revising rules also traces with a temporary stop token", () => {
  expect(new Set(recorded.stops.flatMap(({ rule, ends }) => (ends === "stop" ? [rule] : [])))).toEqual(new Set(Object.keys(rules)));
  expect(recorded.stops.filter(({ ends }) => ends === "length").length).toBeGreaterThan(5);
});

describe("ReMDM", () => {
  test.each(recorded.rates)("$variant, $steps steps: the published rates", ({ variant, eta, steps, rates }) => {
    const plan = { variant, eta, timeOn: 0.55, timeOff: 0.05, alphaOn: 0.9 };
    for (const [step, [commit, remask]] of rates.entries()) {
      const actual = remdmRates(plan, step, steps);
      expect(Math.abs(actual.commit - commit)).toBeLessThan(1e-12);
      expect(Math.abs(actual.remask - remask)).toBeLessThan(1e-12);
    }
  });
});
