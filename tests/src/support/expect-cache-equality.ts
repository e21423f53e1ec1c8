import { argmax, type CausalModel, type RandomSource, seededRandom } from "@decodekit/core";
import { expect } from "vitest";
import { walkSessions } from "./session-walk.ts";

/** The largest allowed difference of a logit between two rows. */
export interface Tolerance {
  /** Between rewound and fresh sessions that ran the same passes. 0 means bit-equal. */
  readonly samePasses: number;
  /**
   * Between sessions that read the same tokens in passes of other sizes, which round their sums in another order. 1e-6 of the
   * largest logit, about 8 units in the last place of a float32, is added.
   */
  readonly otherPasses: number;
}

/** A random prompt, a position to cut it at, and the tokens that follow the cut. */
interface Case {
  readonly prompt: Int32Array;
  readonly cut: number;
  readonly continuation: Int32Array;
}

/** Checks that rewinding, forking and caching do not change logits: they depend only on a session's tokens. */
export async function expectCacheEquality(model: CausalModel, cases: number, tolerance: Tolerance): Promise<void> {
  for (let seed = 0; seed < cases; seed++) {
    const each = randomCase(seededRandom(seed), model.vocabSize);
    const rewound = await rewoundRow(model, each);
    expectRow(rewound, await freshRow(model, each, [each.cut]), tolerance.samePasses, `seed ${seed}, rewound to ${each.cut}`);
    expectRow(rewound, await freshRow(model, each, []), tolerance.otherPasses, `seed ${seed}, cached against uncached`);
    expectRow(await forkedRow(model, each), rewound, tolerance.samePasses, `seed ${seed}, forked`);
  }
}

/** Checks that sessions that fork, rewind, read trees and keep paths in any order return the rows of a fresh session. */
export async function expectFreshRows(model: CausalModel, seeds: number, tolerance: number): Promise<void> {
  for (let seed = 0; seed < seeds; seed++) {
    await walkSessions({
      model,
      seed,
      steps: 40,
      async expectRow(row, tokens, what) {
        const given = row.slice();
        const fresh = await model.createSession();
        expectRow(given, (await fresh.forward(Int32Array.from(tokens))).row(0), tolerance, `seed ${seed}: ${what}`);
        await fresh.dispose();
      },
    });
  }
}

function randomCase(random: RandomSource, vocabSize: number): Case {
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const tokens = (length: number): Int32Array => Int32Array.from({ length }, () => below(vocabSize));
  const prompt = tokens(2 + below(40));
  return { prompt, cut: 1 + below(prompt.length - 1), continuation: tokens(1 + below(6)) };
}

/** Reads up to the cut, then beyond it, rewinds to the cut and reads the continuation. */
async function rewoundRow(model: CausalModel, { prompt, cut, continuation }: Case): Promise<Float32Array> {
  const session = await model.createSession();
  await session.forward(prompt.subarray(0, cut));
  await session.forward(prompt.subarray(cut));
  await session.rewindTo(cut);
  expect(session.length).toBe(cut);
  const row = (await session.forward(continuation)).row(0).slice();
  await session.dispose();
  return row;
}

/** Reads the prompt up to the cut and the continuation in passes that end at `cuts`. */
async function freshRow(model: CausalModel, { prompt, cut, continuation }: Case, cuts: readonly number[]): Promise<Float32Array> {
  const tokens = Int32Array.of(...prompt.subarray(0, cut), ...continuation);
  const session = await model.createSession();
  let start = 0;
  for (const end of cuts) {
    await session.forward(tokens.subarray(start, end));
    start = end;
  }
  const row = (await session.forward(tokens.subarray(start))).row(0).slice();
  await session.dispose();
  return row;
}

/** Forks at the cut; the first session reads other tokens before the fork reads the continuation. */
async function forkedRow(model: CausalModel, { prompt, cut, continuation }: Case): Promise<Float32Array> {
  const session = await model.createSession();
  await session.forward(prompt.subarray(0, cut));
  const fork = await session.fork!();
  await session.forward(prompt.subarray(cut));
  await session.dispose();
  const row = (await fork.forward(continuation)).row(0).slice();
  await fork.dispose();
  return row;
}

function expectRow(actual: Float32Array, expected: Float32Array, tolerance: number, what: string): void {
  let difference = 0;
  for (const [token, logit] of actual.entries()) difference = Math.max(difference, Math.abs(logit - expected[token]!));
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  const allowed = tolerance === 0 ? 0 : tolerance + 1e-6 * largest;
  expect(difference, `largest difference of a logit: ${what}, logits up to ${largest}`).toBeLessThanOrEqual(allowed);
  const [first, second] = expected.toSorted((a, b) => b - a);
  if (first! - second! > allowed) expect(argmax(actual), what).toBe(argmax(expected));
}
