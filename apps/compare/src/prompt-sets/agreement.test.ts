import {
  builtInDecoders,
  compare,
  type ComparedDecoder,
  type CompareReport,
  type ComparedModel,
  describeEnvironment,
  modelReport,
  parseDecoder,
  runReport,
  scoreOutput,
} from "@decodekit/compare";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { tableModel } from "@decodekit/core/testing";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { defaultSettings, lanesOf } from "../url/settings.ts";
import { builtInSets } from "./built-in-sets.ts";
import { runPromptSet } from "./run-prompt-set.ts";
import { setReport } from "./set-report.ts";
import type { PromptSetResult } from "./set-result.ts";
import { summarizeSet } from "./summarize-set.ts";

/*
 * The same prompts through the engine of the page and through `compare`, which the command runs.
 */

interface Compared {
  readonly model: ComparedModel;
  readonly prompts: readonly string[];
  readonly specifications: readonly string[];
  readonly maxNewTokens: number;
  readonly seed: number;
}

async function resultOf({ model, prompts, specifications, maxNewTokens, seed }: Compared): Promise<PromptSetResult> {
  const { signal } = new AbortController();
  const decoders = specifications.map((specification) => parseDecoder(specification, builtInDecoders));
  const runs = await runPromptSet({
    lanes: decoders.length,
    prompts: prompts.length,
    signal,
    onProgress: () => undefined,
    wasHidden: () => false,
    untilVisible: () => Promise.resolve(),
    sentinel: () => Promise.resolve(1),
    explain: () => undefined,
    async runLane(lane, index) {
      const { decoder, options = {} }: ComparedDecoder = decoders[lane]!;
      const prompt = prompts[index]!;
      const tokens = model.tokenizer.encode(prompt);
      const result = await generate(model, tokens, { decoder, maxNewTokens, seed, signal }).result;
      const negativeLogLikelihood = await scoreOutput(model.causal!, tokens, result.tokens);
      return runReport({ decoder, options, prompt, seed, result, rowConsistency: "rounding", negativeLogLikelihood });
    },
  });
  return {
    ...runs,
    set: { name: "own", prompts },
    asMessages: false,
    settings: { ...defaultSettings, lanes: lanesOf(...specifications), maxNewTokens, seed },
    lanes: decoders.map(({ decoder, options = {} }, lane) => ({
      specification: specifications[lane]!,
      title: decoder.name,
      decoder: decoder.name,
      options,
    })),
    model: modelReport(model),
    environment: describeEnvironment(),
    versions: { decodekit: "0", "onnxruntime-web": "0" },
    isIsolated: true,
    tickMilliseconds: 0,
  };
}

