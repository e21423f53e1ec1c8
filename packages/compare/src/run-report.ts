import type { DecodeStatistics, Decoder, GenerateResult, PluginOptionValues, RowConsistency } from "@decodekit/core";
import { isLossless } from "./losslessness.ts";
import type { RunReport } from "./report.ts";

/** A decode that has ended, here or in a worker. */
export interface EndedRun {
  readonly decoder: Pick<Decoder, "name" | "lossless">;
  /** Every option that has an effect, including defaults. */
  readonly options: PluginOptionValues;
  readonly prompt: string;
  readonly seed: number;
  readonly result: Pick<GenerateResult, "text" | "tokens" | "finishReason" | "statistics">;
  /** That of the causal model; null without one. */
  readonly rowConsistency: RowConsistency | null;
  /** See `RunReport.negativeLogLikelihood`. */
  readonly negativeLogLikelihood: number | null;
}

/** Returns what a report says of a run. */
export function runReport({ decoder, options, prompt, seed, result, rowConsistency, negativeLogLikelihood }: EndedRun): RunReport {
  const { text, tokens, finishReason, statistics } = result;
  return {
    decoder: decoder.name,
    options,
    prompt,
    seed,
    text,
    tokens: Array.from(tokens),
    finishReason,
    lossless: isLossless(decoder, { consistency: rowConsistency, verifyPasses: statistics.passes.verify }),
    ...figures(statistics),
    negativeLogLikelihood,
  };
}

type Figures = Omit<
  RunReport,
  "decoder" | "options" | "prompt" | "seed" | "text" | "tokens" | "finishReason" | "lossless" | "negativeLogLikelihood"
>;

function figures({ tokens, passes, passesByModel, targetPasses, ...rest }: DecodeStatistics): Figures {
  const perToken = (amount: number): number | null => (tokens > 0 ? amount / tokens : null);
  return {
    passes,
    passesByModel,
    targetPasses,
    passesPerToken: perToken(Object.values(passes).reduce((total, count) => total + count, 0)),
    passesPer1000Tokens: perToken(1000 * targetPasses),
    prefillMilliseconds: rest.prefillMilliseconds,
    decodeMilliseconds: rest.decodeMilliseconds,
    timeToFirstTokenMilliseconds: rest.timeToFirstTokenMilliseconds ?? null,
    tokensPerSecond: rest.tokensPerSecond ?? null,
    drafted: rest.drafted,
    accepted: rest.accepted,
    revisions: rest.revisions,
    changedShare: perToken(rest.changedTokens),
  };
}
