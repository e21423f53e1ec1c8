import { testDecoder, testPlugin } from "@decodekit/conformance";
import { seededRandom } from "@decodekit/core";
import { collectDecode, tableModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { secondGuess } from "./second-guess.ts";
import plugin from "./plugin.ts";

// Once for every setting that takes another path through the code: greedy, a comparison of single tokens, and of beginnings everywhere.
describe.each([
  { margin: 0, horizon: 6 },
  { margin: 0.5, horizon: 1 },
  { margin: 0.5, horizon: 6 },
  { margin: 100, horizon: 3 },
])("secondGuess with margin $margin, horizon $horizon", (options) => {
  testDecoder(test, () => secondGuess(options));
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

// After 0, token 1 is a little likelier than 2, but what follows 1 is uncertain, and what follows 2 is not.
const garden = [
  [0, 0.55, 0.45, 0, 0],
  [0, 0, 0, 0.5, 0.5],
  [0, 0, 0, 0, 1],
  [1, 0, 0, 0, 0],
  [1, 0, 0, 0, 0],
];
const decode = (options: Parameters<typeof secondGuess>[0], maxNewTokens: number) =>
  collectDecode(secondGuess(options).decode({ causal: tableModel({ probabilities: garden }) }, Int32Array.of(0), { maxNewTokens }));

test("takes the second choice where it leads to a likelier text", async () => {
  expect([...(await decode({ margin: 0 }, 3)).tokens]).toEqual([1, 3, 0]);
  const { tokens, events } = await decode({ margin: 0.5, horizon: 3 }, 3);
  expect([...tokens]).toEqual([2, 4, 0]);
  expect(events.filter(({ type }) => type === "tokens-withdraw")).toHaveLength(1);
});

test("does not look back where the likeliest token is far enough ahead", async () => {
  // The lead of 1 over 2 is ln(0.55 / 0.45) = 0.2007 nats.
  const { tokens, events } = await decode({ margin: 0.2, horizon: 3 }, 1);
  expect([...tokens]).toEqual([1]);
  expect(events.some(({ type }) => type === "tokens-propose")).toBe(false);
});

/** Probabilities of 5 tokens that depend on the whole prefix. */
function uncertain(prefix: ArrayLike<number>): number[] {
  const random = Array.from(prefix).reduce((source, token) => source.fork(token), seededRandom(1));
  const weights = Array.from({ length: 5 }, () => random.uniform());
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** The definition, without sessions: what a decode of `count` tokens after `prompt` must return. */
function expected(prompt: readonly number[], count: number, margin: number, horizon: number): number[] {
  const text = [...prompt];
  const ranked = (prefix: readonly number[]) => {
    const row = uncertain(prefix);
    return row.map((_, token) => token).toSorted((a, b) => row[b]! - row[a]!);
  };
  while (text.length < prompt.length + count) {
    const [first, second] = ranked(text);
    const beginning = (token: number) => {
      const tokens = [token];
      while (tokens.length < Math.min(horizon, prompt.length + count - text.length)) tokens.push(ranked([...text, ...tokens])[0]!);
      const sum = tokens.reduce((total, each, i) => total + Math.log(uncertain([...text, ...tokens.slice(0, i)])[each]!), 0);
      return { tokens, score: sum / tokens.length };
    };
    const row = uncertain(text);
    if (Math.log(row[first!]! / row[second!]!) >= margin) text.push(first!);
    else {
      const [one, other] = [beginning(first!), beginning(second!)];
      text.push(...(other.score > one.score ? other : one).tokens);
    }
  }
  return text.slice(prompt.length);
}

test.each([
  [0.2, 3],
  [0.5, 4],
  [100, 2],
])("writes what its definition says, with margin %d, horizon %d", async (margin, horizon) => {
  for (const first of [0, 1, 2, 3, 4]) {
    const model = tableModel({ vocabSize: 5, probabilities: uncertain });
    const decoding = secondGuess({ margin, horizon }).decode({ causal: model }, Int32Array.of(first), { maxNewTokens: 20 });
    expect([...(await collectDecode(decoding)).tokens]).toEqual(expected([first], 20, margin, horizon));
  }
});

test("refuses what is out of range", () => {
  expect(() => secondGuess({ margin: -1 })).toThrow("margin must be a number >= 0");
  expect(() => secondGuess({ horizon: 0 })).toThrow("horizon must be an integer >= 1");
});
