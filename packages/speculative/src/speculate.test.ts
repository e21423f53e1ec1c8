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

/** Proposes `draft` every time, after the empty ones of `silentRounds`; notes what it is asked and told. */
function noting(gives: Drafter["gives"], draft: Draft, { learns = false, silentRounds = 0 } = {}): { drafter: Drafter<never> } & Noted {
  const noted: Noted = { outcomes: [], requests: [] };
  const drafter: Drafter<never> = {
    name: "noting",
    requires: [],
    gives,
    learnsFromTarget: learns,
    start: async () => ({
      observe: (outcome) => void noted.outcomes.push(outcome),
      async propose(request) {
        noted.requests.push(request);
        if (noted.requests.length <= silentRounds) return { tokens: new Int32Array(0) };
        return gives === "tokens" ? { tokens: draft.tokens.slice(0, request.max) } : draft;
      },
    }),
  };
  return { drafter, ...noted };
}

const proposals = (events: readonly DecodeEvent[]) => events.flatMap((event) => (event.type === "tokens-propose" ? [event] : []));

describe("what is proposed", () => {
  test("of a chain is the chain, with the probability of each token where the drafter gave one", async () => {
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

  test("of a tree is its first chain", async () => {
    // Chains 7 9 and 6 7 8: the first child of each node is 7, then 9.
    const tree = { tokens: Int32Array.of(7, 6, 7, 9, 8), parents: Int32Array.of(-1, -1, 1, 0, 2) };
    const { drafter } = noting("tree", tree);
    const { events, tokens } = await collectDecode(
      speculative({ drafter, draftLength: 8 }).decode({ causal: treeModel() }, prompt, { maxNewTokens: 5 }),
    );
    expect(proposals(events)[0]!.tokens).toEqual(Int32Array.of(7, 9));
    expect(events.find(({ type }) => type === "draft-verify")).toEqual({ type: "draft-verify", start: 4, drafted: 5, accepted: 3 });
    expect([...tokens]).toEqual([5, 6, 7, 8, 9]);
  });
});

describe("a drafter that learns from the target", () => {
  test("is told what the target said, and what it would say after drafted tokens that did not stand", async () => {
    const { drafter, outcomes } = noting("tokens", { tokens: Int32Array.of(6, 2, 8) }, { learns: true });
    await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 6 }));
    expect(outcomes.slice(0, 2)).toEqual([
      { tokens: Int32Array.of(5), drafted: 0, accepted: 0 },
      // After 5 the target says 6, after it 7; then it reads 2 and 8 and says 3 and 9.
      { tokens: Int32Array.of(6, 7), drafted: 3, accepted: 1, predictions: Int32Array.of(6, 7, 3, 9) },
    ]);
  });

  test("is told the token of a round without a draft", async () => {
    const { drafter, outcomes } = noting("tokens", { tokens: Int32Array.of(7) }, { learns: true, silentRounds: 1 });
    await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 4 }));
    expect(outcomes[1]).toEqual({ tokens: Int32Array.of(6), drafted: 0, accepted: 0, predictions: Int32Array.of(6) });
  });

  test("else is told no predictions", async () => {
    const { drafter, outcomes } = noting("tokens", { tokens: Int32Array.of(6, 2) }, { silentRounds: 1 });
    await collectDecode(speculative({ drafter }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 5 }));
    expect(outcomes.map(({ predictions }) => predictions)).toEqual([undefined, undefined, undefined]);
  });
});

describe("what a drafter is asked for", () => {
  const asked = (requests: readonly DraftRequest[]) => requests.map(({ max, maxDepth }) => [max, maxDepth]);

  test("is a chain of the draft length, and one token less than may be committed", async () => {
    const { drafter, requests } = noting("tokens", { tokens: new Int32Array(0) });
    await collectDecode(speculative({ drafter, draftLength: 3 }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 6 }));
    expect(asked(requests)).toEqual([
      [3, 3],
      [3, 3],
      [2, 2],
      [1, 1],
    ]);
  });

  test("is a tree of the draft length, as deep as may be committed, as large as the context holds", async () => {
    const { drafter, requests } = noting("tree", { tokens: new Int32Array(0), parents: new Int32Array(0) });
    await collectDecode(speculative({ drafter, draftLength: 8 }).decode({ causal: treeModel(12) }, prompt, { maxNewTokens: 5 }));
    // 4 tokens are there at first, so that the context holds 8 more; with 1 token left nothing is asked for.
    expect(asked(requests)).toEqual([
      [8, 3],
      [7, 2],
      [6, 1],
    ]);
  });

  test("draws from other noise at every position, and the same for the same seed", async () => {
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
  ["tokens", 'able to rewind its cache (capabilities.rewind), which the drafter "noting" needs'],
  ["tree", 'able to read trees (capabilities.tree), which the drafter "noting" needs'],
] as const)("a model that cannot do what drafts of %s need is refused by name", async (gives, expected) => {
  const { drafter } = noting(gives, { tokens: new Int32Array(0) });
  const causal = tableModel({ probabilities: [[1]] });
  const stuck = { ...causal, capabilities: { rewind: gives === "tree", fork: false, tree: gives !== "tree" } };
  const decode = collectDecode(speculative({ drafter }).decode({ causal: stuck }, Int32Array.of(0), { maxNewTokens: 4 }));
  await expect(decode).rejects.toMatchObject({ where: "speculative", option: "the causal model", expected, actual: "one that is not" });
  expect(causal.openSessions()).toBe(0);
});

test("the decoder needs the target first, and what its drafter needs once", () => {
  const { drafter } = noting("tokens", { tokens: new Int32Array(0) });
  const needy = { ...drafter, requires: ["draft", "causal"] } as unknown as Drafter<"draft">;
  expect(speculative({ drafter: needy })).toMatchObject({ name: "speculative", requires: ["causal", "draft"], lossless: true });
});

test("a draft length of one's own is asked round by round, and told what became of each", async () => {
  const rounds: object[] = [];
  const lengths = [0, 2, 1];
  const policy = {
    maximum: 2,
    start: () => ({
      next: () => lengths.shift() ?? 0,
      observe: ({ asked, drafted, accepted }: { asked: number; drafted: number; accepted: number }) =>
        void rounds.push({ asked, drafted, accepted }),
    }),
  };
  const { drafter } = noting("tokens", { tokens: Int32Array.of(7) });
  await collectDecode(
    speculative({ drafter, draftLength: policy, sampler: greedySampler }).decode({ causal: countingModel() }, prompt, { maxNewTokens: 6 }),
  );
  expect(rounds).toEqual([
    { asked: 0, drafted: 0, accepted: 0 },
    { asked: 2, drafted: 1, accepted: 1 },
    { asked: 1, drafted: 1, accepted: 0 },
    { asked: 0, drafted: 0, accepted: 0 },
  ]);
});
