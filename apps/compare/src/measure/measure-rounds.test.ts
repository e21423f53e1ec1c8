import { type RandomSource, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { type LaneTiming, type MeasuredLanes, measureRounds } from "./measure-rounds.ts";
import { drawResamples } from "./bootstrap.ts";
import { MIN_PAIRS, pairedRatio } from "./paired-ratio.ts";
import { rotation } from "./rotation.ts";

/** The passes of a fake lane and their cost, on a clock that only passes advance. */
interface Cost {
  readonly passes: number;
  readonly millisecondsPerPass: number;
}

interface Machine {
  /** Factor by which passes are slower than usual. */
  slowness: number;
  /** Milliseconds that the next lane stalls. */
  pause: number;
  isHidden: boolean;
}

function fakeLanes(costs: readonly Cost[], act: (step: number, machine: Machine, controller: AbortController) => void = () => undefined) {
  const machine: Machine = { slowness: 1, pause: 0, isHidden: false };
  const controller = new AbortController();
  const ran: string[] = [];
  let clock = 0;
  let step = 0;
  let wasHidden = false;
  const pass = (milliseconds: number): void => void (clock += milliseconds * machine.slowness);
  const lanes: MeasuredLanes<LaneTiming> = {
    count: costs.length,
    signal: controller.signal,
    onProgress: () => undefined,
    wasHidden: () => {
      const was = wasHidden;
      wasHidden = false;
      return was;
    },
    untilVisible: () => {
      machine.isHidden = false;
      return Promise.resolve();
    },
    sentinel: () => {
      const start = clock;
      for (let count = 0; count < 16; count++) pass(1);
      return Promise.resolve(clock - start);
    },
    runLane(lane, round): Promise<LaneTiming> {
      act(step++, machine, controller);
      if (machine.isHidden) wasHidden = true;
      if (controller.signal.aborted) return Promise.reject(controller.signal.reason as Error);
      ran.push(`${round}:${lane}`);
      const { passes, millisecondsPerPass } = costs[lane]!;
      const start = clock;
      clock += machine.pause;
      machine.pause = 0;
      for (let count = 0; count < passes; count++) pass(millisecondsPerPass);
      return Promise.resolve({ milliseconds: clock - start, promptMilliseconds: 2, tokens: 40, passes, draftModelPasses: 0 });
    },
  };
  return { lanes, ran };
}

const costs: readonly Cost[] = [
  { passes: 40, millisecondsPerPass: 1 },
  { passes: 10, millisecondsPerPass: 3 },
];
const times = (rounds: readonly (readonly LaneTiming[])[], lane: number): number[] => rounds.map((round) => round[lane]!.milliseconds);

describe("the order of lanes", () => {
  test.each([1, 2, 3, 4, 5, 6])("with %i lanes puts each lane equally often in each place, in at least 6 rounds", (count) => {
    const orders = rotation(count);
    expect(orders.length).toBeGreaterThanOrEqual(6);
    expect(orders.length - count).toBeLessThan(6);
    for (let place = 0; place < count; place++) {
      const there = orders.map((order) => order[place]!);
      for (let lane = 0; lane < count; lane++) expect(there.filter((each) => each === lane)).toHaveLength(orders.length / count);
    }
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, lane) => lane));
  });
});

