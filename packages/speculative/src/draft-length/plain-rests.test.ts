import { describe, expect, test } from "vitest";
import { type PlainRests, plainRests } from "./plain-rests.ts";

/** Runs plain passes until the rest is over; gives which of them were to be measured. */
function runOut(rests: PlainRests): boolean[] {
  const measured: boolean[] = [];
  while (rests.isOn && measured.length < 5000) measured.push(rests.passed());
  return measured;
}

const lengthOf = (rests: PlainRests): number => runOut(rests).length;

describe("measuring plain passes", () => {
  test("takes 12 of them at first, of which the last 7 are measured", () => {
    const measured = runOut(plainRests({ measuresPlain: true }));
    expect(measured).toEqual([...Array<boolean>(5).fill(false), ...Array<boolean>(7).fill(true)]);
  });

  test("is not done where costs are given", () => {
    const rests = plainRests({ measuresPlain: false });
    expect(rests.isOn).toBe(false);
    for (let round = 0; round < 5000; round++) rests.drafted();
    rests.measureAgain(10);
    expect(rests.isOn).toBe(false);
  });

  test("comes again after 64 rounds, then the more seldom the more drafting saves, at most 4 times as seldom each time", () => {
    const rests = plainRests({ measuresPlain: true });
    runOut(rests);
    const roundsUntilMeasured = (gain: number): number => {
      for (let rounds = 1; rounds < 5000; rounds++) {
        rests.drafted();
        rests.measureAgain(gain);
        if (!rests.isOn) continue;
        runOut(rests);
        return rounds;
      }
      return Infinity;
    };
    // 12 passes lose 12 (1 - 1 / gain), which may be 0.75 % of the rounds: 800 rounds at a gain of 2.
    expect(roundsUntilMeasured(2)).toBe(64);
    expect(roundsUntilMeasured(2)).toBe(256);
    expect(roundsUntilMeasured(2)).toBe(800);
    expect(roundsUntilMeasured(1.25)).toBe(320);
    expect(roundsUntilMeasured(1.01)).toBe(64);
  });

  test("of a rest counts only passes among plain ones, near its end", () => {
    const rests = plainRests({ measuresPlain: true });
    runOut(rests);
    rests.begin(0, false);
    expect(runOut(rests)).toEqual([...Array<boolean>(9).fill(false), ...Array<boolean>(7).fill(true)]);
    rests.drafted();
    expect(rests.passes).toBe(0);
    rests.beginShort();
    expect(runOut(rests)).toEqual([false, false, false]);
    expect(rests.passes).toBe(3);
  });
});

describe("resting because drafting does not pay", () => {
  const resting = (): PlainRests => {
    const rests = plainRests({ measuresPlain: false });
    rests.begin(10, false);
    return rests;
  };

  test("takes 16 passes, and twice as many after each probe in vain, as long as a probe's loss allows, 1024 at most", () => {
    const rests = resting();
    expect(lengthOf(rests)).toBe(16);
    // A loss of 0.1 passes and half a pass after it may be 0.5 % of the rest: 120 passes.
    for (const expected of [32, 64, 120, 120]) {
      rests.begin(0.1, true);
      expect(lengthOf(rests)).toBe(expected);
    }
    const dear = resting();
    for (const expected of [32, 64, 128, 256, 512, 1024, 1024]) {
      dear.begin(100, true);
      expect(lengthOf(dear)).toBe(expected);
    }
    const gainful = resting();
    gainful.begin(-1, true);
    expect(lengthOf(gainful)).toBe(16);
  });

  test("is as long again where it did not follow a probe, and short again once drafting has paid", () => {
    const rests = resting();
    rests.begin(100, true);
    expect(lengthOf(rests)).toBe(32);
    rests.begin(100, false);
    expect(lengthOf(rests)).toBe(32);
    rests.forget();
    rests.begin(100, false);
    expect(lengthOf(rests)).toBe(16);
  });

  test("ends sooner by 32 passes where another text begins, unless drafts are due anyway", () => {
    const rests = resting();
    rests.begin(100, true);
    rests.begin(100, true);
    rests.beginText(true);
    rests.beginText(false);
    expect(lengthOf(rests)).toBe(32);
    rests.begin(100, false);
    rests.beginText(false);
    rests.beginText(false);
    rests.beginText(false);
    expect(rests.isOn).toBe(false);
  });

  test("a text begins with no plain pass behind it", () => {
    const rests = resting();
    runOut(rests);
    expect(rests.passes).toBe(16);
    rests.beginText(true);
    expect(rests.passes).toBe(0);
  });
});
