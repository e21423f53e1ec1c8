import {
  type DecodeEvent,
  type Draft,
  type DraftOutcome,
  type Drafter,
  type DraftRequest,
  greedySampler,
  type Sampler,
  softmax,
} from "@decodekit/core";
import { collectDecode, countingModel, memoryModel, tableModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { speculative } from "./speculative.ts";

const prompt = Int32Array.of(3, 1, 4);

/** A counting model that reads trees. */
function treeModel(contextLength = 64) {
  const vocabSize = 10;
  const logitsAfter = (prefix: Int32Array): Float32Array => {
    const next = (prefix.at(-1)! + 1) % vocabSize;
    return new Float32Array(vocabSize).fill(-Infinity).fill(0, next, next + 1);
  };
  return memoryModel({ vocabSize, contextLength, logitsAfter, tree: true });
}

interface Noted {
  readonly outcomes: DraftOutcome[];
  readonly requests: DraftRequest[];
}

/** Proposes `draft` every time, after the empty ones of `emptyRounds`; logs requests and outcomes. */
function noting(
  draftKind: Drafter["draftKind"],
  draft: Draft,
  { usesPredictions = false, emptyRounds = 0 } = {},
): { drafter: Drafter<never> } & Noted {
  const noted: Noted = { outcomes: [], requests: [] };
  const drafter: Drafter<never> = {
    name: "noting",
    requires: [],
    draftKind,
    usesTargetPredictions: usesPredictions,
    start: async () => ({
      observe: (outcome) => void noted.outcomes.push(outcome),
      async propose(request) {
        noted.requests.push(request);
        if (noted.requests.length <= emptyRounds) return { tokens: new Int32Array(0) };
        return draftKind === "tokens" ? { tokens: draft.tokens.slice(0, request.max) } : draft;
      },
    }),
  };
  return { drafter, ...noted };
}

const proposals = (events: readonly DecodeEvent[]) => events.flatMap((event) => (event.type === "tokens-propose" ? [event] : []));

describe("the proposal", () => {
  test("of a chain is the chain, with the probability of each token if the drafter returns them", async () => {
    const row = Float64Array.of(0, 0, 0, 0, 0, 0.25, 0.75, 0, 0, 0);
    const { drafter } = noting("probabilities", { tokens: Int32Array.of(6, 5), probabilities: [row, row] });
    const plain: Sampler = { name: "plain", distribution: (logits) => softmax(logits), pick: (p, random) => random.categorical(p) };
    const options = { maxNewTokens: 4, seed: 1 };
    const weighed = await collectDecode(
      speculative({ drafter, sampler: plain, verify: "ratio" }).decode({ causal: countingModel() }, prompt, options),
    );
    expect(proposals(weighed.events)[0]).toEqual({
      type: "tokens-propose",
      start: 4,
      tokens: Int32Array.of(6, 5),
      probabilities: Float32Array.of(0.75, 0.25),
    });
    const compared = await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, options));
    expect(proposals(compared.events)[0]).toEqual({ type: "tokens-propose", start: 4, tokens: Int32Array.of(6, 5) });
  });

  test("of a tree is its first chain, with the whole tree, in arrays of their own", async () => {
    // Chains 7 9 and 6 7 8: the first child of each node is 7, then 9.
    const tree = { tokens: Int32Array.of(7, 6, 7, 9, 8), parents: Int32Array.of(-1, -1, 1, 0, 2) };
    const { drafter } = noting("tree", tree);
    const { events, tokens } = await collectDecode(
      speculative({ drafter, draftLength: 8 }).decode({ causal: treeModel() }, prompt, { maxNewTokens: 5 }),
    );
    expect(proposals(events)[0]).toEqual({ type: "tokens-propose", start: 4, tokens: Int32Array.of(7, 9), tree });
    const { tree: proposed } = proposals(events)[0]!;
    expect([proposed!.tokens === tree.tokens, proposed!.parents === tree.parents]).toEqual([false, false]);
    expect(events.find(({ type }) => type === "draft-verify")).toEqual({ type: "draft-verify", start: 4, drafted: 5, accepted: 3 });
    expect([...tokens]).toEqual([5, 6, 7, 8, 9]);
  });
});

