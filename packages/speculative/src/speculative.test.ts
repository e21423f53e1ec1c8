import {
  MAX_TOTAL_VARIATION,
  losslessCases,
  measureLoss,
  onKitModels,
  plainSampler,
  testDecoder,
  testDrafter,
  testLossless,
} from "@decodekit/conformance";
import { autoregressive, type Decoder, type Drafter, greedySampler, InvalidOptionError, type Sampler } from "@decodekit/core";
import { collectDecode, countingModel, tableModel } from "@decodekit/core/testing";
import { topPSampler } from "@decodekit/top-p";
import { describe, expect, test } from "vitest";
import { autoDraftLength } from "./draft-length/auto.ts";
import type { DraftLengthPolicy } from "./draft-length/policy.ts";
import { draftModel } from "./drafters/draft-model.ts";
import { promptLookup } from "./drafters/prompt-lookup.ts";
import { allDrafters } from "./all-drafters.ts";
import { gumbelSampling } from "./gumbel-sampling.ts";
import { speculative } from "./speculative.ts";
import { verifiers, type Verify } from "./verify/verifiers.ts";

const sampler = topPSampler({ p: 0.9, temperature: 1.2 });
const names = Object.keys(allDrafters);
const drafterNamed = (name: string): Drafter => onKitModels(allDrafters[name]!());

/** Lengths that change from round to round, including plain passes. */
const changing: DraftLengthPolicy = {
  maximum: 4,
  start() {
    let round = 0;
    return { next: () => [4, 1, 3, 0, 2][round++ % 5]!, observe: () => undefined };
  },
};

describe.each(names)("speculative with %s", (name) => {
  testDecoder(test, () => speculative({ drafter: drafterNamed(name), sampler, draftLength: changing }), { sampler });
});

describe("speculative with lengths chosen by cost", () => {
  // The cost rises with every token, so that the lengths change without a clock.
  const draftLength = autoDraftLength({ maximum: 4, cost: (length) => 1 + 0.2 * length });
  testDecoder(test, () => speculative({ drafter: promptLookup(), sampler, draftLength }), { sampler });
});

describe.each(["ratio", "block", "gumbel"] as const)("speculative with a draft model and %s", (verify) => {
  const provedElsewhere = verify === "gumbel" ? '"equals that of plain sampling for the same seed", and gumbel-sampling' : undefined;
  testDecoder(test, () => speculative({ drafter: draftModel(), verify, sampler, draftLength: 3 }), { sampler, provedElsewhere });
});

describe.each(names)("the drafter %s", (name) => {
  testDrafter(test, () => drafterNamed(name));
});

/** Every token is possible at every position: four of them, checked by weights, have millions of outcomes. */
const uniform = (): Drafter => ({
  name: "uniform",
  requires: [],
  draftKind: "probabilities",
  start: async ({ vocabSize }) => ({
    observe: () => undefined,
    async propose({ max, random }) {
      const row = new Float64Array(vocabSize).fill(1 / vocabSize);
      const tokens = Int32Array.from({ length: max }, (_, place) => random.fork(place).categorical(row));
      return { tokens, probabilities: Array.from(tokens, () => row) };
    },
  }),
});

describe("a drafter that assigns every token a probability", () => {
  const speculate = (drafter: Drafter): Decoder => speculative({ drafter, verify: "ratio", draftLength: 4, sampler: plainSampler });
  testDrafter(test, uniform, { seeds: [1], speculate, maxBranches: 1000 });
});

describe("exactness", () => {
  const kernels = names.flatMap((name) => {
    const { draftKind } = drafterNamed(name);
    const rules = Object.keys(verifiers) as Verify[];
    const possible = rules.filter((rule) => !verifiers[rule].sharesNoise && verifiers[rule].draftKinds.includes(draftKind));
    expect(possible).not.toEqual([]);
    return possible.map((verify) => ({ name, verify }));
  });
  /** The cases of those families, at least one of each. */
  const casesOf = (...families: readonly string[]) => {
    const cases = losslessCases([2]).filter(({ family }) => families.includes(family));
    expect(new Set(cases.map(({ family }) => family))).toEqual(new Set(families));
    return cases;
  };

  test.each(kernels.flatMap((kernel) => [1, 3].map((draftLength) => ({ ...kernel, draftLength }))))(
    "for $name, $verify, $draftLength",
    async ({ name, verify, draftLength }) => {
      // Drafts of a masked model over few successors have too many outcomes to enumerate at this length.
      const families = draftLength > 1 && name === "masked-draft" ? ["random"] : ["random", "few successors"];
      for (const testCase of casesOf(...families)) {
        const decoder = speculative({ drafter: drafterNamed(name), verify, draftLength, sampler: plainSampler });
        expect(await measureLoss(decoder, testCase)).toBeLessThan(MAX_TOTAL_VARIATION);
      }
    },
  );

  testLossless(test, () => speculative({ drafter: draftModel(), verify: "ratio", sampler, draftLength: changing }), {
    sampler,
    seeds: [1],
  });
  testLossless(test, () => speculative({ drafter: draftModel({ sampler: greedySampler }), verify: "block", sampler }), {
    sampler,
    seeds: [1],
  });
  testLossless(test, () => speculative({ drafter: draftModel({ minProbability: 0.5 }), verify: "ratio", sampler: plainSampler }), {
    seeds: [1],
  });
});

