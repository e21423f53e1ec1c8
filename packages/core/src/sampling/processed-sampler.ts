import type { LogitsProcessor, Sampler } from "../contracts/sampler.ts";
import { InvalidOptionError } from "../errors.ts";
import { PROCESSORS_OPTION, SAMPLER_OPTION } from "./sampler-options.ts";

/**
 * Returns a sampler with the distribution that `sampler` has of a row after `processors` edited it, in order. It has the sampler's name and
 * `pick`. Without processors it is `sampler`.
 *
 * It is for strategies that take a sampler: a decoder that draws from it follows the processed distribution, and a proof that a decoder is
 * lossless under `generate({ processors })` compares with it. Do not pass the same processors to `generate` too: they would be applied twice.
 * It needs whole rows, also where `sampler` decides from a part of a row.
 * @throws InvalidOptionError if `sampler` is not a sampler, or `processors` is not an array of functions.
 */
export function processedSampler(sampler: Sampler, processors: readonly LogitsProcessor[]): Sampler {
  const where = "processedSampler";
  for (const [option, definition, actual] of [
    ["sampler", SAMPLER_OPTION, sampler],
    ["processors", PROCESSORS_OPTION, processors],
  ] as const)
    if (!definition.accepts(actual)) throw new InvalidOptionError({ where, option, expected: definition.expected, actual });
  if (processors.length === 0) return sampler;
  const chain = [...processors];
  return {
    name: sampler.name,
    distribution(row, context) {
      const processed = row.slice();
      for (const processor of chain) processor(processed, context);
      return sampler.distribution(processed, context);
    },
    pick: (probabilities, random) => sampler.pick(probabilities, random),
  };
}
