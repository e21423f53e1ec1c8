import { repeatedNgrams, type RunReport } from "@decodekit/compare";
import { seededRandom } from "@decodekit/core";
import { median, sum } from "simple-statistics";
import { bootstrapInterval, drawResamples, type Resamples } from "../measure/bootstrap.ts";
import { MIN_TICKS } from "../measure/measurement.ts";
import { MIN_PAIRS, type PairedRatio, pairedRatio } from "../measure/paired-ratio.ts";
import { draftModelPassesOf, type PromptRound } from "./run-prompt-set.ts";

/** A figure of a lane over the prompts of a set. */
export interface Estimate {
  readonly value: number;
  /** 95 % bootstrap interval over prompts; undefined with fewer than `MIN_PAIRS` of them. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** Prompts that the figure rests on. */
  readonly count: number;
}

/** A lane on the prompts that all lanes continued. A figure is undefined if no prompt has one. */
export interface LaneEstimates {
  readonly tokens: number;
  /** Passes of the target, including those in which it drafts for itself. */
  readonly passes: number;
  readonly draftModelPasses: number;
  /** `passes` per 1000 tokens. */
  readonly passesPer1000Tokens: Estimate | undefined;
  /** Accepted over drafted tokens, in [0, 1]. */
  readonly acceptance: Estimate | undefined;
  /** Mean of -ln p over tokens, in nats, under the model itself at temperature 1. */
  readonly negativeLogLikelihood: Estimate | undefined;
  /** Share of 4-grams that occurred earlier in the same text, in [0, 1]: seq-rep-4, see `repeatedNgrams`. */
  readonly repetition: Estimate | undefined;
  /** Median over the prompts whose times count. */
  readonly millisecondsPerToken: Estimate | undefined;
  /** Time per token relative to the first lane, paired by prompt; undefined for the first lane itself, and without times. */
  readonly timeRatio: (Estimate & Pick<PairedRatio, "verdict">) | undefined;
  /** Whether the median time is under `MIN_TICKS` clock steps, too short for a reliable result. */
  readonly isTooShort: boolean;
  /** Texts that equal the first lane's; undefined for the first lane itself. */
  readonly sameTexts: number | undefined;
}

export interface SetSummary {
  /** Prompts that every lane continued, and on which all figures rest. */
  readonly prompts: number;
  readonly lanes: readonly LaneEstimates[];
}

const NGRAM = 4;

interface SummaryOptions {
  readonly lanes: number;
  readonly seed: number;
  /** Smallest step of the clock. */
  readonly tickMilliseconds: number;
}

/** Summarizes the lanes over the prompts that all of them continued. */
export function summarizeSet(rounds: readonly PromptRound[], { lanes, seed, tickMilliseconds }: SummaryOptions): SetSummary {
  const complete = rounds.filter(isComplete);
  const ofLane = (lane: number): readonly RunReport[] => complete.map(({ runs }) => runs[lane]!);
  const first = ofLane(0);
  const resamplesOf = resampler(seed);
  const isTimed = (index: number): boolean => complete[index]!.isTimed;
  return {
    prompts: complete.length,
    lanes: Array.from({ length: lanes }, (_, lane) => {
      const runs = ofLane(lane);
      const times = runs.map(millisecondsPerToken);
      const timed = times.flatMap((time, index) => (isTimed(index) && time !== undefined ? [{ time, index }] : []));
      const pairs = timed.flatMap(({ time, index }) => {
        const reference = millisecondsPerToken(first[index]!);
        return reference ? [{ time, reference }] : [];
      });
      const decodes = timed.map(({ index }) => runs[index]!.decodeMilliseconds);
      return {
        ...countsOf(runs, resamplesOf),
        millisecondsPerToken: estimate(timed, (some) => median(some.map(({ time }) => time)), resamplesOf),
        timeRatio: lane === 0 || pairs.length === 0 ? undefined : ratioOf(pairs, resamplesOf),
        isTooShort: decodes.length > 0 && median(decodes) < MIN_TICKS * tickMilliseconds,
        sameTexts: lane === 0 ? undefined : runs.filter(({ text }, index) => text === first[index]!.text).length,
      };
    }),
  };
}

