import { categorical } from "./sampling/categorical.ts";
import { philox4x32 } from "./philox.ts";
import { integerBetween } from "./options.ts";
import { InvalidOptionError } from "./errors.ts";

/** Where a decoder draws from. Same seed, same draws in the same order. */
export interface RandomSource {
  /** A float64 in [0, 1), a multiple of 2^-53. Prefer the draws below: they can be enumerated. */
  uniform(): number;
  /** True with probability `p`. @throws InvalidOptionError when `p` is not in [0, 1]. */
  bernoulli(p: number): boolean;
  /**
   * An index drawn in proportion to `weights`, shape (n,): finite, >= 0, not all 0. An index of weight 0 is never drawn.
   * @throws LogitsError when the weights are none.
   */
  categorical(weights: ArrayLike<number>): number;
  /**
   * An independent stream named by `key`, an integer in [0, 2^53). It depends on this source's seed and the keys that
   * led here, not on how much was drawn: fork(3) gives the same stream whenever it is called.
   */
  fork(key: number): RandomSource;
}

/**
 * A random source whose n-th number is a function of (seed, keys forked by, n): Philox4x32-10 (Salmon et al. 2011).
 * `seed` is an integer in [0, 2^53).
 */
export function seededRandom(seed: number): RandomSource {
  return stream(...wordsOf("seededRandom", "seed", seed));
}

const FORK = 1;

/** Everything that the next draws of a seeded source depend on. */
export interface RandomState {
  readonly key0: number;
  readonly key1: number;
  /** Numbers drawn so far. */
  readonly drawn: number;
}

const states = new WeakMap<RandomSource, () => RandomState>();

/** The state of a source made by `seededRandom` or forked from one; undefined for any other. */
export function stateOf(random: RandomSource): RandomState | undefined {
  return states.get(random)?.();
}

/** A source that draws what one in `state` would draw next. */
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

/** Low and high 32-bit words of an integer in [0, 2^53). */
function wordsOf(where: string, option: string, value: number): [low: number, high: number] {
  const check = integerBetween(0);
  if (!check.accepts(value)) throw new InvalidOptionError({ where, option, expected: "an integer in [0, 2^53)", actual: value });
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}
