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
  mdlm,
  refine,
  type RefineOptions,
  remdm,
  wino,
} from "../index.ts";

const named = (name: string): { readonly name: string } => ({ name });
const drawn = (name: string): object => ({ name, dependsOnSamples: true });

test.each<[string, RefineOptions, object]>([
  [
    "llada",
    llada(),
    { select: drawn("confidence"), schedule: named("fixed"), blockLength: 128, steps: 128, temperature: 0, canvas: "remaining" },
  ],
  ["llada, random", llada({ remasking: "random", blockLength: 4 }), { select: named("random"), blockLength: 4, steps: 4 }],
  [
    "llada 2.1",
    llada21(),
    { select: drawn("threshold"), schedule: named("adaptive"), revise: named("edit-above"), blockLength: 32, steps: 48, temperature: 0 },
  ],
  ["llada 2.1, extra steps", llada21({ blockLength: 8, extraSteps: 3 }), { blockLength: 8, steps: 11 }],
  [
    "dream",
    dream(),
    { select: named("entropy"), schedule: named("linear"), scores: "model", blockLength: 512, steps: 512, temperature: 0 },
  ],
  ["dream, drawn", dream({ algorithm: "maskgit-plus", temperature: 0.2 }), { select: drawn("confidence"), scores: "sampler" }],
  ["dream, margin", dream({ algorithm: "topk-margin" }), { select: named("margin"), schedule: named("linear") }],
  ["dream, origin", dream({ algorithm: "origin" }), { select: named("random"), schedule: named("ancestral") }],
  ["mdlm", mdlm(), { select: named("random"), schedule: named("ancestral"), blockLength: 128, steps: 128, temperature: 1 }],
  ["remdm", remdm(), { select: named("random"), revise: named("remdm-cap"), blockLength: 128, steps: 128, temperature: 1 }],
  [
    "mask-predict",
    maskPredict(),
    { schedule: named("all-at-once"), revise: named("mask-predict"), blockLength: 32, steps: 10, temperature: 0 },
  ],
  ["fast-dllm", fastDllm(), { select: drawn("threshold"), schedule: named("adaptive"), blockLength: 32, steps: 32, temperature: 0 }],
  ["fast-dllm, factor", fastDllm({ factor: 1 }), { select: drawn("factor") }],
  ["eb-sampler", ebSampler(), { select: named("entropy-bound"), schedule: named("adaptive"), blockLength: 32, steps: 32, temperature: 0 }],
  ["klass", klass(), { select: drawn("kl-stable"), schedule: named("adaptive"), blockLength: 32, steps: 32, temperature: 0 }],
  ["hierarchy", hierarchy(), { select: drawn("hierarchical"), schedule: named("adaptive"), revise: undefined, blockLength: 32, steps: 32 }],
  ["hierarchy, remasking", hierarchy({ remaskThreshold: 0.2 }), { revise: named("remask-below") }],
  ["wino", wino(), { select: drawn("threshold"), revise: named("revoke-doubted"), blockLength: 32, steps: 64, temperature: 0 }],
  ["d3pm", d3pm(), { select: named("random"), revise: { noise: "uniform" }, blockLength: 128, steps: 128, temperature: 1 }],
  [
    "diffusion-gemma",
    diffusionGemma(),
    {
      select: named("entropy-bound"),
      schedule: named("adaptive"),
      revise: named("redecide"),
      noise: "uniform",
      scores: "sampler",
      blockLength: 256,
      steps: 48,
      temperature: { first: 0.8, last: 0.4 },
    },
  ],
  ["diffusion-gemma, cold", diffusionGemma({ temperature: 0 }), { scores: "model", temperature: 0 }],
])("%s has the published parts and defaults", (_name, preset, expected) => {
  expect(preset).toMatchObject(expected);
});

const MASK = 2;

