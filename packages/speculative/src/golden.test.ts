/// <reference types="node" />
import { readFileSync } from "node:fs";
import { type RandomSource, seededRandom } from "@decodekit/core";
import { enumerateOutcomes, recordingRandom } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { promptLookup, type PromptLookupOptions } from "./drafters/prompt-lookup.ts";
import { match } from "./verify/match.ts";
import { ratio } from "./verify/ratio.ts";
import { residual } from "./verify/residual.ts";

// Numbers from onnxruntime-genai (MIT), vLLM and transformers (Apache-2.0); each file names its sources.
const files = ["ngram-draft.json", "verification.json"] as const;

interface Case<Input, Options, Expected> {
  readonly name: string;
  readonly operation: string;
  readonly input: Input;
  readonly options: Options;
  readonly expected: Expected;
  readonly tolerance: number;
}

type AnyCase = Case<unknown, unknown, unknown>;
const read = (file: string): readonly AnyCase[] =>
  (JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), "utf8")) as { readonly cases: readonly AnyCase[] }).cases;
const all = files.flatMap(read);
const used = new Set<string>();

/** The cases of one operation, at least one. */
function casesOf<Input, Expected, Options = object>(operation: string): readonly Case<Input, Options, Expected>[] {
  const cases = all.filter((each) => each.operation === operation);
  if (cases.length === 0) throw new Error(`There is no golden case of the operation "${operation}".`);
  used.add(operation);
  return cases as readonly Case<Input, Options, Expected>[];
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(tolerance);
}

/** Verifies against the token that the target would choose at each position. */
async function matchWith(
  draft: readonly number[],
  sampleAt: (place: number) => number,
): Promise<{ readonly tokens: readonly number[]; readonly accepted: number }> {
  const tokens = Int32Array.from(draft);
  const random = seededRandom(0);
  const distribution = (): never => expect.unreachable();
  const { accepted, nextToken } = await match.verify({
    draft: { tokens },
    drafted: tokens.length,
    distribution,
    sample: async (node) => sampleAt(node + 1),
    random,
  });
  return { tokens: [...tokens.subarray(0, accepted.length), nextToken], accepted: accepted.length };
}

/** One round of "ratio", with the draft drawn from `drafts`; returns its tokens. */
async function ratioRound(
  targets: readonly (readonly number[])[],
  drafts: readonly (readonly number[])[],
  random: RandomSource,
): Promise<readonly number[]> {
  const tokens = Int32Array.from(drafts, (q) => random.categorical(q));
  const distribution = async (node: number): Promise<Float64Array> => Float64Array.from(targets[Math.min(node + 1, targets.length - 1)]!);
  const draft = { tokens, probabilities: drafts.map((q) => Float64Array.from(q)) };
  const { accepted, nextToken } = await ratio.verify({
    draft,
    drafted: tokens.length,
    distribution,
    sample: () => expect.unreachable(),
    random,
  });
  return [...tokens.subarray(0, accepted.length), nextToken];
}

describe("n-gram proposals of other implementations", () => {
  interface Ngrams {
    readonly order: number;
    readonly minNgram: number;
    readonly maxNgram: number;
    readonly maxTokens: number;
    readonly chained?: boolean;
    readonly stopTokens?: readonly number[];
  }
  const of = (operation: string) =>
    casesOf<{ readonly history: readonly number[] }, { readonly proposal: readonly number[] }, Ngrams>(operation);

  const propose = async (options: PromptLookupOptions, history: readonly number[], max: number): Promise<number[]> => {
    const session = await promptLookup(options).start({ prompt: Int32Array.from(history) } as never);
    const draft = session.propose({ max, maxDepth: max, random: seededRandom(0) });
    return [...(await (draft as Promise<{ tokens: Int32Array }>)).tokens];
  };

  test.each(of("ngram-latest"))("$name", async ({ input, options, expected }) => {
    const size = options.order - 1;
    const lookup = { maxNgram: size, minNgram: size, occurrence: "latest", chained: options.chained } as const;
    expect(await propose(lookup, input.history, options.maxTokens)).toEqual(expected.proposal);
  });

  for (const occurrence of ["earliest", "latest"] as const) {
    test.each(of(`ngram-longest-${occurrence}`))("$name", async ({ input, options, expected }) => {
      const { minNgram, maxNgram, maxTokens, stopTokens = [] } = options;
      const proposal = await propose({ minNgram, maxNgram, occurrence }, input.history, maxTokens);
      // The source cuts before a stop token. Here `speculative` cuts after it, so that it is verified too.
      const stopAt = proposal.findIndex((token) => stopTokens.includes(token));
      expect(stopAt < 0 ? proposal : proposal.slice(0, stopAt)).toEqual(expected.proposal);
    });
  }
});

