import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { seededRandom } from "@decodekit/core";
import { randomTable, tableModel } from "@decodekit/core/testing";
import { afterAll } from "vitest";
import { languageModel } from "../letters-for-tests.ts";
import type { LoadModel } from "../load-models.ts";
import { LocalRunner } from "./local-runner.ts";
import { mergeRecords, outcomeLines } from "./merge-records.ts";
import { type Plan, type PlanInput, readPlan } from "./plan.ts";
import type { SweepRecord } from "./record.ts";
import { RecordFile, readRecords } from "./record-file.ts";
import { runSweep, type SweepOptions, type SweepSummary } from "./run-sweep.ts";

export const folder = mkdtempSync(path.join(tmpdir(), "decodekit-sweep-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads a model of eight letters, and reads the embedded model's config.json. */
export const loadLetters: LoadModel = async (source) => {
  await (source as { open(path: string, options: object): Promise<unknown> }).open("config.json", {});
  const causal = tableModel({ probabilities: randomTable(seededRandom(1), 8), contextLength: 64, tree: true });
  return { ...languageModel(causal), dispose: async () => undefined };
};

/** 2 decoders × 3 prompts × 2 seeds. */
export function smallPlan(changes: Partial<PlanInput> = {}): Plan {
  return readPlan({
    name: "small",
    decoders: ["greedy", "top-p:p=0.9"],
    prompts: ["a", "bc", "def"],
    seeds: 2,
    maxNewTokens: 6,
    ...changes,
  });
}

export const fileOf = (name: string): string => path.join(folder, name);

/** Runs a plan in this process, with its results in a file. */
export async function sweep(
  plan: Plan,
  file: string,
  { runner = new LocalRunner(loadLetters), ...options }: Partial<SweepOptions> = {},
): Promise<SweepSummary> {
  const store = await RecordFile.open(fileOf(file));
  try {
    return await runSweep({ plan, folder, runner, store, ...options });
  } finally {
    await runner.close();
    await store.close();
  }
}

export async function recordsIn(file: string): Promise<SweepRecord[]> {
  const records: SweepRecord[] = [];
  for await (const record of readRecords(fileOf(file))) records.push(record);
  return records;
}

export const merged = (...files: readonly string[]) => mergeRecords(files.map((file) => readRecords(fileOf(file))));

/** The outcomes of all cells in the plan's order, as a text. */
export async function outcomesIn(...files: readonly string[]): Promise<string> {
  return [...outcomeLines(await merged(...files))].join("\n");
}
