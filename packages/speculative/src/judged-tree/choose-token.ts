import { argmax, type LogitsProcessor, type RandomSource, type Sampler, type Sequence, type TokenId } from "@decodekit/core";

/** How tokens are chosen from rows. */
export interface TokenRule {
  /** Applied in order to every row. */
  readonly processors: readonly LogitsProcessor[];
  /** Draws the tokens; if undefined, the most likely ones are chosen. */
  readonly sampler: Sampler | undefined;
}

/** The token that plain decoding would choose at a position, and how much less likely other tokens are. */
export interface TokenChoice {
  readonly token: TokenId;
  /** How many nats less likely another token is, >= 0; Infinity if its probability is 0. */
  readonly natsBelowChoice: (other: TokenId) => number;
}

/** Chooses the token that follows `sequence`, whose logits are `row`. Does not modify `row`. Draws from `random`. */
export function chooseToken({ processors, sampler }: TokenRule, row: Float32Array, sequence: Sequence, random: RandomSource): TokenChoice {
  const edited = processors.length === 0 ? row : row.slice();
  for (const processor of processors) processor(edited, sequence);
  if (!sampler) {
    const token = argmax(edited);
    return { token, natsBelowChoice: (other) => edited[token]! - edited[other]! };
  }
  const probabilities = sampler.distribution(edited, sequence);
  const token = sampler.pick(probabilities, random);
  return { token, natsBelowChoice: (other) => Math.max(0, Math.log(probabilities[token]! / probabilities[other]!)) };
}
