import { isGreedy, LogitsError, type RandomSource, type Sampler } from "@decodekit/core";

/**
 * A view of `source` whose `categorical` is a race: token t gets the noise g_t, which depends on the source and t alone,
 * and the largest ln w_t + g_t wins, the lowest index in a tie. With standard Gumbel noise that is a draw in proportion
 * to the weights (Gumbel 1954; Maddison, Tarlow, Minka 2014), and with the same noise similar weights mostly give the
 * same winner. The n-th race of a source has its own noise; forks race too.
 */
export function racingRandom(source: RandomSource): RandomSource {
  let races = 0;
  return {
    uniform: () => source.uniform(),
    bernoulli: (p) => source.bernoulli(p),
    categorical: (weights) => race(weights, source.fork(races++)),
    fork: (key) => racingRandom(source.fork(key)),
  };
}

function race(weights: ArrayLike<number>, noise: RandomSource): number {
  let winner = -1;
  let best = -Infinity;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]!;
    if (!(weight >= 0 && weight < Infinity)) throw new LogitsError(`weight ${weight} for token ${index}`);
    if (weight === 0) continue;
    // 1 - u is in (0, 1]: -ln(-ln(1 - u)) is Gumbel noise, +Infinity with probability 2^-53.
    const score = Math.log(weight) - Math.log(-Math.log(1 - noise.fork(index).uniform()));
    if (winner >= 0 && score <= best) continue;
    winner = index;
    best = score;
  }
  if (winner < 0) throw new LogitsError("the weights sum to 0");
  return winner;
}

/**
 * The same sampler, each draw of which is a race between tokens (see `racingRandom`). Given to a plain decoder, it gives
 * token for token what `speculative({ verify: "gumbel", sampler })` gives for the same seed, whatever the drafter.
 */
export function racingSampler(sampler: Sampler): Sampler {
  // A race for the only token is won by it.
  if (isGreedy(sampler)) return sampler;
  return {
    name: sampler.name,
    distribution: (row, context) => sampler.distribution(row, context),
    pick: (probabilities, random) => sampler.pick(probabilities, racingRandom(random)),
  };
}
