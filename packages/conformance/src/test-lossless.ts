import { checkOptions, type Decoder, integerBetween, type ModelRole, type OptionCheck, type Sampler } from "@decodekit/core";
import { type LosslessCase, losslessCases } from "./lossless-models.ts";
import { proveLossless } from "./prove-lossless.ts";
import type { TestFunction } from "./test-function.ts";

export interface LosslessOptions {
  /**
   * What the decoder was made with, and claims to follow exactly.
   * @defaultValue greedySampler for a decoder whose output is certain, else plainSampler, the model's own distribution
   */
  readonly sampler?: Sampler | undefined;
  /** Which random models of every family, at least one integer >= 1. @defaultValue [1, 2, 3, 4, 5] */
  readonly seeds?: readonly number[] | undefined;
  /**
   * Most branches to visit per model and output length, an integer >= 1: where that is too few for all tokens, shorter outputs are
   * proved, of three tokens at least. @defaultValue 20_000
   */
  readonly maxBranches?: number | undefined;
}

/** How far the proofs went, filled as the tests run. */
export interface LosslessReport {
  /** Models on which the bound allowed shorter outputs only. */
  readonly bounded: readonly BoundedProof[];
}

export interface BoundedProof {
  readonly family: string;
  readonly seed: number;
  /** Longest outputs that were enumerated, of how many. */
  readonly tokens: number;
  readonly of: number;
  readonly maxBranches: number;
}

const DEFAULT_MAX_BRANCHES = 20_000;

/** Checks of the options of `testLossless`, which those of `testDrafter` include. */
export const losslessOptionChecks: Readonly<Record<keyof LosslessOptions, OptionCheck>> = {
  sampler: {
    expected: "a Sampler, for example greedySampler",
    accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
  },
  seeds: {
    expected: "an array of at least one integer >= 1",
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((seed) => Number.isSafeInteger(seed) && seed >= 1),
  },
  maxBranches: integerBetween(1),
};

/**
 * Registers one test per model: the output distribution of the decoder, enumerated exactly, is that of `sampler` token by
 * token. The models have 4 tokens, one of them a stop token; some forbid tokens, some agree with the draft model, some have
 * nothing in common with it, some look at the whole sequence.
 *
 * `create` makes the decoder under test. It may require a causal, a draft and a masked model, and must draw all randomness with
 * `bernoulli` and `categorical`. Long drafts take many branches: see `maxBranches`.
 * @throws InvalidOptionError for an option that is unknown or wrong.
 */
export function testLossless<Role extends ModelRole>(
  test: TestFunction,
  create: () => Decoder<Role>,
  options: LosslessOptions = {},
): LosslessReport {
  checkOptions("testLossless", options, losslessOptionChecks);
  // A decoder is given all models and takes those that it requires.
  const createForAll = create as unknown as () => Decoder;
  const bounded: BoundedProof[] = [];
  for (const testCase of losslessCases(options.seeds)) {
    test(`lossless: ${testCase.family}, model ${testCase.seed}`, () => prove(createForAll(), testCase, options, bounded));
  }
  return { bounded };
}

async function prove(decoder: Decoder, testCase: LosslessCase, options: LosslessOptions, bounded: BoundedProof[]): Promise<void> {
  const { sampler, maxBranches = DEFAULT_MAX_BRANCHES } = options;
  const { tokens, isWhole } = await proveLossless(decoder, testCase, { sampler, maxBranches });
  const { family, seed, maxNewTokens } = testCase;
  if (!isWhole) bounded.push({ family, seed, tokens, of: maxNewTokens, maxBranches });
}
