import { expect, test } from "vitest";
import { cellsOf, type ResolvedPlan } from "../sweep/cells.ts";
import { pairsOf } from "../sweep/pairs.ts";
import { smallPlan } from "../sweep/sweep-for-tests.ts";
import { type ChunkJob, chunksOf, itemsOf, jobId, queueName } from "./chunk-job.ts";

const plan = smallPlan({ decoders: ["a", "b", "c"], timing: { baseline: "b" } });
const resolved: ResolvedPlan = {
  plan,
  model: "m",
  draft: null,
  versions: "v",
  decoders: plan.decoders.map((specification) => ({ specification, name: specification, options: {}, plugin: null, usesDraft: false })),
};
const run = "r".repeat(64);

test("the jobs of a run have every cell and every pair once, in the plan's order", () => {
  for (const size of [1, 4, 5, 18, 100]) {
    const cells = [...chunksOf(run, resolved, size, "cells")];
    expect(cells.flatMap((job) => itemsOf(resolved, job)).map(({ key }) => key)).toEqual([...cellsOf(resolved)].map(({ key }) => key));
    expect(Math.max(...cells.map(({ from, to }) => to - from))).toBe(Math.min(size, 18));
    const pairs = [...chunksOf(run, resolved, size, "timing")];
    expect(pairs.flatMap((job) => itemsOf(resolved, job))).toEqual([...pairsOf(resolved)]);
    expect(pairs).toHaveLength(12);
  }
});

test("a pair is the baseline and another decoder with the same prompt and seed", () => {
  const pairs = [...pairsOf(resolved)];
  expect(pairs.map(({ candidate }) => candidate.specification)).toEqual(Array.from({ length: 6 }, () => ["a", "c"]).flat());
  for (const { baseline, candidate } of pairs) {
    expect(baseline.specification).toBe("b");
    expect([candidate.promptId, candidate.content.seed]).toEqual([baseline.promptId, baseline.content.seed]);
  }
  expect(new Set(pairs.map(({ key }) => key)).size).toBe(12);
});

test("a plan without timing has no pairs", () => {
  expect([...chunksOf(run, { ...resolved, plan: smallPlan() }, 4, "timing")]).toEqual([]);
});

test("different jobs have different ids, which queues accept: no colon, and not digits alone", () => {
  const base: ChunkJob = { run, kind: "cells", from: 0, to: 4 };
  const jobs: readonly ChunkJob[] = [
    base,
    { ...base, run: "s".repeat(64) },
    { ...base, kind: "timing" },
    { ...base, from: 1 },
    { ...base, to: 5 },
  ];
  expect(new Set(jobs.map(jobId)).size).toBe(jobs.length);
  for (const job of jobs) expect(jobId(job)).toMatch(/^[a-z][\w-]+$/u);
});

test("workers with other versions or another runtime have other queues", () => {
  const names = [
    queueName("cells", "native", "v"),
    queueName("timing", "native", "v"),
    queueName("cells", "wasm", "v"),
    queueName("cells", "native", "w"),
  ];
  expect(new Set(names).size).toBe(4);
  expect(queueName("cells", "native", "v")).toBe(names[0]);
});
