import {
  type DecodeContext,
  type DecodeEvent,
  type Decoder,
  defineDecoder,
  type FinishReason,
  InvalidOptionError,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type Sampler,
} from "@decodekit/core";
import { SAMPLER_OPTION, temperatureSampler } from "@decodekit/core/toolkit";
import { commitSample, drawSamples } from "./draw-samples.ts";
import type { Sample } from "./sample.ts";
import { checkDraws, N_OPTION, type SamplingOptions } from "./sampling-options.ts";

export interface BestOfNOptions extends SamplingOptions {
  /** How tokens are drawn. @defaultValue the model's own distribution */
  readonly sampler?: Sampler | undefined;
  /** Returns the score of a sample; the highest wins. @defaultValue meanLogProbability */
  readonly score?: ((sample: Sample) => number) | undefined;
}

const OPTIONS = {
  n: N_OPTION,
  sampler: SAMPLER_OPTION,
  score: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof BestOfNOptions, OptionDefinition>>;

/**
 * Returns the mean log-probability of a sample's tokens under the model, in nats per token, the stop token included: the score by which
 * Chen et al. 2021 (arXiv 2107.03374, section 3.3) rank samples.
 */
export function meanLogProbability({ logProbability, length }: Sample): number {
  return logProbability / length;
}

/**
 * Creates a decoder that draws `n` samples, after one pass over the prompt, and returns the one with the highest score; the first one among
 * equals. The token of sample i at position p, counted from the start of the prompt, draws from `random.fork(i).fork(p)`. Log-probabilities
 * are of the model's rows, processors included, not of the sampler's distribution.
 *
 * The samples are drawn one after another, so that at most two sessions are open. A sample that is better than all before is proposed; the
 * best one is committed at the end. The model must be able to fork its sessions; the decode throws InvalidOptionError if it cannot, or if a
 * score is NaN.
 * @throws InvalidOptionError for an unknown or invalid option, or a greedy sampler, whose samples are all the same.
 */
export function bestOfN(options: BestOfNOptions = {}): Decoder<"causal"> {
  return bestOfNDecoder("bestOfN", options, () => undefined);
}

/** The samples of one decode with their scores. */
export interface ScoredSamples {
  /** Shape (m,). */
  readonly prompt: Int32Array;
  readonly samples: readonly Sample[];
  /** Shape (n,). */
  readonly scores: readonly number[];
  /** Index of the best one. */
  readonly best: number;
}

/** Creates the decoder of `bestOfN` for one decode whose samples `onSamples` receives. `where` is named in errors. */
export function bestOfNDecoder(where: string, options: BestOfNOptions, onSamples: (scored: ScoredSamples) => void): Decoder<"causal"> {
  const {
    n,
    sampler = temperatureSampler(1),
    score = meanLogProbability,
  } = resolveOptions<BestOfNOptions, typeof OPTIONS>(where, options, OPTIONS);
  checkDraws(where, sampler);
  return defineDecoder({
    name: "best-of-n",
    requires: ["causal"],
    capabilities: ["fork"],
    sampler,
    run: (context) => run(context, { where, count: n, sampler, score, onSamples }),
  });
}

interface Settings {
  readonly where: string;
  readonly count: number;
  readonly sampler: Sampler;
  readonly score: (sample: Sample) => number;
  readonly onSamples: (scored: ScoredSamples) => void;
}

async function* run(
  context: DecodeContext<"causal">,
  { where, count, sampler, score, onSamples }: Settings,
): AsyncGenerator<DecodeEvent, FinishReason, void> {
  const { tokens: prompt } = context;
  const scores: number[] = [];
  let best = 0;
  const samples = yield* drawSamples(context, { where, count, sampler }, (drawn) => {
    const newest = drawn.length - 1;
    scores.push(checkedScore(where, score(drawn[newest]!)));
    if (scores[newest]! > scores[best]!) best = newest;
    return best === newest ? drawn[newest] : undefined;
  });
  onSamples({ prompt, samples, scores, best });
  return yield* commitSample(context, samples[best]!);
}

function checkedScore(where: string, actual: number): number {
  if (typeof actual === "number" && !Number.isNaN(actual)) return actual;
  throw new InvalidOptionError({ where, option: "score", expected: "a function that returns numbers", actual });
}
