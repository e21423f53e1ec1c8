import type { Decoder, LanguageModel, RowConsistency } from "@decodekit/core";
import { countingModel, failingModel, memoryMaskedModel, tableModel } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import { draftModel, jacobi, maskedDraft, promptLookup, speculative } from "@decodekit/speculative";
import { topP } from "@decodekit/top-p";
import { expect, test } from "vitest";
import { compare, type CompareProgress } from "./compare.ts";
import type { ComparedDecoder } from "./compared-decoder.ts";
import { languageModel } from "./letters-for-tests.ts";

const threeLetters = [
  [0.5, 0.25, 0.25],
  [0.125, 0.125, 0.75],
  [0.25, 0.5, 0.25],
];

const plainGreedy: ComparedDecoder = { decoder: greedy() };
const NO_PASSES = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };

const plainTopP: ComparedDecoder = { decoder: topP({ p: 1 }), options: { p: 1 } };

test("reports model, passes, text and likelihood of a run", async () => {
  const model = { ...languageModel(tableModel({ probabilities: threeLetters })), parameters: 9, execution: "wasm", bytes: 36 };
  const report = await compare({ model, decoders: [plainGreedy], prompts: ["b"], maxNewTokens: 4, seed: 7 });
  expect(report.schemaVersion).toBe(2);
  expect(report.environment).toMatchObject({ runtime: `node ${process.versions.node}`, processors: expect.any(Number) as number });
  expect(report.model).toEqual({
    name: "letters",
    parameters: 9,
    vocabSize: 3,
    execution: "wasm",
    rowConsistency: "rounding",
    bytes: 36,
    file: null,
  });
  expect(report.runs).toHaveLength(1);
  const milliseconds = expect.any(Number) as number;
  expect(report.runs[0]).toEqual({
    decoder: "greedy",
    options: {},
    prompt: "b",
    seed: 7,
    text: "cbcb",
    tokens: [2, 1, 2, 1],
    finishReason: "length",
    lossless: null,
    passes: { ...NO_PASSES, prefill: 1, decode: 3 },
    passesByModel: { causal: { ...NO_PASSES, prefill: 1, decode: 3 }, masked: NO_PASSES, draft: NO_PASSES },
    targetPasses: 4,
    passesPerToken: 1,
    passesPer1000Tokens: 1000,
    prefillMilliseconds: milliseconds,
    decodeMilliseconds: milliseconds,
    timeToFirstTokenMilliseconds: milliseconds,
    tokensPerSecond: milliseconds,
    drafted: 0,
    accepted: 0,
    revisions: 0,
    changedShare: 0,
    // c after b: 3/4, b after c: 1/2.
    negativeLogLikelihood: expect.closeTo((-2 * Math.log(0.75) - 2 * Math.log(0.5)) / 4, 6) as number,
  });
});

test("a decoder that verified drafts is lossless on a model with consistent rows only", async () => {
  const causal = tableModel({ probabilities: threeLetters });
  const decoder: ComparedDecoder = { decoder: speculative({ drafter: promptLookup(), draftLength: 2 }) };
  const losslessOn = async (rowConsistency: RowConsistency | undefined, prompt: string) => {
    const capabilities = { ...causal.capabilities, ...(rowConsistency && { rowConsistency }) };
    const model = languageModel({ ...causal, capabilities });
    const { runs, ...report } = await compare({ model, decoders: [decoder], prompts: [prompt], maxNewTokens: 6 });
    return [report.model.rowConsistency, runs[0]!.lossless, runs[0]!.passes.verify > 0];
  };
  expect(await losslessOn(undefined, "bcbc")).toEqual(["rounding", true, true]);
  expect(await losslessOn("approximate", "bcbc")).toEqual(["approximate", false, true]);
  expect(await losslessOn("mixed", "bcbc")).toEqual(["mixed", false, true]);
});

/** A causal model that counts, a masked model that counts on from the first token of its canvas, and a draft model that counts too. */
function draftingModels(): LanguageModel {
  const size = { vocabSize: 12, contextLength: 64 };
  const masked = memoryMaskedModel({
    ...size,
    maskTokenId: 11,
    logitsAt: (_, canvas, index) => Float32Array.from({ length: 12 }, (__, token) => (token === canvas[0]! + index ? 0 : -Infinity)),
  });
  return { ...languageModel(countingModel(size)), masked, draft: countingModel(size) };
}