describe.each(names)("the output with %s", (name) => {
  const plain = (plainSamplerOf: Sampler) => autoregressive({ name: "plain", sampler: plainSamplerOf });
  const options = (seed: number) => ({ maxNewTokens: 14, stopTokens: [3], seed });

  test.each([1, 2, 3, 5, 8])("equals that of greedy decoding, %i tokens at a time", async (draftLength) => {
    for (const { models, prompt } of losslessCases([1, 2])) {
      const actual = await collectDecode(speculative({ drafter: drafterNamed(name), draftLength }).decode(models, prompt, options(0)));
      const expected = await collectDecode(plain(greedySampler).decode(models, prompt, options(0)));
      expect([...actual.tokens, actual.finishReason]).toEqual([...expected.tokens, expected.finishReason]);
    }
  });

  const { draftKind } = drafterNamed(name);

  // There is no Gumbel rule for trees.
  test(`equals that of plain sampling for the same seed${draftKind === "tree" ? "" : ", and of Gumbel sampling"}`, async () => {
    for (const { models, prompt } of losslessCases([1])) {
      for (let seed = 0; seed < 5; seed++) {
        const decoder = speculative({ drafter: drafterNamed(name), sampler, draftLength: 3 });
        const actual = await collectDecode(decoder.decode(models, prompt, options(seed)));
        expect(actual.tokens).toEqual((await collectDecode(plain(sampler).decode(models, prompt, options(seed)))).tokens);
        if (draftKind === "tree") continue;
        const gumbelDecoder = speculative({ drafter: drafterNamed(name), sampler, draftLength: changing, verify: "gumbel" });
        const gumbel = await collectDecode(gumbelDecoder.decode(models, prompt, options(seed)));
        expect(gumbel.tokens).toEqual((await collectDecode(gumbelSampling({ sampler }).decode(models, prompt, options(seed)))).tokens);
      }
    }
  });

  test("the cache ends one token before the output, and each round reads 1 to draft + 1 tokens", async () => {
    for (const { models, prompt } of losslessCases([1, 2])) {
      const decoder = speculative({ drafter: drafterNamed(name), draftLength: 3, sampler });
      const { events } = await collectDecode(decoder.decode(models, prompt, { maxNewTokens: 15, seed: 4 }));
      let length = prompt.length;
      const passes = models.causal.passes();
      expect(passes[0]).toMatchObject({ start: 0, positions: length });
      const commits = events.filter((event) => event.type === "tokens-commit");
      for (const [round, { start, tokens }] of commits.entries()) {
        expect(start).toBe(length);
        if (round > 0) expect(passes[round]).toMatchObject({ start: length - 1 });
        if (round > 0) expect(tokens.length).toBeLessThanOrEqual(passes[round]!.positions);
        length += tokens.length;
      }
      expect(passes).toHaveLength(commits.length);
    }
  });
});

test("tells its sampler", () => {
  expect(speculative({ drafter: promptLookup(), sampler }).sampler).toBe(sampler);
  expect(speculative({ drafter: draftModel(), verify: "gumbel", sampler }).sampler).toBe(sampler);
  expect(speculative({ drafter: promptLookup() }).sampler).toBe(greedySampler);
});

test("a draft model that always agrees yields a token for every row", async () => {
  const models = { causal: countingModel(), draft: countingModel() };
  const decoder = speculative({ drafter: draftModel(), draftLength: 4 });
  const { tokens, events } = await collectDecode(decoder.decode(models, Int32Array.of(3), { maxNewTokens: 11 }));
  expect([...tokens]).toEqual([4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4]);
  expect(events.flatMap((event) => (event.type === "draft-verify" ? [event.accepted] : []))).toEqual([4, 4]);
  expect(models.causal.passes().map(({ positions }) => positions)).toEqual([1, 5, 5]);
  // The prompt and the first token in one pass, then one token at a time; after a full draft the two tokens that it has not read.
  expect(models.draft.passes().map(({ positions }) => positions)).toEqual([2, 1, 1, 1, 2, 1, 1, 1]);
});

test.each([
  [{ drafter: undefined }, "drafter must be a Drafter"],
  [{ drafter: promptLookup(), verify: "ratio" }, 'verify must be one of "match", "gumbel" for the drafter "prompt-lookup"'],
  [{ drafter: promptLookup(), verify: "tree" }, 'verify must be one of "match", "gumbel"'],
  [{ drafter: allDrafters["ddtree"]!(), verify: "match" }, 'verify must be one of "tree" for the drafter "ddtree"'],
  [{ drafter: promptLookup(), draftLength: 0 }, 'draftLength must be an integer >= 1, "auto" or a DraftLengthPolicy, got 0.'],
  [{ drafter: promptLookup(), sampler: 3 }, "sampler must be a Sampler"],
  [{ drafter: promptLookup(), length: 3 }, 'option "length" must be one of its options'],
])("rejects %o when it is called", (options, message) => {
  const create = (): unknown => speculative(options as never);
  expect(create).toThrow(InvalidOptionError);
  expect(create).toThrow(message);
});

test("rejects a model that cannot rewind or cannot read a tree", async () => {
  const causal = tableModel({ probabilities: [[1]] });
  const stuck = { ...causal, capabilities: { ...causal.capabilities, rewind: false } };
  const decode = (drafter: Drafter, models: object) =>
    collectDecode(speculative({ drafter }).decode(models as never, Int32Array.of(0), { maxNewTokens: 4 }));
  await expect(decode(promptLookup(), { causal: stuck })).rejects.toThrow("able to rewind its cache");
  const { masked } = losslessCases([1])[0]!.models;
  await expect(decode(allDrafters["ddtree"]!(), { causal, masked })).rejects.toThrow("able to read trees");
  expect(causal.openSessions()).toBe(0);
});
