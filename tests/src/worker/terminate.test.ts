import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { stories } from "@decodekit/tiny-models";
import { afterAll, expect, test } from "vitest";
import { buildNodeScripts } from "./start-node-worker.ts";

const TIMES = 20;
const scripts = await buildNodeScripts("terminate-many", "decoder-worker");
afterAll(scripts.remove);

/** Outcomes of decodes whose workers were ended, in a process of their own. Rejects when that process is killed. */
async function terminateMany(plugin: string, timeout: number): Promise<string[]> {
  const paths = [scripts.pathOf("terminate-many"), JSON.stringify(stories), scripts.pathOf("decoder-worker")];
  const { stdout } = await promisify(execFile)(process.execPath, [...paths, plugin, String(timeout), String(TIMES)]);
  return JSON.parse(stdout) as string[];
}

const all = (outcome: string): string[] => Array.from({ length: TIMES }, () => outcome);

test(`${TIMES} workers that are ended in the middle of a native decode leave the process alive, and the decodes aborted`, async () => {
  expect(await terminateMany("@decodekit/greedy/plugin", 60_000)).toEqual(all("abort"));
}, 180_000);

test("so do those that nobody waits for: they end when the pass under way has", async () => {
  const outcomes = await terminateMany("@decodekit/greedy/plugin", 0);
  expect(outcomes.map((outcome) => (outcome === "abort" ? "WorkerError" : outcome))).toEqual(all("WorkerError"));
}, 180_000);

test("so do those whose plugin is in an endless loop, whose decodes have failed", async () => {
  expect(await terminateMany("./endless-plugin.ts", 50)).toEqual(all("WorkerError"));
}, 180_000);
