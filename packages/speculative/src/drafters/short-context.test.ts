import type { Drafter } from "@decodekit/core";
import { byteTokenizer, collectDecode, countingModel, memoryMaskedModel, memoryModel, type ModelPass } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { speculative } from "../speculative.ts";
import { cascade } from "./cascade.ts";
import { ddtree } from "./ddtree.ts";
import { draftModel } from "./draft-model.ts";
import { maskedDraft } from "./masked-draft.ts";
import { promptLookup } from "./prompt-lookup.ts";

const VOCAB_SIZE = 32;
const MASK = 31;
/** Context length of the drafting models; the target's is 64. */
const SHORT = 12;
const prompt = Int32Array.of(0, 1, 2);

const certain = (token: number): Float32Array => new Float32Array(VOCAB_SIZE).fill(-Infinity).fill(0, token, token + 1);

/** A counting target, and two counting models with a shorter context. */
const models = () => ({
  causal: memoryModel({ vocabSize: VOCAB_SIZE, contextLength: 64, logitsAfter: (prefix) => certain(prefix.at(-1)! + 1), tree: true }),
  draft: countingModel({ vocabSize: VOCAB_SIZE, contextLength: SHORT }),
  masked: memoryMaskedModel({
    vocabSize: VOCAB_SIZE,
    contextLength: SHORT,
    maskTokenId: MASK,
    logitsAt: (_, canvas, index) => certain(canvas[0]! + index),
  }),
});

const furthest = (passes: readonly ModelPass[]): number => Math.max(...passes.map(({ start, positions }) => start + positions));

describe("a drafter whose model has a shorter context than the target drafts up to its end", () => {
  test.each([
    ["draftModel", 1, () => draftModel()],
    ["draftModel", 3, () => draftModel()],
    ["draftModel", 5, () => draftModel()],
    ["a cascade", 5, () => cascade({ drafters: [promptLookup({ minNgram: 3 }), draftModel()] })],
  ] satisfies readonly (readonly [string, number, () => Drafter])[])("%s, %i tokens at a time", async (_name, draftLength, create) => {
    const set = models();
    const { tokens, events } = await collectDecode(
      speculative({ drafter: create(), draftLength }).decode(set, prompt, { maxNewTokens: 24 }),
    );
    expect([...tokens]).toEqual(Array.from({ length: 24 }, (_, place) => place + 3));
    expect(furthest(set.draft.passes())).toBe(SHORT);
    const proposed = events.flatMap((event) => (event.type === "tokens-propose" ? [event.start + event.tokens.length] : []));
    expect(Math.max(...proposed)).toBe(SHORT + 1);
  });

  test.each([
    ["maskedDraft", 2, () => maskedDraft()],
    ["maskedDraft", 5, () => maskedDraft()],
    ["ddtree", 5, () => ddtree({ depth: 99 })],
  ] satisfies readonly (readonly [string, number, () => Drafter])[])("%s, %i tokens at a time", async (_name, draftLength, create) => {
    const set = models();
    const { tokens, events, finishReason } = await collectDecode(
      speculative({ drafter: create(), draftLength }).decode(set, prompt, { maxNewTokens: 24 }),
    );
    expect([...tokens, finishReason]).toEqual([...Array.from({ length: 24 }, (_, place) => place + 3), "length"]);
    expect(furthest(set.masked.passes())).toBe(SHORT);
    const proposed = events.flatMap((event) => (event.type === "tokens-propose" ? [event.start + event.tokens.length] : []));
    // The last position of the context is drafted, and none after it: tokens are their own positions.
    expect(Math.max(...proposed)).toBe(SHORT);
  });
});

test("a draft model with another tokenizer drafts nothing once the text exceeds its context", async () => {
  const tokenizer = byteTokenizer();
  const after = (prefix: Int32Array): Float32Array => {
    const last = prefix.at(-1)!;
    return new Float32Array(tokenizer.vocabSize).fill(-Infinity).fill(0, last === 122 ? 97 : last + 1, (last === 122 ? 97 : last + 1) + 1);
  };
  const size = { vocabSize: tokenizer.vocabSize, logitsAfter: after };
  const set = { causal: memoryModel({ ...size, contextLength: 64 }), draft: memoryModel({ ...size, contextLength: SHORT }) };
  const drafter = draftModel({ tokenizers: { target: tokenizer, draft: tokenizer } });
  const decode = speculative({ drafter, draftLength: 5 }).decode(set, tokenizer.encode("abc"), { maxNewTokens: 24 });
  expect(tokenizer.decode((await collectDecode(decode)).tokens)).toBe("defghijklmnopqrstuvwxyza");
  expect(furthest(set.draft.passes())).toBe(SHORT);
});
