import { greedySampler, InvalidOptionError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import * as refinement from "./index.ts";
import plugins from "./plugin.ts";

/** The package as used from plain JavaScript. */
const r = refinement as unknown as Readonly<Record<keyof typeof refinement, (options: object) => never>>;

// Invalid options and their error messages: where, which option, what was expected and what came.
describe("refine rejects", () => {
  test.each<[string, () => unknown]>([
    ["refine: steps must be an integer >= 1, got 0.", () => r.refine({ steps: 0 })],
    ["refine: blockLength must be an integer >= 1, got 1.5.", () => r.refine({ blockLength: 1.5 })],
    ["refine: temperature must be a number >= 0, or { first, last }, got -1.", () => r.refine({ temperature: -1 })],
    ['refine: temperature must be a number >= 0, or { first, last }, got "hot".', () => r.refine({ temperature: "hot" })],
    ["refine: temperature must be a number >= 0, or { first, last }, got null.", () => r.refine({ temperature: null })],
    ["refine: temperature must be a number >= 0, or { first, last }, got an object.", () => r.refine({ temperature: { first: 1 } })],
    [
      "refine: temperature must be a number >= 0, or { first, last }, got an object.",
      () => r.refine({ temperature: { first: -1, last: 0 } }),
    ],
    [
      "refine: temperature must be a number >= 0, or { first, last }, got an object.",
      () => r.refine({ temperature: { first: 0, last: -1 } }),
    ],
    [
      "refine: temperature must be a number >= 0, or { first, last }, got an object.",
      () => r.refine({ temperature: { first: 1, last: 0, middle: 1 } }),
    ],
    ['refine: scores must be "model" at temperature 0, got "sampler".', () => r.refine({ scores: "sampler" })],
    ['refine: scores must be one of "model", "sampler", got "mine".', () => r.refine({ scores: "mine", temperature: 1 })],
    ['refine: canvas must be one of "block", "remaining", got "all".', () => r.refine({ canvas: "all" })],
    ['refine: select must be a selection, such as confidence(), got "confidence".', () => r.refine({ select: "confidence" })],
    ["refine: schedule must be a schedule, such as fixed(), got an object.", () => r.refine({ schedule: r.confidence({}) })],
    ["refine: revise must be a revision, such as editAbove(), got an object.", () => r.refine({ revise: {} })],
    ['refine: noise must be one of "absorbing", "uniform", got "white".', () => r.refine({ noise: "white" })],
    ["refine: sampler must be a Sampler, for example topPSampler(), got 3.", () => r.refine({ sampler: 3 })],
    ["refine: processors must be an array of functions, got an array of 1.", () => r.refine({ processors: [1] })],
    ["refine: processors must be an array of functions, got 3.", () => r.refine({ processors: 3 })],
    [
      "refine: guidance must be guidance, such as classifierFree({ scale: 1 }), got an object.",
      () => r.refine({ guidance: { name: "classifier-free" } }),
    ],
    ["refine: temperature must be left out if a sampler is given, got 1.", () => r.refine({ temperature: 1, sampler: greedySampler })],
    [
      'refine: option "blocks" must be one of its options (select, schedule, revise, noise, guidance, temperature, sampler, scores, processors, steps, blockLength, canvas, original), got 3.',
      () => r.refine({ blocks: 3 }),
    ],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("a part rejects", () => {
  test.each<[string, () => unknown]>([
    ["classifierFree: scale must be a number > 0, got 0.", () => r.classifierFree({ scale: 0 })],
    ["classifierFree: scale must be a number > 0, got undefined.", () => r.classifierFree({})],
    ["confidence: orderTemperature must be a number > 0, got 0.", () => r.confidence({ orderTemperature: 0 })],
    ['confidence: orderBy must be one of "max-probability", "sampled-probability", got "x".', () => r.confidence({ orderBy: "x" })],
    ['margin: option "orderBy" must be one of its options (orderTemperature), got "x".', () => r.margin({ orderBy: "x" })],
    ["entropy: orderTemperature must be a number > 0, got -1.", () => r.entropy({ orderTemperature: -1 })],
    ["editAbove: threshold must be a number in [0, 1], got 1.1.", () => r.editAbove({ threshold: 1.1 })],
    ["editAbove: extraSteps must be an integer >= 0, got -1.", () => r.editAbove({ extraSteps: -1 })],
    ["threshold: threshold must be a number in [0, 1], got 2.", () => r.threshold({ threshold: 2 })],
    ['threshold: orderBy must be one of "max-probability", "sampled-probability", got 1.', () => r.threshold({ orderBy: 1 })],
    ["threshold: maxCount must be a function of the number of open positions, got 3.", () => r.threshold({ maxCount: 3 })],
    ["factor: factor must be a number > 0, got 0.", () => r.factor({ factor: 0 })],
    ['factor: orderBy must be one of "max-probability", "sampled-probability", got 1.', () => r.factor({ orderBy: 1 })],
    ["entropyBound: bound must be a number >= 0, got -1.", () => r.entropyBound({ bound: -1 })],
    ["klStable: threshold must be a number in [0, 1], got 2.", () => r.klStable({ threshold: 2 })],
    ["klStable: bound must be a number > 0, got 0.", () => r.klStable({ bound: 0 })],
    ["klStable: history must be an integer >= 1, got 0.", () => r.klStable({ history: 0 })],
    ['klStable: orderBy must be one of "max-probability", "sampled-probability", got 1.', () => r.klStable({ orderBy: 1 })],
    ["hierarchical: threshold must be a number in [0, 1], got 2.", () => r.hierarchical({ threshold: 2 })],
    ["hierarchical: lowThreshold must be a number in [0, 1], got -1.", () => r.hierarchical({ lowThreshold: -1 })],
    ['hierarchical: orderBy must be one of "max-probability", "sampled-probability", got 1.', () => r.hierarchical({ orderBy: 1 })],
    ['remasking: eta must be left out for the variant "confidence", got 0.1.', () => r.remasking({ variant: "confidence", eta: 0.1 })],
    ['remasking: timeOn must be left out for the variant "cap", got 0.5.', () => r.remasking({ variant: "cap", timeOn: 0.5 })],
    ['remasking: timeOff must be left out for the variant "cap", got 0.5.', () => r.remasking({ variant: "cap", timeOff: 0.5 })],
    ['remasking: alphaOn must be left out for the variant "cap", got 0.5.', () => r.remasking({ variant: "cap", alphaOn: 0.5 })],
    ["remasking: timeOff must be a number in (0, 0.5), got 0.5.", () => r.remasking({ variant: "loop", timeOn: 0.5, timeOff: 0.5 })],
    ["remasking: eta must be a number in (0, 1], got 0.", () => r.remasking({ eta: 0 })],
    ['remasking: variant must be one of "cap", "rescale", "confidence", "loop", got "x".', () => r.remasking({ variant: "x" })],
    ["remaskBelow: threshold must be a number in (0, 1], got 2.", () => r.remaskBelow({ threshold: 2 })],
    ["remaskDoubted: threshold must be a number in (0, 1], got 0.", () => r.remaskDoubted({ threshold: 0 })],
    ["remaskDoubted: leaveOneOut must be true or false, got 1.", () => r.remaskDoubted({ leaveOneOut: 1 })],
    ["revokeDoubted: threshold must be a number in [0, 1], got 2.", () => r.revokeDoubted({ threshold: 2 })],
    ["redecide: confidenceThreshold must be a number >= 0, got -1.", () => r.redecide({ confidenceThreshold: -1 })],
    ["redecide: stabilityThreshold must be an integer >= 0, got -1.", () => r.redecide({ stabilityThreshold: -1 })],
    ["linear: epsilon must be a number in [0, 1), got 1.", () => r.linear({ epsilon: 1 })],
    ['linear: option "a" must be one of its options (epsilon), got 1.', () => r.linear({ a: 1 })],
    ['fixed: option "a" must be one of its options (it has none), got 1.', () => r.fixed({ a: 1 })],
    ['cosine: option "a" must be one of its options (it has none), got 1.', () => r.cosine({ a: 1 })],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("a plan rejects", () => {
  test.each<[string, () => unknown]>([
    ["blockPlan: length must be a multiple of blockLength 3, got 10.", () => r.blockPlan({ length: 10, blockLength: 3, steps: 4 })],
    ["blockPlan: steps must be a multiple of the 2 blocks, got 3.", () => r.blockPlan({ length: 8, blockLength: 4, steps: 3 })],
    ["blockPlan: length must be an integer >= 1, got 0.", () => r.blockPlan({ length: 0, blockLength: 4, steps: 4 })],
    ["blockPlan: blockLength must be an integer >= 1, got 0.", () => r.blockPlan({ length: 8, blockLength: 0, steps: 4 })],
    ["blockPlan: steps must be an integer >= 1, got 0.", () => r.blockPlan({ length: 8, blockLength: 4, steps: 0 })],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("infill and rewrite reject", () => {
  test.each<[string, () => unknown]>([
    ["infill: suffix must be at least 1 token, got undefined.", () => r.infill({})],
    [
      "infill: length must be an integer >= 1, or { minimum, maximum } with 1 <= minimum <= maximum, got 0.",
      () => r.infill({ suffix: [1], length: 0 }),
    ],
    [
      "infill: length must be an integer >= 1, or { minimum, maximum } with 1 <= minimum <= maximum, got an object.",
      () => r.infill({ suffix: [1], length: { minimum: 3, maximum: 2 } }),
    ],
    [
      "infill: length must be an integer >= 1, or { minimum, maximum } with 1 <= minimum <= maximum, got an object.",
      () => r.infill({ suffix: [1], length: { minimum: 0, maximum: 2 } }),
    ],
    ["infill: suffix must be at least 1 token, got an array of 0.", () => r.infill({ suffix: [], length: 2 })],
    [
      "infill: length must be an integer >= 1, or { minimum, maximum } with 1 <= minimum <= maximum, got undefined.",
      () => r.infill({ suffix: [1] }),
    ],
    [
      'infill: option "blockLength" must be one of its options (select, schedule, revise, noise, guidance, temperature, sampler, scores, processors, steps, suffix, length), got 2.',
      () => r.infill({ suffix: [1], length: 2, blockLength: 2 }),
    ],
    ["rewrite: text must be at least 1 token, got undefined.", () => r.rewrite({})],
    [
      "rewrite: positions must be indices in [0, 2), each once, at least one, got an array of 1.",
      () => r.rewrite({ text: [1, 2], positions: [2] }),
    ],
    [
      "rewrite: positions must be indices in [0, 2), each once, at least one, got an array of 1.",
      () => r.rewrite({ text: [1, 2], positions: [-1] }),
    ],
    [
      "rewrite: positions must be indices in [0, 2), each once, at least one, got an array of 2.",
      () => r.rewrite({ text: [1, 2], positions: [0, 0] }),
    ],
    ["rewrite: text must be at least 1 token, got an array of 0.", () => r.rewrite({ text: [], positions: [] })],
    [
      "rewrite: positions must be indices in [0, 1), each once, at least one, got an array of 0.",
      () => r.rewrite({ text: [1], positions: [] }),
    ],
    [
      "rewrite: positions must be indices in [0, 1), each once, at least one, got an array of 1.",
      () => r.rewrite({ text: [1], positions: [0.5] }),
    ],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("a preset rejects", () => {
  test.each<[string, () => unknown]>([
    [
      'llada: option "threshold" must be one of its options (blockLength, steps, temperature, remasking), got 0.9.',
      () => r.llada({ threshold: 0.9 }),
    ],
    ['llada: remasking must be one of "low-confidence", "random", got "none".', () => r.llada({ remasking: "none" })],
    [
      'llada21: option "nothing" must be one of its options (blockLength, steps, temperature, threshold, editThreshold, extraSteps), got 1.',
      () => r.llada21({ nothing: 1 }),
    ],
    ["llada21: editThreshold must be a number in [0, 1], got 2.", () => r.llada21({ editThreshold: 2 })],
    ['dream: algorithm must be one of "origin", "maskgit-plus", "topk-margin", "entropy", got "o".', () => r.dream({ algorithm: "o" })],
    ['dream: orderTemperature must be left out for "origin", got 1.', () => r.dream({ algorithm: "origin", orderTemperature: 1 })],
    ["dream: orderTemperature must be a number > 0, got 0.", () => r.dream({ orderTemperature: 0 })],
    ['mdlm: option "nothing" must be one of its options (blockLength, steps, temperature), got 1.', () => r.mdlm({ nothing: 1 })],
    [
      'remdm: option "nothing" must be one of its options (blockLength, steps, temperature, variant, eta, timeOn, timeOff, alphaOn), got 1.',
      () => r.remdm({ nothing: 1 }),
    ],
    ["remdm: eta must be a number in (0, 1], got 2.", () => r.remdm({ eta: 2 })],
    [
      'maskPredict: option "nothing" must be one of its options (blockLength, steps, temperature), got 1.',
      () => r.maskPredict({ nothing: 1 }),
    ],
    ["fastDllm: threshold must be left out if factor is given, got 0.9.", () => r.fastDllm({ threshold: 0.9, factor: 1 })],
    ["fastDllm: threshold must be a number in [0, 1], got 2.", () => r.fastDllm({ threshold: 2 })],
    ["fastDllm: factor must be a number > 0, got 0.", () => r.fastDllm({ factor: 0 })],
    ["ebSampler: bound must be a number >= 0, got -1.", () => r.ebSampler({ bound: -1 })],
    [
      'klass: option "nothing" must be one of its options (blockLength, steps, temperature, threshold, bound, history), got 1.',
      () => r.klass({ nothing: 1 }),
    ],
    ["hierarchy: remaskThreshold must be a number in (0, 1], got 2.", () => r.hierarchy({ remaskThreshold: 2 })],
    ["wino: threshold must be a number in [0, 1], got 2.", () => r.wino({ threshold: 2 })],
    ["wino: revokeThreshold must be a number in [0, 1], got 2.", () => r.wino({ revokeThreshold: 2 })],
    ['d3pm: option "nothing" must be one of its options (blockLength, steps, temperature), got 1.', () => r.d3pm({ nothing: 1 })],
    ["diffusionGemma: bound must be a number >= 0, got -1.", () => r.diffusionGemma({ bound: -1 })],
    ["diffusionGemma: stabilityThreshold must be an integer >= 0, got -1.", () => r.diffusionGemma({ stabilityThreshold: -1 })],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("a hybrid rejects", () => {
  test.each<[string, () => unknown]>([
    ["arCritic: rounds must be an integer >= 1, got 0.", () => r.arCritic({ rounds: 0 })],
    ["arCritic: tolerance must be a number >= 0, got -1.", () => r.arCritic({ tolerance: -1 })],
    ["arCritic: blockLength must be an integer >= 1, got 0.", () => r.arCritic({ blockLength: 0 })],
    [
      'arCritic: option "guidance" must be one of its options (select, schedule, revise, noise, temperature, sampler, scores, processors, steps, blockLength, rounds, tolerance), got 1.',
      () => r.arCritic({ guidance: 1 }),
    ],
    ["arThenRefine: share must be a number in (0, 1], got 0.", () => r.arThenRefine({ share: 0 })],
    ["arThenRefine: share must be a number in (0, 1], got 1.1.", () => r.arThenRefine({ share: 1.1 })],
    ["arThenRefine: rounds must be an integer >= 1, got 0.", () => r.arThenRefine({ rounds: 0 })],
    ["arThenRefine: blockLength must be an integer >= 1, got 0.", () => r.arThenRefine({ blockLength: 0 })],
    ["confidenceCascade: threshold must be a number in [0, 1], got 1.5.", () => r.confidenceCascade({ threshold: 1.5 })],
    ["confidenceCascade: blockLength must be an integer >= 1, got 0.", () => r.confidenceCascade({ blockLength: 0 })],
    [
      'confidenceCascade: option "select" must be one of its options (temperature, sampler, processors, steps, blockLength, threshold), got 1.',
      () => r.confidenceCascade({ select: 1 }),
    ],
    [
      'denoiseDraft: option "temperature" must be one of its options (select, schedule, revise, noise, scores, processors, steps), got 1.',
      () => r.denoiseDraft({ temperature: 1 }),
    ],
    ["denoiseDraft: steps must be an integer >= 1, got 0.", () => r.denoiseDraft({ steps: 0 })],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("the plugins reject", () => {
  const create = (name: string, options: Readonly<Record<string, string | number>>): unknown =>
    plugins.find((plugin) => plugin.name === name)!.create(options);

  test.each<[string, () => unknown]>([
    [
      'llada: option "threshold" must be one of its options (blockLength, steps, temperature, remasking, canvas, guidanceScale, noise), got 0.5.',
      () => create("llada", { threshold: 0.5 }),
    ],
    ["fast-dllm: threshold must be a number in [0, 1], got 2.", () => create("fast-dllm", { threshold: 2 })],
    ['fast-dllm: canvas must be one of "block", "remaining", got "all".', () => create("fast-dllm", { canvas: "all" })],
    ["wino: guidanceScale must be a number > 0, got 0.", () => create("wino", { guidanceScale: 0 })],
    ["ar-critic: rounds must be an integer >= 1, got 0.", () => create("ar-critic", { rounds: 0 })],
  ])("%s", (message, run) => {
    expect(run).toThrow(InvalidOptionError);
    expect(run).toThrow(expect.objectContaining({ message }));
  });
});
