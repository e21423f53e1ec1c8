import type { RunReport } from "@decodekit/compare";
import type { PromptRound } from "./run-prompt-set.ts";

const NO_PASSES = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };

/** What a made-up run consists of; the rest follows from it. */
interface MadeRun {
  readonly prompt?: string;
  readonly tokens: readonly number[];
  readonly passes: number;
  readonly milliseconds: number;
  readonly draftModelPasses?: number;
  readonly drafted?: number;
  readonly accepted?: number;
  readonly nats?: number | null;
}

/** Makes the report of a run whose tokens are their own text. */
export function madeRun({
  prompt = "",
  tokens,
  passes,
  milliseconds,
  draftModelPasses = 0,
  drafted = 0,
  accepted = 0,
  nats = null,
}: MadeRun): RunReport {
  return {
    decoder: "made",
    options: {},
    prompt,
    seed: 0,
    text: tokens.join(" "),
    tokens,
    finishReason: "length",
    lossless: null,
    passes: { ...NO_PASSES, decode: passes, draft: draftModelPasses },
    passesByModel: { causal: { ...NO_PASSES, decode: passes }, masked: NO_PASSES, draft: { ...NO_PASSES, draft: draftModelPasses } },
    targetPasses: passes,
    passesPerToken: (passes + draftModelPasses) / tokens.length,
    passesPer1000Tokens: (1000 * passes) / tokens.length,
    prefillMilliseconds: 1,
    decodeMilliseconds: milliseconds,
    timeToFirstTokenMilliseconds: 1,
    tokensPerSecond: (1000 * tokens.length) / milliseconds,
    drafted,
    accepted,
    revisions: 0,
    changedShare: 0,
    negativeLogLikelihood: nats,
  };
}

/** A round in which all lanes ended, and whose times count. */
export function madeRound(prompt: number, runs: readonly (RunReport | undefined)[], change: Partial<PromptRound> = {}): PromptRound {
  return { prompt, runs, failures: runs.map((run) => (run ? undefined : "no")), isTimed: true, ...change };
}
