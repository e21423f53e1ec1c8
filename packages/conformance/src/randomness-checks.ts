import { seededRandom } from "@decodekit/core";
import type { Check } from "./check.ts";
import { expectSame, expectSameEvents } from "./expect.ts";
import { observeUncertain } from "./observe.ts";

const MANY = 8;
const seeds = [0, 1, 2, 3, 4] as const;

/** Rule 9: all randomness comes from the random source. */
export const randomnessChecks: readonly Check[] = [
  {
    rule: 9,
    name: "draws from `random` what it would draw from `seed`, and from nothing else",
    async run(subject) {
      for (const seed of seeds) {
        const seeded = await observeUncertain(subject, { maxNewTokens: MANY, seed });
        const given = await observeUncertain(subject, { maxNewTokens: MANY, random: seededRandom(seed), seed: seed + 100 });
        expectSameEvents(given.events, seeded.events, `random: seededRandom(${seed}), compared with seed: ${seed}`);
      }
    },
  },
  {
    rule: 9,
    name: "uses seed 0 when neither `seed` nor `random` is given",
    async run(subject) {
      const unseeded = await observeUncertain(subject, { maxNewTokens: MANY });
      const seeded = await observeUncertain(subject, { maxNewTokens: MANY, seed: 0 });
      expectSameEvents(unseeded.events, seeded.events, "no seed, compared with seed: 0");
    },
  },
  {
    rule: 9,
    name: "uses neither Math.random nor crypto.getRandomValues",
    async run(subject) {
      const calls = await callsOfGlobalRandomness(async () => {
        for (const seed of seeds) await observeUncertain(subject, { maxNewTokens: MANY, seed });
      });
      expectSame(calls, [], "calls");
    },
  },
];

/** Returns the names of the global random functions that are called while `run` runs; they still work. */
export async function callsOfGlobalRandomness(run: () => Promise<void>): Promise<readonly string[]> {
  const calls: string[] = [];
  const { random } = Math;
  Math.random = () => {
    calls.push("Math.random");
    return random();
  };
  // This is a method of the prototype: an own property hides it, and is deleted afterwards.
  const getRandomValues = crypto.getRandomValues.bind(crypto);
  const watched: typeof getRandomValues = (array) => {
    calls.push("crypto.getRandomValues");
    return getRandomValues(array);
  };
  Object.defineProperty(crypto, "getRandomValues", { value: watched, configurable: true });
  try {
    await run();
  } finally {
    Math.random = random;
    Reflect.deleteProperty(crypto, "getRandomValues");
  }
  return calls;
}
