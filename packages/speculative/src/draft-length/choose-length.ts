import type { Learned } from "./learned.ts";

export interface Choice {
  /** 0 is a plain pass. */
  readonly length: number;
  /** Tokens per second that it promises, in those of plain passes. */
  readonly gain: number;
}

/** A length must promise this much more tokens per second than a plain pass, for what the estimates leave out. */
const LEAST_GAIN = 1.05;
/** Drafting goes on while it promises this much more, going by so many rounds at least: few of them may have had bad luck. */
const LASTING_GAINS = [
  { rounds: 40, gain: 1.03 },
  { rounds: 12, gain: 0.95 },
  { rounds: 0, gain: 0.8 },
];
/** A shorter length is taken for as good if it promises this share: the estimates are no better than that, and it risks less. */
const AS_GOOD = 0.985;
/** A length near the best one is tried if it promises this share of its tokens per second. */
const TRY_SHARE = 0.85;

/**
 * The shortest length in [1, maximum] that is as good as any, or 0 unless that promises enough more than plain passes; at most twice
 * the longest one of late, since hope for more goes by little.
 */
export function bestChoice(maximum: number, known: Learned): Choice {
  const gains = promisedGains(Math.min(maximum, 2 * known.record.longest), known);
  const most = Math.max(...gains);
  const least = known.isDrafting ? lastingGain(known.record.weight) : LEAST_GAIN;
  if (most <= least) return { length: 0, gain: least };
  const place = gains.findIndex((gain) => gain >= AS_GOOD * most);
  return { length: place + 1, gain: gains[place]! };
}

/** Another length than `best` that may be as good: in turn one token less, twice as many, one more, half, four times as many; else `best`. */
export function nearBest(best: number, maximum: number, { known, turn }: { readonly known: Learned; readonly turn: number }): number {
  const near = [best - 1, 2 * best, best + 1, best >> 1, 4 * best][turn % 5]!;
  if (near < 1 || near > maximum) return best;
  const gains = promisedGains(maximum, known);
  return gains[near - 1]! > TRY_SHARE * gains[best - 1]! ? near : best;
}

function lastingGain(weight: number): number {
  return LASTING_GAINS.find(({ rounds }) => weight >= rounds)!.gain;
}

/** By the length less one. */
function promisedGains(maximum: number, { costs, record }: Learned): readonly number[] {
  const { plain } = costs;
  return record.tokens(maximum).map((tokens, place) => (tokens * plain) / costs.of(place + 1));
}
