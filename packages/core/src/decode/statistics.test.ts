import { expect, test } from "vitest";
import type { DecodeEvent, ForwardPhase } from "../contracts/decoder.ts";
import type { ModelRole } from "../contracts/model.ts";
import { countStatistics, type DecodeStatistics } from "./statistics.ts";

const MASK = 99;

const NO_PASSES = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };

const forward = (phase: ForwardPhase, milliseconds = 1, model: ModelRole = "causal"): DecodeEvent => ({
  type: "forward-end",
  model,
  phase,
  positions: 1,
  milliseconds,
});
const propose = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-propose", start, tokens: Int32Array.from(tokens) });
const verify = (start: number, drafted: number, accepted: number): DecodeEvent => ({ type: "draft-verify", start, drafted, accepted });
const commit = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-commit", start, tokens: Int32Array.from(tokens) });

/** Counts events that each took 2 ms inside the decoder. */
function counted(...events: readonly DecodeEvent[]): DecodeStatistics {
  const counter = countStatistics({ maskTokenId: MASK });
  for (const event of events) counter.add(event, 2);
  return counter.statistics();
}

test("without events all counts are 0", () => {
  expect(counted()).toEqual({
    tokens: 0,
    passes: NO_PASSES,
    passesByModel: { causal: NO_PASSES, masked: NO_PASSES, draft: NO_PASSES },
    targetPasses: 0,
    prefillMilliseconds: 0,
    decodeMilliseconds: 0,
    timeToFirstTokenMilliseconds: undefined,
    tokensPerSecond: undefined,
    drafted: 0,
    accepted: 0,
    revisions: 0,
    changedTokens: 0,
  });
});

test("passes are counted by phase, tokens by commits", () => {
  const { passes, tokens } = counted(
    forward("prefill"),
    commit(3, 1),
    forward("draft"),
    forward("draft"),
    forward("verify"),
    commit(4, 5, 6),
    forward("refine"),
  );
  expect(passes).toEqual({ prefill: 1, decode: 0, draft: 2, verify: 1, refine: 1 });
  expect(tokens).toBe(3);
});

test("every pass is counted for the model that ran it, and for the target unless a draft model ran it", () => {
  const { passes, passesByModel, targetPasses } = counted(
    forward("prefill"),
    forward("prefill", 1, "draft"),
    ...[1, 2, 3].map(() => forward("draft", 1, "draft")),
    ...[1, 2].map(() => forward("draft", 1, "masked")),
    forward("refine", 1, "masked"),
    forward("draft"),
    forward("verify"),
  );
  expect(passesByModel).toEqual({
    causal: { ...NO_PASSES, prefill: 1, draft: 1, verify: 1 },
    masked: { ...NO_PASSES, draft: 2, refine: 1 },
    draft: { ...NO_PASSES, prefill: 1, draft: 3 },
  });
  expect(passes).toEqual({ prefill: 2, decode: 0, draft: 6, verify: 1, refine: 1 });
  expect(targetPasses).toBe(6);
});

test("returned statistics do not change with later events", () => {
  const counter = countStatistics();
  const before = counter.statistics();
  counter.add(forward("decode"), 1);
  expect(before).toEqual(counted());
  expect(counter.statistics().passesByModel.causal.decode).toBe(1);
});

test("time is divided into prefill and the rest, which tokens per second are based on", () => {
  const statistics = counted(forward("prefill", 1.5), commit(3, 1), forward("decode", 1), commit(4, 2));
  expect(statistics.prefillMilliseconds).toBe(1.5);
  expect(statistics.decodeMilliseconds).toBe(4 * 2 - 1.5);
  expect(statistics.timeToFirstTokenMilliseconds).toBe(4);
  expect(statistics.tokensPerSecond).toBeCloseTo(2 / 0.0065, 9);
});

test("tokens per second are undefined without tokens, or without time", () => {
  expect(counted(forward("decode")).tokensPerSecond).toBeUndefined();
  const counter = countStatistics();
  counter.add(commit(0, 7), 0);
  expect(counter.statistics()).toMatchObject({ tokens: 1, decodeMilliseconds: 0, tokensPerSecond: undefined });
});

test("start and end count only by their time", () => {
  const ends: DecodeEvent[] = [
    { type: "decode-start", promptLength: 3 },
    { type: "decode-end", finishReason: "length" },
  ];
  expect(counted(...ends)).toEqual({ ...counted(), decodeMilliseconds: 4 });
});

test("drafts are counted as verified, and a rejected draft is not a revision", () => {
  const statistics = counted(propose(3, 1, 2, 3), verify(3, 3, 1), commit(3, 1, 7));
  expect(statistics).toMatchObject({ drafted: 3, accepted: 1, revisions: 0, changedTokens: 0, tokens: 2 });
});

test("a tree whose accepted branch differs from the proposed one is not a revision", () => {
  const statistics = counted(propose(3, 1, 2), verify(3, 5, 2), commit(3, 7, 8, 9));
  expect(statistics).toMatchObject({ drafted: 5, accepted: 2, revisions: 0, changedTokens: 0 });
});

test("a verified draft does not affect tokens outside it", () => {
  const statistics = counted(propose(3, 1, 2, 3, 4), verify(4, 2, 0), commit(3, 5, 6, 7, 8));
  expect(statistics).toMatchObject({ revisions: 2, changedTokens: 2 });
});

test.each([
  { name: "a token replaced by another", events: [propose(3, 1, 2), propose(3, 1, 5), commit(3, 1, 5)], revisions: 1, changedTokens: 1 },
  { name: "a token replaced at its commit", events: [propose(3, 1, 2), commit(3, 4, 2)], revisions: 1, changedTokens: 1 },
  { name: "a token confirmed", events: [propose(3, 1), propose(3, 1), commit(3, 1)], revisions: 0, changedTokens: 0 },
  {
    name: "an unknown token filled in",
    events: [propose(3, MASK, MASK), propose(3, 4, MASK), commit(3, 4, 5)],
    revisions: 0,
    changedTokens: 0,
  },
  {
    name: "a token made unknown again and filled in",
    events: [propose(3, 4), propose(3, MASK), propose(3, 5), commit(3, 5)],
    revisions: 1,
    changedTokens: 1,
  },
  { name: "a token changed twice", events: [propose(3, 4), propose(3, 5), commit(3, 6)], revisions: 2, changedTokens: 1 },
  { name: "a token changed and changed back", events: [propose(3, 4), propose(3, 5), commit(3, 4)], revisions: 2, changedTokens: 0 },
  { name: "tokens that were never proposed", events: [commit(3, 4), commit(4, 5)], revisions: 0, changedTokens: 0 },
])("$name: $revisions revisions, $changedTokens tokens changed", ({ events, revisions, changedTokens }) => {
  expect(counted(...events)).toMatchObject({ revisions, changedTokens });
});

test("a withdrawn proposal is not a revision until another token takes its place", () => {
  const withdraw: DecodeEvent = { type: "tokens-withdraw", start: 3 };
  expect(counted(propose(3, 5), withdraw, commit(3, 5))).toMatchObject({ revisions: 0, changedTokens: 0 });
  expect(counted(propose(3, 5), withdraw, commit(3, 6))).toMatchObject({ revisions: 1, changedTokens: 1 });
});