describe("rounds", () => {
  test("on a steady machine yield the exact ratio of the costs, after a warm-up round", async () => {
    const { lanes, ran } = fakeLanes(costs);
    const { rounds, voids, isComplete } = await measureRounds(lanes);
    expect(ran.slice(0, 6)).toEqual(["0:0", "0:1", "1:0", "1:1", "2:1", "2:0"]);
    expect([rounds.length, voids, isComplete]).toEqual([6, [], true]);
    const ratio = pairedRatio(times(rounds, 1), times(rounds, 0), drawResamples(6, seededRandom(0)));
    expect(ratio).toEqual({ median: 0.75, interval: [0.75, 0.75], verdict: "faster" });
  });

  test("in which the page was hidden are void and repeated without limit", async () => {
    const { lanes } = fakeLanes(costs, (step, machine) => {
      if (step >= 4 && step < 16 && step % 2 === 0) machine.isHidden = true;
    });
    const { rounds, voids } = await measureRounds(lanes);
    expect(rounds).toHaveLength(6);
    expect(voids).toEqual(Array.from({ length: 6 }, () => "hidden"));
  });

  test("in which the machine was slower are void and repeated", async () => {
    const { lanes } = fakeLanes(costs, (step, machine) => {
      machine.slowness = step >= 8 && step < 13 ? 1.5 : 1;
    });
    const { rounds, voids } = await measureRounds(lanes);
    expect(voids).toEqual(["drift", "drift", "drift"]);
    expect(rounds).toHaveLength(6);
    expect(new Set(times(rounds, 0))).toEqual(new Set([40]));
  });

  test("on a machine that keeps slowing down are dropped after three repeats each", async () => {
    const { lanes, ran } = fakeLanes(costs, (_, machine) => {
      machine.slowness *= 2;
    });
    const { rounds, voids, plannedRounds, isComplete } = await measureRounds(lanes);
    expect([plannedRounds, rounds.length, voids.length, isComplete]).toEqual([6, 1, 20, true]);
    expect(ran).toHaveLength(2 * (1 + 1 + 20));
  });

  test("in which a lane stalled are void", async () => {
    const { lanes } = fakeLanes(costs, (step, machine) => {
      if (step === 9) machine.pause = 1000;
    });
    const { rounds, voids } = await measureRounds(lanes);
    expect(rounds).toHaveLength(6);
    expect(voids).toEqual(["outlier"]);
  });

  test("are as many as asked for, and start with the next lane each", async () => {
    const { lanes, ran } = fakeLanes(costs);
    const { rounds, plannedRounds } = await measureRounds({ ...lanes, rounds: 3 });
    expect([rounds.length, plannedRounds]).toEqual([3, 3]);
    expect(ran).toEqual(["0:0", "0:1", "1:0", "1:1", "2:1", "2:0", "3:0", "3:1"]);
  });

  test("in which a lane failed are void and not repeated; its other lanes run", async () => {
    const { lanes, ran } = fakeLanes(costs);
    const runLane: typeof lanes.runLane = async (lane, round) => {
      const timing = await lanes.runLane(lane, round);
      return round === 2 && lane === 1 ? undefined : timing;
    };
    const { rounds, voids, isComplete } = await measureRounds({ ...lanes, runLane });
    expect([rounds.length, voids, isComplete]).toEqual([5, ["failed"], true]);
    expect(ran.filter((each) => each.startsWith("2:"))).toEqual(["2:1", "2:0"]);
  });

  test("in which a lane takes many more passes than usual count: it did not stall", async () => {
    const { lanes } = fakeLanes(costs);
    const runLane: typeof lanes.runLane = async (lane, round) => {
      const timing = (await lanes.runLane(lane, round))!;
      return round === 5 && lane === 1 ? { ...timing, milliseconds: 20 * timing.milliseconds, passes: 20 * timing.passes } : timing;
    };
    const { rounds, voids } = await measureRounds({ ...lanes, runLane });
    expect([rounds.length, voids]).toEqual([6, []]);
  });

  test("end at an abort, with the complete rounds so far", async () => {
    const { lanes } = fakeLanes(costs, (step, _, controller) => {
      if (step === 7) controller.abort();
    });
    const { rounds, isComplete } = await measureRounds(lanes);
    expect([rounds.length, isComplete]).toEqual([2, false]);
  });

  test("reject with a lane's error", async () => {
    const { lanes } = fakeLanes(costs);
    await expect(measureRounds({ ...lanes, runLane: () => Promise.reject(new Error("no")) })).rejects.toThrow("no");
  });
});

describe("the ratio of two lanes", () => {
  const noisy = (count: number, factor: number, random: RandomSource): number[] =>
    Array.from({ length: count }, () => factor * (1 + 0.1 * (random.uniform() - 0.5)));

  test("that cost the same is inconclusive in nearly all measurements", () => {
    const verdicts = Array.from({ length: 200 }, (_, seed) => {
      const random = seededRandom(seed);
      return pairedRatio(noisy(8, 1, random), noisy(8, 1, random), drawResamples(8, random)).verdict;
    });
    expect(verdicts.filter((verdict) => verdict === "inconclusive").length).toBeGreaterThanOrEqual(180);
  });

  test("of which one costs twice as much is detected, and its interval contains 2", () => {
    const random = seededRandom(3);
    const { verdict, interval } = pairedRatio(noisy(8, 2, random), noisy(8, 1, random), drawResamples(8, random));
    expect(verdict).toBe("slower");
    expect(interval[0]).toBeLessThan(2.05);
    expect(interval[1]).toBeGreaterThan(1.95);
  });

  test("is inconclusive with too few rounds", () => {
    const few = Array.from({ length: MIN_PAIRS - 1 }, () => 1);
    expect(
      pairedRatio(
        few,
        few.map((time) => 2 * time),
        drawResamples(few.length, seededRandom(0)),
      ).verdict,
    ).toBe("inconclusive");
  });

  test("has the bootstrap interval of known data: percentiles of the medians of the resamples", () => {
    const { median, interval } = pairedRatio([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], drawResamples(5, seededRandom(0)));
    expect(median).toBe(3);
    // The median of 5 draws out of 1 to 5 is 1 or 5 with probability 0.058 each, more than 2.5 %.
    expect(interval).toEqual([1, 5]);
  });
});
