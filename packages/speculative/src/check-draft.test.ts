import type { Draft, Drafter, DraftRequest } from "@decodekit/core";
import { DrafterError, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { checkDraft, type DraftLimits } from "./check-draft.ts";

const request = (max: number, maxDepth = max): DraftRequest => ({ max, maxDepth, random: seededRandom(0) });

function limits(draftKind: Drafter["draftKind"], changes: Partial<DraftLimits> = {}): DraftLimits {
  const drafter = { name: "tested", draftKind };
  return {
    drafter,
    usesProbabilities: draftKind === "probabilities",
    vocabSize: 6,
    stopTokens: new Set([4]),
    maskTokenId: undefined,
    ...changes,
  };
}

const tokens = (...ids: number[]): Int32Array => Int32Array.from(ids);
const row = (...weights: number[]): Float64Array => Float64Array.from({ length: 6 }, (_, token) => weights[token] ?? 0);

describe("a chain", () => {
  test("with the requested number of tokens from the whole vocabulary is returned", () => {
    expect(checkDraft({ tokens: tokens(0, 5, 1) }, request(3), limits("tokens"))).toEqual({ tokens: tokens(0, 5, 1) });
    expect(checkDraft({ tokens: tokens() }, request(1), limits("tokens"))).toEqual({ tokens: tokens() });
  });

  test("ends with its first stop token", () => {
    expect(checkDraft({ tokens: tokens(0, 4, 1, 4) }, request(4), limits("tokens"))).toEqual({ tokens: tokens(0, 4) });
    expect(checkDraft({ tokens: tokens(4, 1) }, request(4), limits("tokens"))).toEqual({ tokens: tokens(4) });
  });

  test("keeps the probabilities of its remaining tokens, and only if they are used", () => {
    const draft = { tokens: tokens(0, 4, 1), probabilities: [row(1), row(0, 0, 0, 0, 1), row(0, 0.5, 0.5)] };
    expect(checkDraft(draft, request(4), limits("probabilities"))).toEqual({
      tokens: tokens(0, 4),
      probabilities: draft.probabilities.slice(0, 2),
    });
    expect(checkDraft(draft, request(4), limits("probabilities", { usesProbabilities: false }))).toEqual({ tokens: tokens(0, 4) });
  });

  test("keeps the confidences of its remaining tokens, and may then be as long as requested of confident drafts", () => {
    const draft = { tokens: tokens(0, 1, 4, 2), confidences: Float64Array.of(1, 0.5, 0, 0.2) };
    expect(checkDraft(draft, { ...request(1), maxConfident: 4 }, limits("tokens"))).toEqual({
      tokens: tokens(0, 1, 4),
      confidences: Float64Array.of(1, 0.5, 0),
    });
    expect(() => checkDraft({ tokens: tokens(0, 1) }, { ...request(1), maxConfident: 4 }, limits("tokens"))).toThrow("at most 1");
  });

  test("may have rows that sum to 1 up to rounding, and rows of tokens that are not verified", () => {
    const nearly = row(0.5 + 9e-7, 0.5);
    const draft = { tokens: tokens(0, 4, 1), probabilities: [nearly, row(0, 0, 0, 0, 1), row()] };
    expect(checkDraft(draft, request(4), limits("probabilities")).probabilities).toHaveLength(2);
  });
});

describe("a tree", () => {
  test("is returned whole, including stop tokens, without other properties", () => {
    const draft = { tokens: tokens(4, 1, 2, 3), parents: tokens(-1, -1, 0, 2), probabilities: [] };
    expect(checkDraft(draft, request(4, 3), limits("tree"))).toEqual({ tokens: draft.tokens, parents: draft.parents });
  });

  test("without nodes needs no parents", () => {
    expect(checkDraft({ tokens: tokens() }, request(4), limits("tree"))).toEqual({ tokens: tokens() });
  });
});

describe("names what breaks the contract", () => {
  test.each<[string, Drafter["draftKind"], Draft, Partial<DraftLimits>]>([
    ["proposed tokens that are not an Int32Array.", "tokens", { tokens: [1] as unknown as Int32Array }, {}],
    ["proposed 4 tokens where at most 3 were requested.", "tokens", { tokens: tokens(0, 1, 2, 3) }, {}],
    ["proposed token 6, which is not in [0, 6).", "tokens", { tokens: tokens(1, 6) }, {}],
    ["proposed token -1, which is not in [0, 6).", "tokens", { tokens: tokens(-1) }, {}],
    ["proposed the mask token, 3.", "tokens", { tokens: tokens(1, 3) }, { maskTokenId: 3 }],
    ["proposed 2 tokens with 0 rows of probabilities.", "probabilities", { tokens: tokens(1, 2) }, {}],
    [
      "proposed 2 tokens with 3 rows of probabilities.",
      "probabilities",
      { tokens: tokens(1, 2), probabilities: [row(1), row(1), row(1)] },
      {},
    ],
    [
      "returned 5 probabilities for a vocabulary of 6.",
      "probabilities",
      { tokens: tokens(0), probabilities: [new Float64Array(5).fill(0.2)] },
      {},
    ],
    ["returned probabilities that sum to 0.75.", "probabilities", { tokens: tokens(0), probabilities: [row(0.5, 0.25)] }, {}],
    ["returned probabilities that sum to 1.25.", "probabilities", { tokens: tokens(0), probabilities: [row(0.5, 0.75)] }, {}],
    ["returned probabilities that sum to NaN.", "probabilities", { tokens: tokens(0), probabilities: [row(1.5, -0.5)] }, {}],
    ["returned probabilities that sum to NaN.", "probabilities", { tokens: tokens(0), probabilities: [row(1, NaN)] }, {}],
    [
      "drew token 2 from a row in which its probability is 0.",
      "probabilities",
      { tokens: tokens(0, 2), probabilities: [row(1), row(1)] },
      {},
    ],
    ["proposed 4 tokens where at most 3", "tokens", { tokens: tokens(0, 1, 2, 3), confidences: new Float64Array(4) }, {}],
    ["proposed 2 tokens with 1 confidences.", "tokens", { tokens: tokens(0, 1), confidences: Float64Array.of(1) }, {}],
    ["proposed a token with the confidence 1.5, at index 1.", "tokens", { tokens: tokens(0, 1), confidences: Float64Array.of(1, 1.5) }, {}],
    ["proposed a token with the confidence NaN, at index 0.", "tokens", { tokens: tokens(0), confidences: Float64Array.of(NaN) }, {}],
    ["proposed a tree of 2 tokens with 0 parents.", "tree", { tokens: tokens(1, 2) }, {}],
    ["proposed a tree of 2 tokens with 1 parents.", "tree", { tokens: tokens(1, 2), parents: tokens(-1) }, {}],
    ["proposed a tree whose node 1 has parent 1.", "tree", { tokens: tokens(1, 2), parents: tokens(-1, 1) }, {}],
    ["proposed a tree whose node 0 has parent -2.", "tree", { tokens: tokens(1), parents: tokens(-2) }, {}],
    ["proposed a tree of depth 3 where at most 2 was requested.", "tree", { tokens: tokens(1, 2, 3), parents: tokens(-1, 0, 1) }, {}],
  ])("%s", (problem, draftKind, draft, changes) => {
    const check = (): unknown => checkDraft(draft, request(3, 2), limits(draftKind, changes));
    expect(check).toThrow(DrafterError);
    expect(check).toThrow(expect.objectContaining({ drafter: "tested", message: expect.stringContaining(`tested: ${problem}`) as string }));
  });
});
