import { expect, test } from "vitest";
import type { DecodeEvent, ForwardPhase } from "./decoder.ts";
import { countStatistics, type DecodeStatistics } from "./statistics.ts";

const MASK = 99;

const forward = (phase: ForwardPhase, milliseconds = 1): DecodeEvent => ({
  type: "forward-end",
  model: "causal",
  phase,
  positions: 1,
  milliseconds,
});
const propose = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-propose", start, tokens: Int32Array.from(tokens) });
const commit = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-commit", start, tokens: Int32Array.from(tokens) });

/** Counts events that each took 2 ms inside the decoder. */
function counted(...events: readonly DecodeEvent[]): DecodeStatistics {
  const counter = countStatistics({ maskTokenId: MASK });
  for (const event of events) counter.add(event, 2);
  return counter.statistics();
}

test("nothing is nothing", () => {
  expect(counted()).toEqual({
    tokens: 0,
    passes: { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 },
    prefillMilliseconds: 0,
    decodeMilliseconds: 0,
    timeToFirstTokenMilliseconds: undefined,
    tokensPerSecond: undefined,
    drafted: 0,
    accepted: 0,
    revisions: 0,
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

test("time is divided into prefill and the rest, in which tokens per second are counted", () => {
  const statistics = counted(forward("prefill", 1.5), commit(3, 1), forward("decode", 1), commit(4, 2));
  expect(statistics.prefillMilliseconds).toBe(1.5);
  expect(statistics.decodeMilliseconds).toBe(4 * 2 - 1.5);
  expect(statistics.timeToFirstTokenMilliseconds).toBe(4);
  expect(statistics.tokensPerSecond).toBeCloseTo(2 / 0.0065, 9);
});

test("drafts are counted as they were verified, and a rejected draft is no revision", () => {
  const statistics = counted(propose(3, 1, 2, 3), { type: "draft-verify", start: 3, drafted: 3, accepted: 1 }, commit(3, 1, 7));
  expect(statistics).toMatchObject({ drafted: 3, accepted: 1, revisions: 0, tokens: 2 });
});

test.each([
  { name: "a token replaced by another", events: [propose(3, 1, 2), propose(3, 1, 5)], revisions: 1 },
  { name: "a token replaced at its commit", events: [propose(3, 1, 2), commit(3, 4, 2)], revisions: 1 },
  { name: "a token confirmed", events: [propose(3, 1), propose(3, 1), commit(3, 1)], revisions: 0 },
  { name: "an unknown token filled in", events: [propose(3, MASK, MASK), propose(3, 4, MASK), commit(3, 4, 5)], revisions: 0 },
  { name: "a token made unknown again and filled in", events: [propose(3, 4), propose(3, MASK), propose(3, 5)], revisions: 1 },
  { name: "a token changed twice", events: [propose(3, 4), propose(3, 5), commit(3, 6)], revisions: 2 },
])("$name makes $revisions revisions", ({ events, revisions }) => {
  expect(counted(...events).revisions).toBe(revisions);
});
