import { describe, expect, test } from "vitest";
import { type PromptSetLanes, runPromptSet } from "./run-prompt-set.ts";
import { madeRun } from "./runs-for-tests.ts";

interface Machine {
  /** Factor by which everything is slower than usual. */
  slowness: number;
  isHidden: boolean;
}

interface FakeSet {
  readonly prompts?: number;
  /** Called before each run that counts. May change the machine, abort, or throw as the lane. */
  readonly act?: (run: { readonly lane: number; readonly prompt: number; readonly attempt: number }, machine: Machine) => void;
  readonly controller?: AbortController;
}

const PASSES = [8, 4];
const MILLISECONDS_PER_PASS = [1, 3];
class PromptError extends Error {}

/** Two lanes on a clock that only passes advance. Lane 1 takes half the passes, each of three times the cost. */
function fakeSet({ prompts = 6, act = () => undefined, controller = new AbortController() }: FakeSet = {}) {
  const machine: Machine = { slowness: 1, isHidden: false };
  const ran: string[] = [];
  const attempts = new Map<string, number>();
  let wasHidden = false;
  const set: PromptSetLanes = {
    lanes: 2,
    prompts,
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
    sentinel: () => Promise.resolve(16 * machine.slowness),
    explain: (error) => (error instanceof PromptError ? error.message : undefined),
    // An error of `act` is to reject.
    // oxlint-disable-next-line typescript/require-await
    runLane: async (lane, prompt, isWarmUp) => {
      controller.signal.throwIfAborted();
      ran.push(`${isWarmUp ? "warm-up" : prompt}:${lane}`);
      if (!isWarmUp) {
        const attempt = (attempts.get(`${prompt}:${lane}`) ?? 0) + 1;
        attempts.set(`${prompt}:${lane}`, attempt);
        act({ lane, prompt, attempt }, machine);
      }
      if (machine.isHidden) wasHidden = true;
      const milliseconds = PASSES[lane]! * MILLISECONDS_PER_PASS[lane]! * machine.slowness;
      return madeRun({ tokens: Array.from({ length: 8 }, (_, index) => index), passes: PASSES[lane]!, milliseconds });
    },
  };
  return { set, ran, controller };
}

const isTimed = (rounds: readonly { readonly isTimed: boolean }[]): boolean[] => rounds.map((round) => round.isTimed);

describe("a prompt set", () => {
  test("runs every lane once on each prompt, after a warm-up, and each prompt starts with the next lane", async () => {
    const { set, ran } = fakeSet({ prompts: 3 });
    const { rounds, isComplete, voids, plannedRounds } = await runPromptSet(set);
    expect(ran).toEqual(["warm-up:0", "warm-up:1", "0:0", "0:1", "1:1", "1:0", "2:0", "2:1"]);
    expect(rounds.map(({ prompt, runs }) => [prompt, runs.map((run) => run?.targetPasses)])).toEqual([
      [0, PASSES],
      [1, PASSES],
      [2, PASSES],
    ]);
    expect([isComplete, voids, plannedRounds, isTimed(rounds)]).toEqual([true, [], 3, [true, true, true]]);
  });

  test("that is stopped keeps the prompts that all lanes completed", async () => {
    const controller = new AbortController();
    const { set } = fakeSet({ controller, act: ({ lane, prompt }) => prompt === 3 && lane === 0 && controller.abort() });
    // Prompt 3 starts with lane 1, which ends before lane 0 stops everything.
    const { rounds, isComplete, ...rest } = await runPromptSet(set);
    expect([rounds.map(({ prompt }) => prompt), isComplete, "error" in rest]).toEqual([[0, 1, 2, 3], false, false]);
  });

  test("that is stopped within a lane drops the prompt of that lane", async () => {
    const controller = new AbortController();
    const act = ({ lane, prompt }: { lane: number; prompt: number }): void => {
      if (prompt !== 2 || lane !== 1) return;
      controller.abort();
      controller.signal.throwIfAborted();
    };
    const { rounds, isComplete } = await runPromptSet(fakeSet({ controller, act }).set);
    expect([rounds.map(({ prompt }) => prompt), isComplete]).toEqual([[0, 1], false]);
  });

  test("repeats a round on a slower machine, and keeps the last runs", async () => {
    const { set, ran } = fakeSet({
      act: ({ prompt, attempt }, machine) => void (machine.slowness = prompt === 4 && attempt < 3 ? 1.5 : 1),
    });
    const { rounds, voids } = await runPromptSet(set);
    // The third attempt still begins on the slow machine.
    expect(voids).toEqual(["drift", "drift", "drift"]);
    expect(ran.filter((each) => each.startsWith("4:"))).toHaveLength(8);
    expect(isTimed(rounds)).toEqual([true, true, true, true, true, true]);
    expect(rounds[4]!.runs.map((run) => run!.decodeMilliseconds)).toEqual([8, 12]);
  });

  test("keeps the texts and counts of a round that stays void, but not its times", async () => {
    const { set } = fakeSet({ act: ({ prompt }, machine) => void (machine.slowness = prompt === 4 ? 1.5 : 1) });
    const { rounds, voids, isComplete } = await runPromptSet(set);
    expect(voids).toEqual(["drift", "drift", "drift", "drift"]);
    expect(isTimed(rounds)).toEqual([true, true, true, true, false, true]);
    expect(rounds[4]!.runs.map((run) => run?.targetPasses)).toEqual(PASSES);
    expect(isComplete).toBe(true);
  });

  test("repeats a round in which the page was hidden", async () => {
    const { set, ran } = fakeSet({ act: ({ prompt, attempt }, machine) => void (machine.isHidden ||= prompt === 1 && attempt === 1) });
    const { rounds, voids } = await runPromptSet(set);
    expect([voids, isTimed(rounds).every(Boolean)]).toEqual([["hidden"], true]);
    expect(ran.filter((each) => each.startsWith("1:"))).toEqual(["1:1", "1:0", "1:1", "1:0"]);
  });

  test("goes on when a lane fails on a prompt, and says why", async () => {
    const { set, ran } = fakeSet({
      act: ({ lane, prompt }) => {
        if (prompt === 2 && lane === 0) throw new PromptError("too long");
      },
    });
    const { rounds, voids, isComplete } = await runPromptSet(set);
    expect(rounds[2]).toMatchObject({ runs: [undefined, { targetPasses: 4 }], failures: ["too long", undefined], isTimed: false });
    expect([rounds.length, voids, isComplete]).toEqual([6, ["failed"], true]);
    expect(ran.filter((each) => each.startsWith("2:"))).toEqual(["2:0", "2:1"]);
  });

  test("ends at any other error, with the prompts so far and the error", async () => {
    const broken = new Error("the device is lost");
    const act = ({ lane, prompt }: { lane: number; prompt: number }): void => {
      if (prompt === 3 && lane === 0) throw broken;
    };
    const { rounds, isComplete, error } = await runPromptSet(fakeSet({ act }).set);
    expect([rounds.map(({ prompt }) => prompt), isComplete]).toEqual([[0, 1, 2], false]);
    expect(error).toBe(broken);
  });

  test("ends at an error of the check of the machine", async () => {
    const broken = new Error("gone");
    const { rounds, error } = await runPromptSet({ ...fakeSet().set, sentinel: () => Promise.reject(broken) });
    expect([rounds, error]).toEqual([[], broken]);
  });
});
