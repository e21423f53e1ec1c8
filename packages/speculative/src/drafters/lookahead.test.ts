import type { Draft, DraftContext } from "@decodekit/core";
import { seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import { jacobi } from "./jacobi.ts";
import { jacobiWindow } from "./jacobi-window.ts";
import { lookahead } from "./lookahead.ts";

const tokens = (...ids: number[]): Int32Array => Int32Array.from(ids);
const outcome = (committed: readonly number[], predictions: readonly number[] | undefined) => ({
  tokens: tokens(...committed),
  drafted: 0,
  accepted: 0,
  predictions: predictions && tokens(...predictions),
});

test("a Jacobi window holds the target's last predictions, then its last token repeated", () => {
  const window = jacobiWindow(tokens(3, 1, 4));
  expect([window.position, window.last, [...window.guess(2)]]).toEqual([3, 4, [4, 4]]);
  window.observe(outcome([5, 6], [5, 6, 7, 8]));
  expect([window.position, window.last, [...window.guess(1)], [...window.guess(3)]]).toEqual([5, 6, [7], [7, 8, 8]]);
  window.observe(outcome([9], undefined));
  expect([window.position, window.last, [...window.guess(2)]]).toEqual([6, 9, [9, 9]]);
});

test("jacobi proposes the window", async () => {
  const session = await jacobi().start({ prompt: tokens(3, 1, 4) } as DraftContext<never>);
  session.observe(outcome([5, 6], [5, 6, 7, 8]));
  expect(await session.propose({ max: 3, maxDepth: 3, random: seededRandom(0) })).toEqual({ tokens: tokens(7, 8, 8) });
});

test("lookahead proposes n-grams that run diagonally through the passes, then the window", async () => {
  const session = await lookahead({ ngram: 2 }).start({ prompt: tokens(0) } as DraftContext<never>);
  const propose = async (max: number) => [
    ...(await (session.propose({ max, maxDepth: max, random: seededRandom(0) }) as Promise<Draft>)).tokens,
  ];
  expect(await propose(2)).toEqual([0, 0]);
  session.observe(outcome([1], [1]));
  // At position 1 the target predicted 1, one pass later 2 at position 2: n-gram 1 2. Its later predictions have no predecessor.
  session.observe(outcome([2], [2, 7, 9]));
  expect(await propose(3)).toEqual([7, 9, 9]);
  // 2 7, 7 5 and 9 6.
  session.observe(outcome([7], [7, 5, 6]));
  expect(await propose(4)).toEqual([5, 6, 6, 6]);
  expect(await propose(1)).toEqual([5]);
  session.observe(outcome([9], [9]));
  // 6 follows 9, from the pass before; nothing follows 6.
  expect(await propose(2)).toEqual([6, 9]);
});

test("lookahead chains n-grams, and uses the newest of several", async () => {
  const session = await lookahead({ ngram: 2 }).start({ prompt: tokens(0) } as DraftContext<never>);
  const propose = async (max: number) => [
    ...(await (session.propose({ max, maxDepth: max, random: seededRandom(0) }) as Promise<Draft>)).tokens,
  ];
  for (const token of [1, 2, 3, 1, 2, 4, 1]) session.observe(outcome([token], [token]));
  // 1 2, 2 3, 3 1, again 1 2, then 2 4, 4 1: after 1 come 2, 4, 1, 2, …
  expect(await propose(5)).toEqual([2, 4, 1, 2, 4]);
});

test("n-grams of 3 tokens come from three passes", async () => {
  const session = await lookahead().start({ prompt: tokens(0) } as DraftContext<never>);
  const propose = async (max: number) => [
    ...(await (session.propose({ max, maxDepth: max, random: seededRandom(0) }) as Promise<Draft>)).tokens,
  ];
  for (const token of [1, 2, 3, 4, 1]) session.observe(outcome([token], [token]));
  expect(await propose(2)).toEqual([2, 3]);
  expect(await propose(4)).toEqual([2, 3, 4, 1]);
});