test.each([
  // The prefill produces the first token of 9. Each round then drafts 2 tokens, all of which are accepted, and its verification adds a
  // third.
  // The last round has room for only 1 drafted token.
  {
    drafter: draftModel(),
    passes: { ...NO_PASSES, prefill: 1, verify: 3, draft: 5 },
    passesByModel: { causal: { ...NO_PASSES, prefill: 1, verify: 3 }, masked: NO_PASSES, draft: { ...NO_PASSES, draft: 5 } },
    targetPasses: 4,
  },
  {
    drafter: maskedDraft(),
    passes: { ...NO_PASSES, prefill: 1, verify: 3, draft: 3 },
    passesByModel: { causal: { ...NO_PASSES, prefill: 1, verify: 3 }, masked: { ...NO_PASSES, draft: 3 }, draft: NO_PASSES },
    targetPasses: 7,
  },
])("counts the passes of $drafter.name by the model that ran them", async ({ drafter, targetPasses, ...expected }) => {
  const decoders = [{ decoder: speculative({ drafter, draftLength: 2 }) }];
  const { runs } = await compare({ model: draftingModels(), decoders, prompts: ["a"], maxNewTokens: 9 });
  expect(runs).toMatchObject([{ tokens: { length: 9 }, ...expected, targetPasses, drafted: 5, accepted: 5 }]);
  const all = Object.values(expected.passes).reduce((sum, count) => sum + count, 0);
  expect(runs[0]!.passesPerToken).toBe(all / 9);
  expect(runs[0]!.passesPer1000Tokens).toBe((1000 * targetPasses) / 9);
});

test.each([promptLookup(), jacobi()])("counts no pass twice when $name drafts without passes", async (drafter) => {
  const decoders = [{ decoder: speculative({ drafter, draftLength: 2 }) }];
  const { runs } = await compare({ model: draftingModels(), decoders, prompts: ["abcdabc"], maxNewTokens: 9 });
  const { passes, passesByModel, targetPasses, drafted } = runs[0]!;
  expect(drafted).toBeGreaterThan(0);
  expect(passes.draft).toBe(0);
  expect(passesByModel.causal).toEqual(passes);
  expect(targetPasses).toBe(passes.prefill + passes.decode + passes.verify);
  expect(runs[0]!.passesPer1000Tokens).toBe((1000 * targetPasses) / 9);
});

test("counts each changed token once, and every revision", async () => {
  const decoder: Decoder<"causal"> = {
    name: "hesitant",
    requires: ["causal"],
    async *decode(_, prompt) {
      yield { type: "decode-start", promptLength: prompt.length };
      for (const tokens of [
        [0, 1],
        [2, 1],
        [0, 2],
        [1, 2],
      ])
        yield { type: "tokens-propose", start: 1, tokens: Int32Array.from(tokens) };
      yield { type: "tokens-commit", start: 1, tokens: Int32Array.of(1, 2, 0, 0) };
      yield { type: "decode-end", finishReason: "length" };
    },
  };
  const { runs } = await compare({
    model: languageModel(tableModel({ probabilities: threeLetters })),
    decoders: [{ decoder }],
    prompts: ["a"],
  });
  expect(runs[0]).toMatchObject({ revisions: 4, changedShare: 0.5, passesPer1000Tokens: 0 });
});

test("scores under the model itself, independent of the decoder's temperature", async () => {
  const model = languageModel(tableModel({ probabilities: threeLetters }));
  const decoders = [plainGreedy, { decoder: topP({ temperature: 0 }) }];
  const { runs } = await compare({ model, decoders, prompts: ["b"], maxNewTokens: 6 });
  expect(runs[1]!.text).toBe(runs[0]!.text);
  expect(runs[1]!.negativeLogLikelihood).toBe(runs[0]!.negativeLogLikelihood);
});