describe("a drafter that uses target predictions", () => {
  test("receives the target's tokens, and its predictions after rejected tokens", async () => {
    const { drafter, outcomes } = noting("tokens", { tokens: Int32Array.of(6, 2, 8) }, { usesPredictions: true });
    await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 6 }));
    expect(outcomes.slice(0, 2)).toEqual([
      { tokens: Int32Array.of(5), drafted: 0, accepted: 0 },
      // After 5 the target predicts 6, then 7; after the rejected 2 and 8 it predicts 3 and 9.
      { tokens: Int32Array.of(6, 7), drafted: 3, accepted: 1, predictions: Int32Array.of(6, 7, 3, 9) },
    ]);
  });

  test("receives the token of a round without a draft", async () => {
    const { drafter, outcomes } = noting("tokens", { tokens: Int32Array.of(7) }, { usesPredictions: true, emptyRounds: 1 });
    await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 4 }));
    expect(outcomes[1]).toEqual({ tokens: Int32Array.of(6), drafted: 0, accepted: 0, predictions: Int32Array.of(6) });
  });

  test("otherwise receives no predictions", async () => {
    const { drafter, outcomes } = noting("tokens", { tokens: Int32Array.of(6, 2) }, { emptyRounds: 1 });
    await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 5 }));
    expect(outcomes.map(({ predictions }) => predictions)).toEqual([undefined, undefined, undefined]);
  });
});

describe("a request to a drafter", () => {
  const requested = (requests: readonly DraftRequest[]) => requests.map(({ max, maxDepth }) => [max, maxDepth]);

  test("is for a chain of the draft length, at most one token less than may be committed", async () => {
    const { drafter, requests } = noting("tokens", { tokens: new Int32Array(0) });
    await collectDecode(speculative({ drafter, draftLength: 3 }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 6 }));
    expect(requested(requests)).toEqual([
      [3, 3],
      [3, 3],
      [2, 2],
      [1, 1],
    ]);
  });

  test("is for a tree of the draft length, as deep as may be committed, as large as fits the context", async () => {
    const { drafter, requests } = noting("tree", { tokens: new Int32Array(0), parents: new Int32Array(0) });
    await collectDecode(speculative({ drafter, draftLength: 8 }).decode({ causal: treeModel(12) }, prompt, { maxNewTokens: 5 }));
    // The prompt has 4 tokens, so that 8 more fit the context; with 1 token left nothing is requested.
    expect(requested(requests)).toEqual([
      [8, 3],
      [7, 2],
      [6, 1],
    ]);
  });

  test("has different noise at every position, and the same for the same seed", async () => {
    const noiseOf = async (seed: number): Promise<number[]> => {
      const { drafter, requests } = noting("tokens", { tokens: new Int32Array(0) });
      await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 5, seed }));
      return requests.map(({ random }) => random.uniform());
    };
    const noise = await noiseOf(1);
    expect(new Set(noise).size).toBe(3);
    expect(await noiseOf(1)).toEqual(noise);
    expect(await noiseOf(2)).not.toEqual(noise);
  });
});

test.each([
  ["tokens", 'able to rewind its cache (capabilities.rewind), which the drafter "noting" requires'],
  ["tree", 'able to read trees (capabilities.tree), which the drafter "noting" requires'],
] as const)("rejects a model without the capability that drafts of %s require", async (draftKind, expected) => {
  const { drafter } = noting(draftKind, { tokens: new Int32Array(0) });
  const causal = tableModel({ probabilities: [[1]] });
  const stuck = { ...causal, capabilities: { rewind: draftKind === "tree", fork: false, tree: draftKind !== "tree" } };
  const decode = collectDecode(speculative({ drafter }).decode({ causal: stuck }, Int32Array.of(0), { maxNewTokens: 4 }));
  await expect(decode).rejects.toMatchObject({ where: "speculative", option: "the causal model", expected, actual: "one that is not" });
  expect(causal.openSessions()).toBe(0);
});

test("the decoder requires the target first, and each role of its drafter once", () => {
  const { drafter } = noting("tokens", { tokens: new Int32Array(0) });
  const needy = { ...drafter, requires: ["draft", "causal"] } as unknown as Drafter<"draft">;
  expect(speculative({ drafter: needy })).toMatchObject({ name: "speculative", requires: ["causal", "draft"], lossless: true });
});

test("a custom draft length policy is requested in every round, and observes its outcome", async () => {
  const rounds: object[] = [];
  const lengths = [0, 2, 1];
  const policy = {
    maximum: 2,
    start: () => ({
      next: () => lengths.shift() ?? 0,
      observe: ({ requested, drafted, accepted }: { requested: number; drafted: number; accepted: number }) =>
        void rounds.push({ requested, drafted, accepted }),
    }),
  };
  const { drafter } = noting("tokens", { tokens: Int32Array.of(7) });
  await collectDecode(
    speculative({ drafter, draftLength: policy, sampler: greedySampler }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 6 }),
  );
  expect(rounds).toEqual([
    { requested: 0, drafted: 0, accepted: 0 },
    { requested: 2, drafted: 1, accepted: 1 },
    { requested: 1, drafted: 1, accepted: 0 },
    { requested: 0, drafted: 0, accepted: 0 },
  ]);
});
