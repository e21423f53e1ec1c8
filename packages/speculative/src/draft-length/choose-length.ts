import type { AutoState } from "./auto-state.ts";

export interface Choice {
  /** 0 is a plain pass. */
  readonly length: number;
  /** Expected tokens per second, relative to plain passes. */
  readonly gain: number;
}

/** Minimum expected gain over plain passes to start drafting. It covers costs that the estimates leave out. */
const MIN_GAIN = 1.05;
/** While drafting, the gain to exceed for drafting to continue, by the number of rounds behind the estimate: few may be bad luck. */
const KEEP_DRAFTING_GAINS = [
  { rounds: 40, gain: 1.03 },
  { rounds: 12, gain: 0.95 },
  { rounds: 0, gain: 0.8 },
];
/** A shorter length with this share of the best gain is preferred: the estimates are not more precise, and it risks less. */
const TIE_TOLERANCE = 0.985;
/** A length near the best one is explored if its expected gain is above this share of the best length's. */
const EXPLORE_TOLERANCE = 0.85;

/**
 * Returns the shortest length in [1, maximum] that is about as good as the best, or 0 if none is expected to be enough faster than plain
 * passes. The length is at most twice the longest recent draft: beyond it there is too little data.
 */
export function bestChoice(maximum: number, state: AutoState): Choice {
  const gains = expectedGains(Math.min(maximum, 2 * state.acceptance.longestDraft), state);
  const bestGain = Math.max(...gains);
  const minGain = state.isDrafting ? keepDraftingGain(state.acceptance.weight) : MIN_GAIN;
  if (bestGain <= minGain) return { length: 0, gain: minGain };
  const index = gains.findIndex((gain) => gain >= TIE_TOLERANCE * bestGain);
  return { length: index + 1, gain: gains[index]! };
}

/**
 * Returns another length that may be as good as `best`. The turns try one token less, twice as many, one more, half, and four times as
 * many. Returns `best` itself if that length is out of range or not expected to be good enough.
 */
export function lengthToExplore(
  best: number,
  maximum: number,
  { state, turn }: { readonly state: AutoState; readonly turn: number },
): number {
  const length = [best - 1, 2 * best, best + 1, best >> 1, 4 * best][turn % 5]!;
  if (length < 1 || length > maximum) return best;
  const gains = expectedGains(maximum, state);
  return gains[length - 1]! > EXPLORE_TOLERANCE * gains[best - 1]! ? length : best;
}

function keepDraftingGain(weight: number): number {
  return KEEP_DRAFTING_GAINS.find(({ rounds }) => weight >= rounds)!.gain;
}

/** Entry i is the expected gain of length i + 1. */
function expectedGains(maximum: number, { costs, acceptance }: AutoState): readonly number[] {
  const { plainTime } = costs;
  return acceptance.expectedTokens(maximum).map((tokens, index) => (tokens * plainTime) / costs.roundTime(index + 1));
}