test("survives a JSON round trip, with null for missing values", async () => {
  const report = await compare({ model: languageModel(countingModel(), [3]), decoders: [plainGreedy], prompts: ["c"] });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(report.model).toMatchObject({ parameters: null, execution: null, bytes: null });
  expect(report.runs[0]).toMatchObject({ text: "", tokens: [], finishReason: "stop", passes: { prefill: 1 } });
  expect(report.runs[0]).toMatchObject({
    passesPerToken: null,
    passesPer1000Tokens: null,
    changedShare: null,
    timeToFirstTokenMilliseconds: null,
    tokensPerSecond: null,
    negativeLogLikelihood: null,
  });
});

test("repeats with the next seeds, and draws the same for the same seed", async () => {
  const options = {
    model: languageModel(tableModel({ probabilities: threeLetters })),
    decoders: [plainTopP],
    prompts: ["a"],
    maxNewTokens: 30,
  };
  const { runs } = await compare({ ...options, seed: 4, runs: 3 });
  expect(runs.map((run) => run.seed)).toEqual([4, 5, 6]);
  expect(new Set(runs.map((run) => run.text)).size).toBe(3);
  const again = await compare({ ...options, seed: 5 });
  expect(again.runs[0]!.text).toBe(runs[1]!.text);
});

test("starts every prompt and repetition with a different decoder", async () => {
  const decoders = ["x", "y", "z"].map((name) => ({ decoder: { ...greedy(), name } }));
  const { runs } = await compare({ model: languageModel(countingModel()), decoders, prompts: ["a", "b"], runs: 2, maxNewTokens: 1 });
  expect(runs.map(({ prompt, seed, decoder }) => `${prompt}${seed}${decoder}`)).toEqual([
    "a0x",
    "a0y",
    "a0z",
    "b0y",
    "b0z",
    "b0x",
    "a1y",
    "a1z",
    "a1x",
    "b1z",
    "b1x",
    "b1y",
  ]);
});