/** Returns the runs of a report without what a clock decides, in the order of prompts and decoders. */
function countsOf({ runs }: Pick<CompareReport, "runs">) {
  return runs
    .map(({ decoder, options, prompt, seed, text, tokens, finishReason, lossless, passes, passesByModel, targetPasses, ...rest }) => ({
      key: JSON.stringify([prompt, decoder, options]),
      counts: { decoder, options, prompt, seed, text, tokens, finishReason, lossless, passes, passesByModel, targetPasses },
      figures: [rest.passesPer1000Tokens, rest.passesPerToken, rest.drafted, rest.accepted, rest.revisions, rest.changedShare],
      nats: rest.negativeLogLikelihood,
    }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

test("texts, passes, acceptance and likelihood of the story model equal those of `compare` for the same prompts", async () => {
  const options = { threads: 1 };
  const loaded = await loadModel(stories, options);
  const draft = await loadModel(storiesDraft, options);
  const model: ComparedModel = { ...loaded, draft: draft.causal };
  const compared: Compared = {
    model,
    prompts: builtInSets.flatMap(({ isForChat, prompts }) => (isForChat ? [] : prompts.slice(0, 1))),
    specifications: [
      "greedy",
      "speculative:drafter=masked-draft,draftLength=4",
      "speculative:drafter=draft-model,draftLength=4",
      "speculative:drafter=prompt-lookup,draftLength=4",
      "top-p:p=0.9",
      "fast-dllm:blockLength=8",
    ],
    maxNewTokens: 16,
    seed: 5,
  };
  const result = await resultOf(compared);
  const decoders = compared.specifications.map((specification) => parseDecoder(specification, builtInDecoders));
  const { prompts, maxNewTokens, seed } = compared;
  const report = await compare({ model, decoders, prompts, maxNewTokens, seed });
  const summary = summarizeSet(result.rounds, { lanes: 6, seed, tickMilliseconds: 0 });
  const own = setReport(result, summary);
  expect(own.runs).toHaveLength(18);
  expect(countsOf(own)).toEqual(countsOf(report));
  expect(own).toMatchObject({ schemaVersion: report.schemaVersion, model: report.model, environment: report.environment });
  for (const [lane, { decoder, options: given }] of decoders.entries()) {
    const runs = report.runs.filter((run) => run.decoder === decoder.name && JSON.stringify(run.options) === JSON.stringify(given));
    const total = (value: (run: (typeof runs)[number]) => number): number => runs.reduce((sum, run) => sum + value(run), 0);
    const { passesPer1000Tokens, acceptance, ...totals } = own.lanes[lane]!;
    expect([totals.tokens, totals.passes]).toEqual([total((run) => run.tokens.length), total((run) => run.targetPasses)]);
    expect(passesPer1000Tokens!.value).toBe((1000 * totals.passes) / totals.tokens);
    const drafted = total((run) => run.drafted);
    expect(acceptance?.value).toBe(drafted > 0 ? total((run) => run.accepted) / drafted : undefined);
  }
  const [greedy, maskedDraft, draftModel, promptLookup, topP, refinement] = own.lanes;
  // The target drafts for itself with its masked weights, and each of those passes counts; those of a draft model do not.
  const draftPasses = (lane: number) =>
    own.runs.filter((run) => run.lane === lane).reduce((sum, { passesByModel }) => sum + passesByModel.masked.draft, 0);
  expect(draftPasses(1)).toBeGreaterThan(10);
  expect(maskedDraft!.passesPer1000Tokens!.value).toBeGreaterThan((1000 * draftPasses(1)) / maskedDraft!.tokens);
  expect([maskedDraft!.draftModelPasses, draftModel!.draftModelPasses > 0]).toEqual([0, true]);
  expect([greedy, maskedDraft, draftModel, promptLookup].map((lane) => lane!.sameTexts)).toEqual([null, 3, 3, 3]);
  expect([topP, refinement].every((lane) => lane!.sameTexts! < 3)).toBe(true);
  await Promise.all([loaded.dispose(), draft.dispose()]);
});

test("figures on a model with a known table are exact", async () => {
  // After a comes b, after b comes c or a, after c comes a.
  const probabilities = [
    [0, 1, 0],
    [0.25, 0, 0.75],
    [1, 0, 0],
  ];
  const causal = tableModel({ probabilities });
  const tokenizer = {
    vocabSize: 3,
    encode: (text: string) => Int32Array.from(text, (letter) => letter.charCodeAt(0) - 97),
    decode: (tokens: Int32Array) => String.fromCharCode(...Array.from(tokens, (token) => token + 97)),
    tokenText: (token: number) => String.fromCharCode(token + 97),
  };
  const model = { name: "letters", tokenizer, causal, stopTokens: [] };
  const specifications = ["greedy", "speculative:drafter=prompt-lookup,draftLength=2"];
  const result = await resultOf({ model, prompts: ["abcabc", "bcabca"], specifications, maxNewTokens: 9, seed: 0 });
  const { lanes } = summarizeSet(result.rounds, { lanes: 2, seed: 0, tickMilliseconds: 0 });
  expect(result.rounds.map(({ runs }) => runs.map((run) => run!.text))).toEqual([
    ["abcabcabc", "abcabcabc"],
    ["bcabcabca", "bcabcabca"],
  ]);
  // A third of the tokens has probability 3/4, the others are certain.
  for (const { negativeLogLikelihood } of lanes) expect(negativeLogLikelihood!.value).toBeCloseTo(-Math.log(0.75) / 3, 6);
  // Each text has 6 runs of four letters, of which the last 3 repeat the first 3.
  for (const { repetition } of lanes) expect(repetition!.value).toBe(0.5);
  expect(lanes[0]).toMatchObject({ tokens: 18, passes: 18, passesPer1000Tokens: { value: 1000 }, acceptance: undefined });
  // The prefill yields one token, then each pass confirms two and adds one; the last has room for one of its two.
  expect(lanes[1]).toMatchObject({ tokens: 18, passes: 8, acceptance: { value: 1 }, sameTexts: 2 });
});
