import { describe, expect, test } from "vitest";
import { madeRound, madeRun } from "./runs-for-tests.ts";
import { summarizeSet } from "./summarize-set.ts";

const options = { lanes: 2, seed: 0, tickMilliseconds: 0.005 };
const count = (length: number, start = 0): number[] => Array.from({ length }, (_, index) => start + index);

/** Six prompts on which lane 0 takes a pass per token, and lane 1 half as many, each of three times the cost. */
const steady = count(6).map((prompt) => {
  const tokens = count(10 + prompt);
  return madeRound(prompt, [
    madeRun({ tokens, passes: tokens.length, milliseconds: 2 * tokens.length, nats: 0.5 }),
    madeRun({
      tokens,
      passes: tokens.length / 2,
      milliseconds: 3 * tokens.length,
      nats: 0.5,
      drafted: 20,
      accepted: 5,
      draftModelPasses: 3,
    }),
  ]);
});

describe("the summary of a set", () => {
  test("has exact figures and intervals of no width for prompts that are alike", () => {
    const { prompts, lanes } = summarizeSet(steady, options);
    expect(prompts).toBe(6);
    const exactly = (value: number) => ({ value, interval: [value, value], count: 6 });
    expect(lanes[0]).toEqual({
      tokens: 75,
      passes: 75,
      draftModelPasses: 0,
      passesPer1000Tokens: exactly(1000),
      acceptance: undefined,
      negativeLogLikelihood: exactly(0.5),
      repetition: exactly(0),
      millisecondsPerToken: exactly(2),
      timeRatio: undefined,
      isTooShort: false,
      sameTexts: undefined,
    });
    expect(lanes[1]).toMatchObject({
      passes: 37.5,
      draftModelPasses: 18,
      passesPer1000Tokens: exactly(500),
      acceptance: exactly(0.25),
      millisecondsPerToken: exactly(3),
      timeRatio: { value: 1.5, interval: [1.5, 1.5], verdict: "slower", count: 6 },
      sameTexts: 6,
    });
  });

  test("adds up prompts before it divides, so a long text weighs more", () => {
    const rounds = [madeRound(0, [madeRun({ tokens: count(90), passes: 90, milliseconds: 1, nats: 1, drafted: 90, accepted: 9 })])];
    rounds.push(madeRound(1, [madeRun({ tokens: count(10), passes: 5, milliseconds: 1, nats: 2, drafted: 10, accepted: 10 })]));
    const [lane] = summarizeSet(rounds, { ...options, lanes: 1 }).lanes;
    expect(lane!.passesPer1000Tokens).toEqual({ value: 950, interval: undefined, count: 2 });
    expect(lane!.acceptance!.value).toBe(0.19);
    expect(lane!.negativeLogLikelihood!.value).toBe(1.1);
  });

  test("measures repetition as seq-rep-4: repeated 4-grams over 4-grams, within each text", () => {
    // 1231, 2312, 3123, 1231 and 2312: two of five are repeats. The second text has one 4-gram, which the first text has too.
    const texts = [[1, 2, 3, 1, 2, 3, 1, 2], [1, 2, 3, 1], [9]];
    const rounds = texts.map((tokens, prompt) => madeRound(prompt, [madeRun({ tokens, passes: 1, milliseconds: 1 })]));
    expect(summarizeSet(rounds, { ...options, lanes: 1 }).lanes[0]!.repetition).toEqual({ value: 2 / 6, interval: undefined, count: 2 });
  });

  test("has intervals of the bootstrap over prompts, the same for the same seed", () => {
    // Half of 20 prompts cost 1 pass per token, the others 0.5: the mean is 0.75, its standard error 0.25 / sqrt(20) = 0.056.
    const rounds = count(20).map((prompt) =>
      madeRound(prompt, [madeRun({ tokens: count(10), passes: prompt % 2 === 0 ? 10 : 5, milliseconds: 1 })]),
    );
    const summary = summarizeSet(rounds, { ...options, lanes: 1 });
    const { value, interval } = summary.lanes[0]!.passesPer1000Tokens!;
    expect(value).toBe(750);
    expect(interval![0]).toBeGreaterThan(750 - 2.5 * 56);
    expect(interval![0]).toBeLessThan(750 - 1.5 * 56);
    expect(interval![1]).toBeGreaterThan(750 + 1.5 * 56);
    expect(interval![1]).toBeLessThan(750 + 2.5 * 56);
    expect(summarizeSet(rounds, { ...options, lanes: 1 })).toEqual(summary);
  });

  test("pairs times by prompt: prompts of very different cost have a narrow ratio", () => {
    const rounds = count(8).map((prompt) => {
      const cost = 4 ** prompt;
      const noise = prompt % 2 === 0 ? 1.02 : 0.98;
      const lane = (factor: number) => madeRun({ tokens: count(10), passes: 10, milliseconds: factor * cost });
      return madeRound(prompt, [lane(1), lane(0.5 * noise)]);
    });
    const { timeRatio } = summarizeSet(rounds, options).lanes[1]!;
    expect(timeRatio).toMatchObject({ value: 0.5, verdict: "faster" });
    expect(timeRatio!.interval![0]).toBeCloseTo(0.49, 6);
    expect(timeRatio!.interval![1]).toBeCloseTo(0.51, 6);
  });

  test("is inconclusive if the interval contains 1, or with fewer than 5 prompts", () => {
    const ratios = [0.8, 0.9, 1.1, 1.2, 0.95, 1.05];
    const rounds = ratios.map((ratio, prompt) =>
      madeRound(
        prompt,
        [1, ratio].map((milliseconds) => madeRun({ tokens: [1], passes: 1, milliseconds })),
      ),
    );
    expect(summarizeSet(rounds, options).lanes[1]!.timeRatio!.verdict).toBe("inconclusive");
    const few = summarizeSet(steady.slice(0, 4), options).lanes[1]!;
    expect(few.timeRatio).toEqual({ value: 1.5, interval: undefined, count: 4, verdict: "inconclusive" });
    expect(few.passesPer1000Tokens).toEqual({ value: 500, interval: undefined, count: 4 });
  });

  test("rests on prompts that all lanes completed, and times on those that count", () => {
    const [first, second, third, ...rest] = steady;
    const rounds = [first!, madeRound(1, [second!.runs[0], undefined], { isTimed: false }), { ...third!, isTimed: false }, ...rest];
    const { prompts, lanes } = summarizeSet(rounds, options);
    expect([prompts, lanes[0]!.tokens, lanes[0]!.millisecondsPerToken!.count, lanes[1]!.timeRatio!.count]).toEqual([5, 64, 4, 4]);
  });

  test("counts the texts that equal the first lane's", () => {
    const run = (...tokens: number[]) => madeRun({ tokens, passes: 1, milliseconds: 1 });
    const rounds = [madeRound(0, [run(1, 2), run(1, 2)]), madeRound(1, [run(1, 2), run(1, 3)]), madeRound(2, [run(1, 2), run(1)])];
    expect(summarizeSet(rounds, options).lanes.map(({ sameTexts }) => sameTexts)).toEqual([undefined, 1]);
  });

  test("has no figure where no prompt has one: no text, no score, no draft", () => {
    const empty = madeRun({ tokens: [], passes: 1, milliseconds: 0 });
    const { lanes } = summarizeSet([madeRound(0, [empty, empty])], options);
    for (const { tokens, sameTexts, passes, draftModelPasses, isTooShort, ...figures } of lanes) {
      expect([tokens, passes, draftModelPasses, isTooShort]).toEqual([0, 1, 0, false]);
      expect(Object.values(figures)).toEqual(Object.values(figures).map(() => undefined));
      expect(sameTexts).not.toBe(0);
    }
    expect(summarizeSet([], options)).toMatchObject({ prompts: 0, lanes: [{ tokens: 0 }, { tokens: 0, sameTexts: 0 }] });
  });

  test("tells when the clock is too coarse", () => {
    const [lane] = summarizeSet(steady, { ...options, tickMilliseconds: 2 }).lanes;
    expect(lane!.isTooShort).toBe(true);
  });
});
