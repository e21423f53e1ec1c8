import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { memoryModel, type TestModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { type Successor, successorsIn } from "./row-successors.ts";
import { readSuccessors, successorTable } from "./token-recycling.ts";

/** Successors as tokens and their probabilities. */
const successors = (...pairs: readonly (readonly [number, number])[]): readonly Successor[] =>
  pairs.map(([token, probability]) => ({ token, logProbability: Math.log(probability) }));

describe("the table of successors", () => {
  test("returns what was learned last", () => {
    const table = successorTable();
    table.learn(1, 2, successors([0, 1]));
    table.learn(1, 2, successors([3, 0.6], [4, 0.4]));
    expect(table.after(1, 2)).toEqual(successors([3, 0.6], [4, 0.4]));
  });

  test("returns the prediction after the pair of tokens, else the last one after the token", () => {
    const table = successorTable();
    const first = (previous: number, token: number): number | undefined => table.after(previous, token)[0]?.token;
    table.learn(0, 2, successors([1, 0.9]));
    table.learn(1, 2, successors([2, 0.9]));
    expect([first(0, 2), first(1, 2), first(3, 2), first(2, 0)]).toEqual([1, 2, 2, undefined]);
    table.learn(0, 2, successors([3, 0.9]));
    expect([first(0, 2), first(1, 2), first(3, 2)]).toEqual([3, 2, 3]);
  });

  test("lowers the probabilities of a prediction after the token in another context", () => {
    const table = successorTable();
    table.learn(0, 2, successors([0, 0.3], [1, 0.7]));
    const [first, second] = table.after(0, 2);
    expect(table.after(1, 2)).toEqual([first, second].map((each) => ({ ...each, logProbability: each!.logProbability + Math.log(0.55) })));
  });

  test("uses the prior only for tokens that it has not seen", () => {
    const table = successorTable({ after: (token) => (token === 9 ? [{ token: 8, logProbability: -1 }] : []) });
    table.learn(0, 2, successors([1, 0.9]));
    expect(table.after(7, 2)[0]!.token).toBe(1);
    expect(table.after(2, 9)).toEqual([{ token: 8, logProbability: -1 + Math.log(0.55) }]);
    expect(table.after(2, 4)).toEqual([]);
  });
});

describe("readSuccessors", () => {
  /** Rows that depend on the last two tokens. */
  function model(vocabSize: number, contextLength = 999): TestModel {
    const logitsAfter = (prefix: Int32Array): Float32Array => {
      const random = seededRandom(1000 * (prefix.at(-2) ?? 999) + prefix.at(-1)!);
      return Float32Array.from({ length: vocabSize }, () => 3 * random.uniform());
    };
    return memoryModel({ vocabSize, contextLength, tree: true, logitsAfter });
  }

  test.each([
    { vocabSize: 5, contextLength: 99, passes: [1, 5] },
    { vocabSize: 300, contextLength: 999, passes: [1, 256, 44] },
    { vocabSize: 9, contextLength: 5, passes: [1, 4, 4, 1] },
  ])("reads all $vocabSize tokens after the first one, $contextLength at a time", async ({ vocabSize, contextLength, passes }) => {
    const causal = model(vocabSize, contextLength);
    const prior = await readSuccessors(causal, { begin: 3, count: 2 });
    expect(causal.passes().map(({ positions }) => positions)).toEqual(passes);
    expect(causal.openSessions()).toBe(0);
    const session = await causal.createSession();
    for (const token of [0, 1, vocabSize - 1]) {
      const row = (await session.forward(Int32Array.of(3, token))).row(0);
      expect(prior.after(token)).toEqual(successorsIn(row, 2));
      await session.rewindTo(0);
    }
    expect(prior.after(vocabSize)).toEqual([]);
  });

  test("returns 16 of each token by default", async () => {
    const prior = await readSuccessors(model(20), { begin: 0 });
    expect(prior.after(4)).toHaveLength(16);
  });

  test("disposes its session when a pass fails", async () => {
    const causal = model(5);
    const failing: TestModel = {
      ...causal,
      async createSession() {
        const session = await causal.createSession();
        return Object.assign(Object.create(session) as typeof session, { forwardTree: () => Promise.reject(new Error("lost")) });
      },
    };
    await expect(readSuccessors(failing, { begin: 0 })).rejects.toThrow("lost");
    expect(causal.openSessions()).toBe(0);
  });

  test.each([{ begin: -1 }, { begin: 5 }, { begin: 1, count: 0 }, { begin: 1, most: 2 }, {}])("rejects %o", async (options) => {
    await expect(readSuccessors(model(5), options as { begin: number })).rejects.toThrow(InvalidOptionError);
  });
});