test("warms up every decoder before it measures, and reports progress", async () => {
  const seen: CompareProgress[] = [];
  const model = languageModel(countingModel());
  await compare({
    model,
    decoders: [plainGreedy, plainTopP],
    prompts: ["a"],
    maxNewTokens: 2,
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen.map(({ stage, decoder, completedRuns, tokens }) => [stage, decoder.decoder.name, completedRuns, tokens])).toEqual([
    ...[0, 1, 2].map((tokens) => ["warm-up", "greedy", 0, tokens]),
    ...[0, 1, 2].map((tokens) => ["warm-up", "top-p", 0, tokens]),
    ...[0, 1, 2].map((tokens) => ["run", "greedy", 0, tokens]),
    ...[0, 1, 2].map((tokens) => ["run", "top-p", 1, tokens]),
  ]);
  expect(seen.every(({ totalRuns }) => totalRuns === 2)).toBe(true);
  expect(model.causal.openSessions()).toBe(0);
});

test("reports the runs up to an abort", async () => {
  const controller = new AbortController();
  const model = languageModel(countingModel());
  const { runs } = await compare({
    model,
    decoders: [plainGreedy, plainTopP],
    prompts: ["a"],
    runs: 5,
    maxNewTokens: 10,
    signal: controller.signal,
    onProgress: ({ completedRuns, tokens }) => completedRuns === 1 && tokens === 3 && controller.abort(),
  });
  expect(runs.map(({ decoder, finishReason, text }) => [decoder, finishReason, text])).toEqual([
    ["greedy", "length", "bcdefghija"],
    ["top-p", "abort", "bcd"],
  ]);
  expect(runs[1]!.negativeLogLikelihood).toBeNull();
  expect(model.causal.openSessions()).toBe(0);
});

test("runs nothing once aborted", async () => {
  const seen: CompareProgress[] = [];
  const model = languageModel(countingModel());
  const options = { model, decoders: [plainGreedy], prompts: ["a"], signal: AbortSignal.abort() };
  const report = await compare({ ...options, onProgress: (progress) => seen.push(progress) });
  expect(report.runs).toEqual([]);
  expect(seen).toEqual([]);
});

test("warms up on at most 8 tokens, and counts the runs of all prompts and repetitions", async () => {
  const seen: CompareProgress[] = [];
  const options = { model: languageModel(countingModel()), decoders: [plainGreedy], prompts: ["a", "b", "c"], runs: 2, maxNewTokens: 10 };
  await compare({ ...options, onProgress: (progress) => seen.push(progress) });
  const maxTokens = (stage: string): number => Math.max(...seen.filter((each) => each.stage === stage).map(({ tokens }) => tokens));
  expect([maxTokens("warm-up"), maxTokens("run")]).toEqual([8, 10]);
  expect(new Set(seen.map(({ totalRuns }) => totalRuns))).toEqual(new Set([6]));
});

test("reports the vocabulary size of the available model", async () => {
  const { causal: _, ...rest } = languageModel(countingModel());
  const masked = memoryMaskedModel({ vocabSize: 12, contextLength: 9, maskTokenId: 11, logitsAt: () => new Float32Array(12) });
  const decoder: Decoder<never> = {
    name: "silent",
    requires: [],
    async *decode(_models, prompt) {
      yield { type: "decode-start", promptLength: prompt.length };
      yield { type: "tokens-commit", start: prompt.length, tokens: Int32Array.of(1) };
      yield { type: "decode-end", finishReason: "length" };
    },
  };
  const options = { decoders: [{ decoder: decoder as Decoder }], prompts: ["a"] };
  const report = await compare({ ...options, model: { ...rest, masked } });
  expect(report.model.vocabSize).toBe(12);
  // Without a causal model, nothing scores the text.
  expect(report.runs[0]).toMatchObject({ tokens: [1], negativeLogLikelihood: null });
  expect((await compare({ ...options, model: rest })).model.vocabSize).toBe(10);
  expect((await compare({ ...options, model: { ...languageModel(countingModel()), masked } })).model.vocabSize).toBe(10);
});

test("an abort while a text is scored leaves its likelihood null", async () => {
  const controller = new AbortController();
  const causal = countingModel();
  let sessions = 0;
  // The fourth session, after those of the warm-up, its score and the run, scores the run.
  const createSession: typeof causal.createSession = async () => {
    if (++sessions === 4) controller.abort();
    return causal.createSession();
  };
  const model = { ...languageModel(causal), causal: { ...causal, createSession } };
  const { runs } = await compare({ model, decoders: [plainGreedy], prompts: ["a"], maxNewTokens: 3, signal: controller.signal });
  expect(runs).toMatchObject([{ text: "bcd", finishReason: "length", negativeLogLikelihood: null }]);
  expect(sessions).toBe(4);
});

test("rejects if a pass fails while a text is scored", async () => {
  // Warm-up: prefill and a score; the run: prefill, then its score.
  const causal = failingModel(countingModel(), { pass: 3, error: new Error("device lost") });
  const options = { model: languageModel(causal), decoders: [plainGreedy], prompts: ["a"], maxNewTokens: 1 };
  await expect(compare(options)).rejects.toThrow("device lost");
  await expect(compare({ ...options, signal: new AbortController().signal })).resolves.toMatchObject({ runs: [{ text: "b" }] });
});

test("rejects with a decoder's error", async () => {
  const causal = failingModel(countingModel(), { pass: 3, error: new Error("device lost") });
  const model = languageModel(causal);
  await expect(compare({ model, decoders: [plainGreedy], prompts: ["a"] })).rejects.toThrow("device lost");
  expect(causal.openSessions()).toBe(0);
  const { causal: _, ...nothing } = model;
  await expect(compare({ model: nothing, decoders: [plainGreedy], prompts: ["a"] })).rejects.toMatchObject({ code: "MISSING_MODEL" });
});

test.each([
  ["decoders", { decoders: [] }],
  ["prompts", { prompts: [] }],
  ["maxNewTokens", { maxNewTokens: 0 }],
  ["runs", { runs: 1.5 }],
  ["seed", { seed: -1 }],
  ["seed", { seed: Number.MAX_SAFE_INTEGER, runs: 2 }],
])("rejects invalid %s", async (option, wrong) => {
  const right = { model: languageModel(countingModel()), decoders: [plainGreedy], prompts: ["a"] };
  const expected = option === "decoders" || option === "prompts" ? "a list of at least 1" : /^an integer /;
  await expect(compare({ ...right, ...wrong })).rejects.toMatchObject({
    code: "INVALID_OPTION",
    where: "compare",
    option,
    expected: typeof expected === "string" ? expected : (expect.stringMatching(expected) as string),
  });
});