describe("verification in other implementations", () => {
  interface Greedy {
    readonly draft: readonly number[];
    readonly target: readonly number[];
    readonly output: readonly number[];
    readonly fallback: number;
  }
  interface Round {
    readonly tokens: readonly number[];
    readonly accepted: number;
  }

  test.each(casesOf<Greedy, Round>("greedy-verify"))("$name", async ({ input, expected }) => {
    expect(await matchWith(input.draft, (place) => input.target[place]!)).toEqual(expected);
  });

  interface Constraints {
    readonly frequencyPenalty?: number;
    readonly bannedSequences?: readonly (readonly number[])[];
    readonly disallowedTokens?: readonly number[];
  }
  test.each(casesOf<Greedy, Round, Constraints>("greedy-verify-constrained"))("$name", async ({ input, options, expected }) => {
    const { frequencyPenalty = 0, bannedSequences = [], disallowedTokens = [] } = options;
    const sampleAt = (place: number): number => {
      const token = input.target[place]!;
      const before = [...input.output, ...input.draft.slice(0, place)];
      if (place === input.draft.length && input.draft.length > 0) return token;
      const banned = bannedSequences.some((sequence) => [...before, token].slice(-sequence.length).join() === sequence.join());
      const penalty = frequencyPenalty * before.filter((other) => other === token).length;
      return banned || disallowedTokens.includes(token) || 100 - penalty < 99 ? input.fallback : token;
    };
    expect(await matchWith(input.draft, sampleAt)).toEqual(expected);
  });

  test.each(casesOf<{ draft: readonly number[]; sampled: readonly number[] }, { accepted: number; finalToken: number }>("match-verify"))(
    "$name",
    async ({ input, expected }) => {
      const { tokens, accepted } = await matchWith(input.draft, (place) => input.sampled[place]!);
      expect({ accepted, finalToken: tokens.at(-1) }).toMatchObject({ accepted: expected.accepted, finalToken: expected.finalToken });
    },
  );

  type Pair = { readonly target: readonly number[]; readonly draft: readonly number[] };
  test.each(casesOf<Pair, { probabilities: readonly number[] }>("residual"))("$name", ({ input, expected, tolerance }) => {
    const weights = residual(Float64Array.from(input.target), Float64Array.from(input.draft));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expectClose(
      weights.map((weight) => weight / total),
      expected.probabilities,
      tolerance,
    );
  });

  const accepts = casesOf<{ target: number; draft: number }, { probability: number }>("accept-probability");
  test.each(accepts)("$name", async ({ input, expected, tolerance }) => {
    const random = recordingRandom(seededRandom(0));
    const row = (probability: number) => Float64Array.of(probability, 1 - probability);
    const draft = { tokens: Int32Array.of(0), probabilities: [row(input.draft)] };
    await ratio.verify({ draft, drafted: 1, distribution: async () => row(input.target), sample: () => expect.unreachable(), random });
    const [draw] = random.draws;
    expectClose([draw?.kind === "bernoulli" ? draw.probability : NaN], [expected.probability], tolerance);
  });

  test.each(casesOf<Pair, { probabilities: readonly number[]; acceptance: number }>("output-law"))(
    "$name",
    async ({ input, expected, tolerance }) => {
      const law = new Float64Array(input.target.length);
      let acceptance = 0;
      for await (const { outcome, probability } of enumerateOutcomes(async (random) => ratioRound([input.target], [input.draft], random))) {
        law[outcome[0]!]! += probability;
        if (outcome.length === 2) acceptance += probability;
      }
      expectClose(law, expected.probabilities, tolerance);
      expectClose([acceptance], [expected.acceptance], tolerance);
    },
  );

  type Rounds = {
    readonly targets: readonly (readonly number[])[];
    readonly drafts: readonly (readonly number[])[];
    readonly position: number;
  };
  test.each(casesOf<Rounds, { probabilities: readonly number[]; lengths: readonly number[] }>("round-law"))(
    "$name",
    async ({ input, expected, tolerance }) => {
      const law = new Float64Array(3);
      const lengths = new Float64Array(4);
      let reached = 0;
      for await (const { outcome, probability } of enumerateOutcomes(async (random) => ratioRound(input.targets, input.drafts, random))) {
        lengths[outcome.length - 1]! += probability;
        const token = outcome[input.position];
        if (token === undefined) continue;
        law[token]! += probability;
        reached += probability;
      }
      expectClose(lengths, expected.lengths, tolerance);
      expectClose(
        law.map((probability) => probability / reached),
        expected.probabilities,
        tolerance,
      );
    },
  );
});

test("every golden case is run", () => {
  expect(used).toEqual(new Set(all.map(({ operation }) => operation)));
});
