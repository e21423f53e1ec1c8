import { type Decoder, type ModelRole, objectOption, type OptionDefinition, resolveOptions, type Sampler } from "@decodekit/core";
import { SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { type LosslessCase, losslessCases } from "./lossless-models.ts";
import { proveLossless } from "./prove-lossless.ts";
import type { TestFunction } from "./test-function.ts";

export interface LosslessOptions {
  /**
   * The sampler that the decoder was created with, and claims to follow exactly.
   * @defaultValue greedySampler for a decoder whose output is certain, else plainSampler, the model's own distribution
   */
  readonly sampler?: Sampler | undefined;
  /** Seeds of the random models of every family, at least one integer >= 1. @defaultValue [1, 2, 3, 4, 5] */
  readonly seeds?: readonly number[] | undefined;
  /**
   * Maximum number of branches to visit per model and output length, an integer >= 1. If it is too small for all tokens, shorter outputs
   * are proved, of at least three tokens. @defaultValue 20_000
   */
  readonly maxBranches?: number | undefined;
}

/** The extent of the proofs, filled in as the tests run. */
export interface LosslessReport {
  /** Models on which the bound allowed only shorter outputs. */
  readonly bounded: readonly BoundedProof[];
}

export interface BoundedProof {
  readonly family: string;
  readonly seed: number;
  /** Length of the longest enumerated outputs, and the full length. */
  readonly tokens: number;
  readonly of: number;
  readonly maxBranches: number;
}

const DEFAULT_MAX_BRANCHES = 20_000;

/** Definitions of the options of `testLossless`, which `testDrafter` has too. */
export const losslessOptions: Readonly<Record<keyof LosslessOptions, OptionDefinition>> = {
  sampler: SAMPLER_OPTION,
  seeds: objectOption("an array of at least one integer >= 1", (value) => {
    return Array.isArray(value) && value.length > 0 && value.every((seed) => Number.isSafeInteger(seed) && seed >= 1);
  }),
  maxBranches: { type: "integer", minimum: 1, help: "Maximum number of branches to enumerate per model" },
};

/**
 * Registers one test per model: that the output distribution of the decoder, enumerated exactly, is that of `sampler` applied token by
 * token. The models have 4 tokens, one of them a stop token. Some forbid tokens, some equal the draft model, some share no token with it,
 * some depend on the whole sequence.
 *
 * `create` returns the decoder under test. It may require a causal, a draft and a masked model, and must draw all randomness with
 * `bernoulli` and `categorical`. Long drafts take many branches: see `maxBranches`.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function testLossless<Role extends ModelRole>(
  test: TestFunction,
  create: () => Decoder<Role>,
  options: LosslessOptions = {},
): LosslessReport {
  resolveOptions("testLossless", options, losslessOptions);
  // A decoder receives all models and uses those that it requires.
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
