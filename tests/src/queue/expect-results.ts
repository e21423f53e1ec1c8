import { openBroker, type StoredRun } from "@decodekit/compare/queue";
import type { CellRecord, FailureRecord, PlanRecord, SweepRecord, TimingRecord } from "@decodekit/compare/sweep";
import { expect } from "vitest";

const cell = (key: string, text: string): CellRecord =>
  ({ type: "cell", key, outcome: { text }, times: { decodeMilliseconds: 1 }, worker: "here:1" }) as unknown as CellRecord;
const failure = (key: string): FailureRecord => ({ type: "failure", key, error: "Error", message: "no", worker: "here:1" });
const timing = (key: string, worker: string): TimingRecord => ({ type: "timing", key, worker }) as unknown as TimingRecord;
/** Lines in the order of their characters, each with its members in that order. */
const sorted = (records: readonly SweepRecord[]): readonly string[] =>
  records.map((record) => JSON.stringify(Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))))).toSorted();

/** A plan without a cell: other tests of the database list it. */
function emptyPlan(name: string): PlanRecord {
  const plan = {
    name,
    model: {},
    decoders: [],
    prompts: [],
    seeds: [0],
    maxNewTokens: 1,
    execution: "native",
    plugins: [],
    maxSeconds: 1,
  } as const;
  const resolved = { plan: { ...plan, timing: null }, model: "m", draft: null, versions: "v", decoders: [] };
  return { type: "plan", resolved, model: { name } as PlanRecord["model"] };
}

/** Expects what every database of results must do. `prefix` makes keys that no other test has. */
export async function expectResults(url: string, prefix: string): Promise<void> {
  const broker = await openBroker(url, { onError: () => undefined });
  const { results } = broker;
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => `${prefix}-${name}`) as [string, string, string, string];
  try {
    await Promise.all([results.prepare(), results.prepare()]);
    await results.prepare();

    expect(await results.missing([a, b, c, d])).toEqual([a, b, c, d]);
    expect(await results.missing([])).toEqual([]);
    expect(await results.records([])).toEqual([]);

    // The first record of a cell stays; the same outcome again is the same, whatever else differs.
    expect(await results.put(cell(a, "one"))).toBe("stored");
    expect(await results.put({ ...cell(a, "one"), worker: "there:2" })).toBe("same");
    expect(await results.put(cell(a, "two"))).toBe("different");
    expect(await results.put(cell(a, "two"))).toBe("different");
    expect(sorted(await results.records([a]))).toEqual(sorted([cell(a, "one"), cell(a, "two")]));

    // A failure gives way to a result, and does not replace one.
    expect(await results.put(failure(b))).toBe("stored");
    expect(await results.put(failure(b))).toBe("same");
    expect(await results.missing([a, b, c])).toEqual([c]);
    expect(await results.put(cell(b, "three"))).toBe("stored");
    expect(await results.put(failure(b))).toBe("same");
    expect(await results.records([b])).toEqual([cell(b, "three")]);

    await results.put(failure(c));
    await results.forgetFailures([a, b, c]);
    expect(await results.missing([a, b, c])).toEqual([c]);
    await results.forgetFailures([]);

    expect(await results.put(timing(d, "here:1"))).toBe("stored");
    expect(await results.put(timing(d, "there:2"))).toBe("same");
    expect(await results.records([d])).toEqual([timing(d, "here:1")]);

    // More keys than a command can take.
    const many = Array.from({ length: 5000 }, (_, index) => `${prefix}-many-${index}`);
    expect(await results.missing([...many, a])).toEqual(many);
    expect(sorted(await results.records([...many, a]))).toHaveLength(2);

    // Two that put the same cell at once: one is the first.
    const puts = await Promise.all(Array.from({ length: 20 }, () => results.put(cell(`${prefix}-race`, "x"))));
    expect(puts.filter((put) => put === "stored")).toHaveLength(1);
    expect(puts.filter((put) => put === "same")).toHaveLength(19);

    const run: Omit<StoredRun, "cancelled"> = {
      digest: `${prefix}-run`,
      record: emptyPlan(prefix),
      folder: "/one",
      chunk: 3,
      submitted: "2026-01-01T00:00:00.000Z",
    };
    await results.saveRun(run);
    expect(await results.run(run.digest)).toEqual({ ...run, cancelled: false });
    await results.cancelRun(run.digest);
    expect((await results.run(run.digest))!.cancelled).toBe(true);
    await results.saveRun({ ...run, folder: "/two", chunk: 9, submitted: "2027-01-01T00:00:00.000Z" });
    expect(await results.run(run.digest)).toEqual({ ...run, submitted: "2027-01-01T00:00:00.000Z", cancelled: false });
    expect(await results.run("none")).toBeUndefined();
    expect((await results.runs()).at(-1)!.digest).toBe(run.digest);
  } finally {
    await broker.close();
  }
}
