import type { Decoder, ModelRole, Sampler } from "@decodekit/core";
import { expect } from "./expect.ts";
import { measureLoss, plainSampler } from "./lossless.ts";
import { losslessCases } from "./lossless-models.ts";
import type { TestFunction } from "./test-decoder.ts";

export interface LosslessOptions {
  /** What the decoder was made with, and claims to follow exactly. @defaultValue plainSampler, the model's own distribution */
  readonly sampler?: Sampler | undefined;
  /** Which random models of every family, at least one. @defaultValue [1, 2, 3, 4, 5] */
  readonly seeds?: readonly number[] | undefined;
}

/** What rounding may add up to. */
export const LARGEST_LOSS = 1e-12;

/**
 * Registers one test per model: the output distribution of the decoder, enumerated exactly, is that of `sampler` token by
 * token. The models have 4 tokens, one of them a stop token; some forbid tokens, some agree with the draft model, some have
 * nothing in common with it, some look at more than the last token.
 *
 * `create` makes the decoder under test. It may require a causal, a draft and a masked model, must draw all randomness with
 * `bernoulli` and `categorical`, and should draft no more than may still be committed, or the enumeration takes long.
 */
export function testLossless<Role extends ModelRole>(test: TestFunction, create: () => Decoder<Role>, options: LosslessOptions = {}): void {
  const { sampler = plainSampler, seeds } = options;
  for (const testCase of losslessCases(seeds)) {
    test(`lossless: ${testCase.family}, model ${testCase.seed}`, async () => {
      const loss = await measureLoss(create(), testCase, sampler);
      expect(
        loss < LARGEST_LOSS,
        `the output differs from the sampler's by a total variation of ${loss}, which must be below ${LARGEST_LOSS}`,
      );
    });
  }
}
