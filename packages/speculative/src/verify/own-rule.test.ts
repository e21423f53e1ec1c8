import { measureLoss, losslessCases, MAX_TOTAL_VARIATION, plainSampler, testDecoder } from "@decodekit/conformance";
import { collectDecode, memoryModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { draftModel } from "../drafters/draft-model.ts";
import { promptLookup } from "../drafters/prompt-lookup.ts";
import { speculative } from "../speculative.ts";
import { firstNodes, type Verifier } from "./verifier.ts";
import { verifiers } from "./verifiers.ts";

/** Accepts the drafted tokens that are the target's own, at most one per round. */
const cautious: Verifier = {
  ...verifiers.match,
  name: "cautious",
  async verify({ draft, sample }) {
    const token = await sample(-1);
    return token === draft.tokens[0] ? { accepted: [0], nextToken: await sample(0) } : { accepted: [], nextToken: token };
  },
};

/** Accepts every drafted token. */
const gullible: Verifier = {
  ...verifiers.match,
  name: "gullible",
  lossless: false,
  verify: async ({ drafted, sample }) => ({ accepted: firstNodes(drafted), nextToken: await sample(drafted - 1) }),
};

describe("speculative with a rule of its own", () => {
  testDecoder(test, () => speculative({ drafter: draftModel(), verify: cautious, sampler: plainSampler, draftLength: 1 }), {
    sampler: plainSampler,
  });

  test("is lossless if the rule is, and the proof tells", async () => {
    const [careful, careless] = [cautious, gullible].map((verify) => speculative({ drafter: draftModel(), verify, sampler: plainSampler }));
    expect([careful!.lossless, careless!.lossless]).toEqual([true, false]);
    const worst = { careful: 0, careless: 0 };
    for (const testCase of losslessCases([1])) {
      worst.careful = Math.max(worst.careful, await measureLoss(careful!, testCase, plainSampler));
      worst.careless = Math.max(worst.careless, await measureLoss(careless!, testCase, plainSampler));
    }
    expect(worst.careful).toBeLessThan(MAX_TOTAL_VARIATION);
    expect(worst.careless).toBeGreaterThan(0.01);
  });

  test.each([
    ["a node that is not there", [0, 1, 2, 3, 4, 5], 1, "accepted nodes that follow each other in the draft, from its root"],
    ["a gap", [1], 1, "accepted nodes that follow each other"],
    ["a token outside the vocabulary", [], 8, "a nextToken in [0, 8)"],
    ["no token", [], undefined, "a nextToken in [0, 8)"],
  ])("refuses %s, and names the rule", async (_what, accepted, nextToken, expected) => {
    const verify: Verifier = { ...verifiers.match, name: "broken", verify: async () => ({ accepted, nextToken: nextToken as number }) };
    const causal = memoryModel({
      vocabSize: 8,
      contextLength: 64,
      logitsAfter: (prefix) => new Float32Array(8).fill(9, (prefix.at(-1)! + 1) % 8, ((prefix.at(-1)! + 1) % 8) + 1),
    });
    const prompt = Int32Array.of(1, 2, 3, 4, 1, 2, 3);
    const decode = speculative({ drafter: promptLookup(), verify, draftLength: 2 }).decode({ causal }, prompt, { maxNewTokens: 8 });
    const error = await collectDecode(decode).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "INVALID_OPTION", where: 'verification rule "broken"', option: "what verify returns" });
    expect((error as Error).message).toContain(expected);
    expect(causal.openSessions()).toBe(0);
  });

  test("refuses one for another kind of draft, and what is no rule", () => {
    const trees: Verifier = { ...verifiers.tree, name: "trees" };
    expect(() => speculative({ drafter: promptLookup(), verify: trees })).toThrow(
      /verify must be one of "match", "gumbel" for the drafter/u,
    );
    expect(() => speculative({ drafter: promptLookup(), verify: {} as never })).toThrow(/verify must be one of .*, or a Verifier/u);
    expect(() => speculative({ drafter: promptLookup(), verify: "toString" as never })).toThrow(/or a Verifier/u);
  });
});