/** Returns the resamples of so many prompts, which all figures of so many prompts share. */
type Resampler = (count: number) => Resamples;

function resampler(seed: number): Resampler {
  const known = new Map<number, Resamples>();
  return (count) => {
    const resamples = known.get(count) ?? drawResamples(count, seededRandom(seed));
    known.set(count, resamples);
    return resamples;
  };
}

function isComplete({ runs }: PromptRound): boolean {
  return runs.every((run) => run !== undefined);
}

/** Returns the time per token after the prefill, as `LaneSummary` does; undefined without tokens. */
export function millisecondsPerToken({ decodeMilliseconds, tokens }: RunReport): number | undefined {
  return tokens.length > 0 ? decodeMilliseconds / tokens.length : undefined;
}

type Counts = Omit<LaneEstimates, "millisecondsPerToken" | "timeRatio" | "isTooShort" | "sameTexts">;

function countsOf(runs: readonly RunReport[], resamplesOf: Resampler): Counts {
  const total = (value: (run: RunReport) => number): number => sum(runs.map(value));
  const share = (part: (run: RunReport) => number, whole: (run: RunReport) => number): Estimate | undefined =>
    shareOf(
      runs.map((run) => ({ part: part(run), whole: whole(run) })),
      resamplesOf,
    );
  const tokensOf = ({ tokens }: RunReport): number => tokens.length;
  return {
    tokens: total(tokensOf),
    passes: total(({ targetPasses }) => targetPasses),
    draftModelPasses: total(draftModelPassesOf),
    passesPer1000Tokens: share(({ targetPasses }) => 1000 * targetPasses, tokensOf),
    acceptance: share(
      ({ accepted }) => accepted,
      ({ drafted }) => drafted,
    ),
    negativeLogLikelihood: share(
      ({ negativeLogLikelihood, tokens }) => (negativeLogLikelihood ?? 0) * tokens.length,
      ({ negativeLogLikelihood, tokens }) => (negativeLogLikelihood === null ? 0 : tokens.length),
    ),
    repetition: shareOf(
      runs.map(({ tokens }) => repeatedNgrams(tokens, NGRAM)).map(({ repeated, total: whole }) => ({ part: repeated, whole })),
      resamplesOf,
    ),
  };
}

interface Part {
  readonly part: number;
  readonly whole: number;
}

/** The sum of the parts over the sum of the wholes, as `decodekit compare` combines runs. Leaves out prompts without a whole. */
function shareOf(parts: readonly Part[], resamplesOf: Resampler): Estimate | undefined {
  return estimate(
    parts.filter(({ whole }) => whole > 0),
    quotientOf,
    resamplesOf,
  );
}

/** One loop without arrays of its own: 2000 resamples call it for each figure. */
function quotientOf(parts: readonly Part[]): number {
  let part = 0;
  let whole = 0;
  for (const each of parts) {
    part += each.part;
    whole += each.whole;
  }
  return part / whole;
}

function estimate<Item>(
  items: readonly Item[],
  statistic: (some: readonly Item[]) => number,
  resamplesOf: Resampler,
): Estimate | undefined {
  const count = items.length;
  if (count === 0) return undefined;
  return {
    value: statistic(items),
    interval: count < MIN_PAIRS ? undefined : bootstrapInterval(items, statistic, resamplesOf(count)),
    count,
  };
}

function ratioOf(
  pairs: readonly { readonly time: number; readonly reference: number }[],
  resamplesOf: Resampler,
): LaneEstimates["timeRatio"] {
  const times = pairs.map(({ time }) => time);
  const references = pairs.map(({ reference }) => reference);
  const { median: value, interval, verdict } = pairedRatio(times, references, resamplesOf(pairs.length));
  const count = pairs.length;
  return { value, interval: count < MIN_PAIRS ? undefined : interval, count, verdict };
}
