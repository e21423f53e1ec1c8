import { isGreedy, LogitsError, type RandomSource, type Sampler } from "@decodekit/core";

/**
 * Returns a view of `source` whose `categorical` uses the Gumbel-max trick. Index t gets the noise g_t, which depends only on the source
 * and t. The index with the largest ln w_t + g_t wins; the lowest one in a tie. With standard Gumbel noise this is a draw in proportion
 * to the weights (Gumbel 1954; Maddison, Tarlow, Minka 2014). With the same noise, similar weights mostly select the same index. Each
 * draw of a source has different noise. Forks use the trick too.
 */
export function gumbelRandom(source: RandomSource): RandomSource {
  let draws = 0;
  return {
    uniform: () => source.uniform(),
    bernoulli: (p) => source.bernoulli(p),
    categorical: (weights) => gumbelArgmax(weights, source.fork(draws++)),
    fork: (key) => gumbelRandom(source.fork(key)),
  };
}

function gumbelArgmax(weights: ArrayLike<number>, noise: RandomSource): number {
  let best = -1;
  let bestScore = -Infinity;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]!;
    if (!(weight >= 0 && weight < Infinity)) throw new LogitsError(`weight ${weight} for token ${index}`);
    if (weight === 0) continue;
    // 1 - u is in (0, 1]: -ln(-ln(1 - u)) is Gumbel noise, +Infinity with probability 2^-53.
    const score = Math.log(weight) - Math.log(-Math.log(1 - noise.fork(index).uniform()));
    if (best >= 0 && score <= bestScore) continue;
    best = index;
    bestScore = score;
  }
  if (best < 0) throw new LogitsError("the weights sum to 0");
  return best;
}

/**
 * Returns the same sampler drawing with the Gumbel-max trick (see `gumbelRandom`). With the same seed, a plain decoder with this sampler
 * produces exactly the tokens of `speculative({ verify: "gumbel", sampler })` with any drafter.
 */
export function gumbelSampler(sampler: Sampler): Sampler {
  // A single token with a weight wins with any noise.
  if (isGreedy(sampler)) return sampler;
  const { name, partial } = sampler;
  const distribution: Sampler["distribution"] = (row, sequence) => sampler.distribution(row, sequence);
  return {
    name,
    distribution,
    ...(partial?.equals === sampler.distribution && { partial: { ...partial, equals: distribution } }),
    pick: (probabilities, random) => sampler.pick(probabilities, gumbelRandom(random)),
  };
}
