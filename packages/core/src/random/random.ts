import { categorical } from "../sampling/categorical.ts";
import { philox4x32 } from "./philox.ts";
import { InvalidOptionError } from "../errors.ts";

/** The source of a decoder's randomness. The same seed produces the same draws in the same order. */
export interface RandomSource {
  /** Returns a float64 in [0, 1), a multiple of 2^-53. Prefer the draws below, which can be enumerated. */
  uniform(): number;
  /** Returns true with probability `p`. @throws InvalidOptionError if `p` is not in [0, 1]. */
  bernoulli(p: number): boolean;
  /**
   * Draws an index in proportion to `weights`, shape (n,): finite, >= 0, not all 0. An index of weight 0 is never drawn.
   * @throws LogitsError if the weights define no distribution.
   */
  categorical(weights: ArrayLike<number>): number;
  /**
   * Returns an independent stream named by `key`, an integer in [0, 2^53). It depends on this source's seed and the keys that led to this
   * source, not on earlier draws: fork(3) always returns the same stream.
   */
  fork(key: number): RandomSource;
}

/**
 * Creates a random source whose n-th number is a function of (seed, fork keys, n): Philox4x32-10 (Salmon et al. 2011).
 * `seed` is an integer in [0, 2^53).
 */
export function seededRandom(seed: number): RandomSource {
  return stream(...wordsOf("seededRandom", "seed", seed));
}

const FORK = 1;

/** The complete state of a seeded source. */
export interface RandomState {
  readonly key0: number;
  readonly key1: number;
  /** Count of numbers drawn so far. */
  readonly drawn: number;
}

const states = new WeakMap<RandomSource, () => RandomState>();

/** Returns the state of a source from `seededRandom` or a fork of one, or undefined for any other source. */
export function stateOf(random: RandomSource): RandomState | undefined {
  return states.get(random)?.();
}

/** Creates a source that continues from `state`. */
export function randomFrom({ key0, key1, drawn }: RandomState): RandomSource {
  return stream(key0, key1, drawn);
}

function stream(key0: number, key1: number, drawnBefore = 0): RandomSource {
  let drawn = drawnBefore;
  const uniform = (): number => {
    const [high, low] = philox4x32([drawn >>> 0, Math.floor(drawn / 2 ** 32), 0, 0], [key0, key1]);
    drawn++;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
  const source: RandomSource = {
    uniform,
    bernoulli(p) {
      if (!(p >= 0 && p <= 1)) throw new InvalidOptionError({ where: "bernoulli", option: "p", expected: "a number in [0, 1]", actual: p });
      return uniform() < p;
    },
    categorical: (weights) => categorical(weights, uniform()),
    fork(key) {
      const [low, high] = wordsOf("RandomSource.fork", "key", key);
      const [child0, child1] = philox4x32([low, high, 0, FORK], [key0, key1]);
      return stream(child0, child1);
    },
  };
  states.set(source, () => ({ key0, key1, drawn }));
  return source;
}

/** Returns the low and high 32-bit words of an integer in [0, 2^53). */
function wordsOf(where: string, option: string, value: number): [low: number, high: number] {
  if (!(Number.isSafeInteger(value) && value >= 0))
    throw new InvalidOptionError({ where, option, expected: "an integer in [0, 2^53)", actual: value });
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}
