import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { stories } from "@decodekit/tiny-models";
import { afterAll, expect, test } from "vitest";
import { buildNodeScripts } from "./start-node-worker.ts";

const TIMES = 20;
const scripts = await buildNodeScripts("terminate-many", "decoder-worker");
afterAll(scripts.remove);

/** Returns the outcomes of decodes whose workers were terminated, in a separate process. Rejects when that process is killed. */
async function terminateMany(plugin: string, timeout: number): Promise<string[]> {
  const paths = [scripts.pathOf("terminate-many"), JSON.stringify(stories), scripts.pathOf("decoder-worker")];
  const { stdout } = await promisify(execFile)(process.execPath, [...paths, plugin, String(timeout), String(TIMES)]);
  return JSON.parse(stdout) as string[];
}

const all = (outcome: string): string[] => Array.from({ length: TIMES }, () => outcome);

test(`${TIMES} workers that are terminated in the middle of a native decode leave the process alive and abort the decodes`, async () => {
  expect(await terminateMany("@decodekit/greedy/plugin", 60_000)).toEqual(all("abort"));
}, 180_000);

test("so do workers with timeout 0: they end when the running pass has ended", async () => {
  const outcomes = await terminateMany("@decodekit/greedy/plugin", 0);
  expect(outcomes.map((outcome) => (outcome === "abort" ? "WorkerError" : outcome))).toEqual(all("WorkerError"));
}, 180_000);

test("so do workers whose plugin is in an endless loop, and their decodes fail", async () => {
  expect(await terminateMany("./endless-plugin.ts", 50)).toEqual(all("WorkerError"));
}, 180_000);
