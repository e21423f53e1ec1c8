import { type Decoder, greedySampler, type Sampler } from "@decodekit/core";
import { type OutputDistribution, totalVariation } from "@decodekit/core/testing";
import { enumerateOutput, expectedDistribution, plainSampler } from "./lossless.ts";
import type { LosslessCase } from "./lossless-models.ts";

/** Upper bound of accumulated rounding errors. */
export const MAX_TOTAL_VARIATION = 1e-12;

/** A draft of two tokens and the token after it; shorter outputs do not exercise the rules of speculation. */
const MIN_TOKENS = 3;

export interface ProofOptions {
  /** The sampler to follow; undefined means greedy decoding if the output is certain, else the model's own distribution. */
  readonly sampler: Sampler | undefined;
  /** Maximum number of branches to visit per output length. */
  readonly maxBranches: number;
}

/** The extent of a proof. */
export interface Proof {
  /** Length of the longest enumerated outputs. */
  readonly tokens: number;
  /** Number of branches of the last enumeration. */
  readonly branches: number;
  /** Whether that is the number of tokens of the case. */
  readonly isWhole: boolean;
}

/**
 * Enumerates the output of `decoder` for one token, two, and so on, as far as `maxBranches` allows, and compares each distribution with
 * the definition.
 * @throws Error if they differ, or if fewer than three tokens could be enumerated.
 */
export async function proveLossless(decoder: Decoder, testCase: LosslessCase, { sampler, maxBranches }: ProofOptions): Promise<Proof> {
  let branches = 1;
  let growth = 1;
  let tokens = 0;
  while (tokens < testCase.maxNewTokens && branches * growth <= 2 * maxBranches) {
    const maxNewTokens = tokens + 1;
    const actual = await enumerateOutput(decoder, testCase, { maxNewTokens, maxBranches });
    if (!actual) break;
    await compare(actual.distribution, { testCase, maxNewTokens, sampler });
    growth = actual.branches / branches;
    ({ branches } = actual);
    tokens = maxNewTokens;
  }
  if (tokens >= Math.min(MIN_TOKENS, testCase.maxNewTokens)) return { tokens, branches, isWhole: tokens === testCase.maxNewTokens };
  throw new Error(
    [
      `${nameOf(testCase)}: outputs of ${tokens + 1} tokens take more than ${maxBranches} branches to enumerate; the minimum is ${MIN_TOKENS} tokens.`,
      "Draw less for each token, draft fewer tokens for the test, or raise maxBranches.",
    ].join(" "),
  );
}

interface Expectation {
  readonly testCase: LosslessCase;
  readonly maxNewTokens: number;
  readonly sampler: Sampler | undefined;
}

async function compare(actual: OutputDistribution, { testCase, maxNewTokens, sampler }: Expectation): Promise<void> {
  const followed = sampler ?? (actual.size === 1 ? greedySampler : plainSampler);
  const { models, prompt, stopToken } = testCase;
  const expected = await expectedDistribution(models.causal, followed, prompt, { maxNewTokens, stopTokens: [stopToken] });
  const loss = totalVariation(actual, expected);
  if (loss < MAX_TOTAL_VARIATION) return;
  const [output, from, to] = largestDifference(actual, expected);
  const problem = [
    `${nameOf(testCase)}: the output of up to ${maxNewTokens} tokens differs from that of the sampler "${followed.name}"`,
    `by a total variation of ${loss}, which must be below ${MAX_TOTAL_VARIATION}; it differs most for "${output}", whose probability is ${from}, not ${to}.`,
  ];
  if (!sampler) problem.push("If the decoder was made with a sampler, pass it to the test too: { sampler }.");
  throw new Error(problem.join(" "));
}

function largestDifference(
  actual: OutputDistribution,
  expected: OutputDistribution,
): readonly [output: string, actual: number, expected: number] {
  const differences = [...new Set([...actual.keys(), ...expected.keys()])].map(
    (output) => [output, actual.get(output) ?? 0, expected.get(output) ?? 0] as const,
  );
  return differences.toSorted((a, b) => Math.abs(b[1] - b[2]) - Math.abs(a[1] - a[2]))[0]!;
}

function nameOf({ family, seed }: LosslessCase): string {
  return `${family}, model ${seed}`;
}