/** The known positions after each step. Token 0 has probability `confidences[position]` and token 1 the rest. */
async function knownAfterSteps(preset: RefineOptions, confidences: readonly number[]): Promise<string[]> {
  const masked = memoryMaskedModel({
    vocabSize: 3,
    contextLength: 32,
    maskTokenId: MASK,
    logitsAt: (_prefix, _canvas, index) => Float32Array.of(Math.log(confidences[index]!), Math.log(1 - confidences[index]!), 0),
  });
  const decode = refine(preset).decode({ masked }, Int32Array.of(0), { maxNewTokens: confidences.length });
  const { events } = await collectDecode(decode);
  return events.flatMap((event) =>
    event.type === "tokens-propose" ? [Array.from(event.tokens, (token) => (token === MASK ? "_" : "x")).join("")] : [],
  );
}

describe("by default", () => {
  const falling = [0.97, 0.94, 0.92, 0.905, 0.89, 0.7, 0.61, 0.59, 0.55];

  test("fast-dllm commits at a confidence of 0.9 or more", async () => {
    expect((await knownAfterSteps(fastDllm(), falling)).slice(0, 2)).toEqual(["xxxx_____", "xxxxx____"]);
    expect((await knownAfterSteps(fastDllm({ threshold: 0.6 }), falling))[0]).toBe("xxxxxxx__");
  });

  test("fast-dllm's factor bounds (n + 1)(1 - confidence)", async () => {
    // 2 · 0.03, 3 · 0.06, 4 · 0.08, 5 · 0.095, 6 · 0.11, 7 · 0.3.
    expect((await knownAfterSteps(fastDllm({ factor: 0.5 }), falling))[0]).toBe("xxxx_____");
    expect((await knownAfterSteps(fastDllm({ factor: 0.3 }), falling))[0]).toBe("xx_______");
  });

  test("eb-sampler bounds the total entropy without the last position at 0.1 nats", async () => {
    // Entropies 0.056, 0.078, 0.084.
    expect((await knownAfterSteps(ebSampler(), [0.99, 0.985, 0.983, 0.6]))[0]).toBe("xx__");
    expect((await knownAfterSteps(ebSampler({ bound: 0.14 }), [0.99, 0.985, 0.983, 0.6]))[0]).toBe("xxx_");
  });

  test("klass waits for 2 stable steps, then commits at a confidence of 0.9 or more", async () => {
    expect((await knownAfterSteps(klass(), falling)).slice(0, 3)).toEqual(["x________", "xx_______", "xxxx_____"]);
    expect((await knownAfterSteps(klass({ history: 1, threshold: 0.65 }), falling)).slice(0, 2)).toEqual(["x________", "xxxxxx___"]);
  });

  test("hierarchy commits at 0.9 or more, and the best of each run at 0.4 or more", async () => {
    expect((await knownAfterSteps(hierarchy(), [0.6, 0.95, 0.6, 0.91, 0.55])).slice(0, 2)).toEqual(["_x_x_", "xxxxx"]);
    const low = { threshold: 0.99, lowThreshold: 0.7 };
    expect((await knownAfterSteps(hierarchy(low), [0.6, 0.95, 0.6, 0.91, 0.55])).slice(0, 2)).toEqual(["_x___", "_x_x_"]);
  });

  test("wino commits at 0.6 or more, at most 0.7 of the open positions, with a limit of at least 5", async () => {
    expect((await knownAfterSteps(wino(), falling))[0]).toBe("xxxxxx___");
    expect((await knownAfterSteps(wino(), falling.slice(0, 6)))[0]).toBe("xxxxx_");
  });

  test("llada 2.1 commits at 0.95 or more", async () => {
    expect((await knownAfterSteps(llada21(), falling))[0]).toBe("x________");
    expect((await knownAfterSteps(llada21({ threshold: 0.9 }), falling))[0]).toBe("xxxx_____");
  });

  test("mask-predict predicts all positions, then the least likely ones again", async () => {
    expect((await knownAfterSteps(maskPredict({ steps: 3 }), falling)).slice(0, 3)).toEqual(["xxx______", "xxxxxx___", "xxxxxxxxx"]);
  });
});
