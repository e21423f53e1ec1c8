import { expect, test } from "vitest";
import type { Cell } from "./cells.ts";
import type { CellResult, SweepResults, TimingResult } from "./merge-records.ts";
import type { Outcome } from "./record.ts";
import { smallPlan } from "./sweep-for-tests.ts";
import { sweepReport } from "./sweep-report.ts";

const plan = smallPlan({ decoders: ["a", "b"], prompts: ["x", "y"], seeds: 2, timing: { baseline: "a" } });
const cellOf = (specification: string, promptId: string, seed: number): Cell =>
  ({ key: `${specification}-${promptId}-${seed}`, specification, promptId, content: { seed } }) as Cell;
const result = (cell: Cell, outcome: Partial<Outcome>): CellResult => ({
  cell,
  record: { type: "cell", key: cell.key, times: {} as never, worker: "w:1", outcome: outcome as Outcome },
  failure: undefined,
  others: [],
});
const outcome = (tokens: number, targetPasses: number, nats: number | null): Partial<Outcome> => ({
  tokens: Array.from({ length: tokens }, () => 0),
  targetPasses,
  negativeLogLikelihood: nats,
  drafted: 4,
  accepted: 3,
  lossless: true,
});

const resolved = {
  plan,
  model: "m",
  draft: null,
  versions: "v",
  decoders: ["a", "b"].map((specification) => ({ specification, name: specification, options: {}, plugin: null, usesDraft: false })),
};
const report = (cells: readonly CellResult[], timings: readonly TimingResult[] = []) =>
  sweepReport({ resolved, model: { name: "m" }, cells, timings } as unknown as SweepResults);

test("every token counts alike: figures are sums over sums", () => {
  const { decoders } = report([
    result(cellOf("a", "p0", 0), outcome(10, 10, 1)),
    result(cellOf("a", "p0", 1), outcome(30, 6, 2)),
    result(cellOf("a", "p1", 0), outcome(0, 1, null)),
  ]);
  expect(decoders[0]).toMatchObject({ decoder: "a", cells: 3, tokens: 40, lossless: true });
  // (10 + 6 + 1) / 40, but a prompt without a token has no weight: (10 + 6) / 40.
  expect(decoders[0]!.passesPer1000Tokens!.value).toBe(400);
  expect(decoders[0]!.natsPerToken!.value).toBe((10 + 60) / 40);
  expect(decoders[0]!.acceptance!.value).toBe(0.75);
  expect(decoders[1]).toMatchObject({
    cells: 0,
    tokens: 0,
    passesPer1000Tokens: null,
    natsPerToken: null,
    acceptance: null,
    lossless: null,
  });
});

test("the interval is over prompts: seeds of one prompt are no further evidence", () => {
  const runs = (prompts: number, seeds: number): readonly CellResult[] =>
    Array.from({ length: prompts * seeds }, (_, run) => {
      const prompt = run % prompts;
      return result(cellOf("a", `p${prompt}`, Math.floor(run / prompts)), outcome(10, 4 + (prompt % 3), 1));
    });
  const interval = (prompts: number, seeds: number) => report(runs(prompts, seeds)).decoders[0]!.passesPer1000Tokens!.interval;
  expect(interval(9, 8)).toEqual(interval(9, 1));
  const width = ([low, high]: readonly [number, number]): number => high - low;
  expect(width(interval(90, 1))).toBeLessThan(width(interval(9, 1)) / 2);
});

test("a pair's ratio is the median of its rounds per token, and machines are apart", () => {
  const timing = (machine: string, prompt: string, baseline: readonly number[], candidate: readonly number[]): TimingResult => ({
    baseline: cellOf("a", prompt, 0),
    candidate: cellOf("b", prompt, 0),
    record: {
      type: "timing",
      key: "t",
      baseline: "",
      candidate: "",
      baselineTimes: baseline.map((decodeMilliseconds) => ({ prefillMilliseconds: 1, decodeMilliseconds, tokens: 10 })),
      candidateTimes: candidate.map((decodeMilliseconds) => ({ prefillMilliseconds: 1, decodeMilliseconds, tokens: 5 })),
      worker: `${machine}:12`,
      environment: { runtime: "node", platform: null, processor: `processor of ${machine}`, processors: 2 },
    },
  });
  const { decoders, baseline } = report(
    [],
    [
      timing("two", "p0", [100, 200, 300], [25, 100, 100]),
      timing("one", "p0", [10], [20]),
      timing("two", "p1", [80], [10]),
      timing("two", "p1", [80], [10]),
    ],
  );
  expect(baseline).toBe("a");
  // Per token: 10/5, 20/20 and 30/20, of which 1.5 is the middle; 8/2 = 4 of the other pairs.
  expect(decoders[1]!.speedups.map(({ machine, processor, ratio }) => [machine, processor, ratio.value, ratio.count])).toEqual([
    ["one", "processor of one", 0.25, 1],
    // The middle of 1.5, 4 and 4; of two prompts.
    ["two", "processor of two", 4, 2],
  ]);
  expect(decoders[0]!.speedups).toEqual([]);
});

test("one run that is not lossless makes its decoder so", () => {
  const { decoders } = report([
    result(cellOf("a", "p0", 0), outcome(1, 1, 1)),
    result(cellOf("a", "p0", 1), { ...outcome(1, 1, 1), lossless: false }),
  ]);
  expect(decoders[0]!.lossless).toBe(false);
});
