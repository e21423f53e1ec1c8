import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SuiteResult } from "./results.ts";
import { openResults } from "./results-folder.ts";
import type { BundlesRow, Kept } from "./rows.ts";
import { recordRun, type RunRecord } from "./run-record.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "decodekit-results-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = recordRun(
  { folder: "/a/b/model", gguf: "/c/model.gguf", embedded: false, threads: 2, tokens: 8, prompts: 1, quick: true },
  "2026-01-31",
);

function row(bundle: string, gzippedBytes: number): Kept<BundlesRow> {
  return { key: bundle, where: "node", file: "", bundle, minifiedBytes: 3 * gzippedBytes, gzippedBytes };
}

test("a record names the machine, the versions, the commit and the settings, and no path", () => {
  expect(run.settings).toMatchObject({ model: "model", gguf: "model.gguf" });
  expect(run.date).toBe("2026-01-31");
  expect(run.versions).toMatchObject({ node: process.version, "onnxruntime-node": "1.30.0", "@huggingface/transformers": "4.3.1" });
  expect(run.machine.cores).toBeGreaterThan(0);
  expect(JSON.stringify(run)).not.toContain("/a/b");
});

test("a run that was ended goes on with the rows that are there; the last of a key counts, and a line cut short does not", async () => {
  openResults(folder, run).add("bundles", row("core", 1));
  appendFileSync(path.join(folder, "bundles.jsonl"), '{"key":"greedy","where":"no');
  appendFileSync(path.join(folder, "bundles.jsonl"), "\n");
  const again = openResults(folder, run);
  expect(again.rowsOf("bundles")).toEqual([row("core", 1)]);
  again.add("bundles", row("greedy", 2));
  again.add("bundles", row("core", 3));
  await again.finish("bundles");
  const read = (extension: string): string => readFileSync(path.join(folder, `bundles.${extension}`), "utf8");
  const result: SuiteResult = { suite: "bundles", run, rows: [row("core", 3), row("greedy", 2)] };
  expect(JSON.parse(read("json"))).toEqual(JSON.parse(JSON.stringify(result)));
  expect(read("json").split("\n")).toHaveLength(5);
  expect(read("md")).toContain("| core | 0.0 kB | 0.0 kB |");
});

test("results of other code or other settings are not mixed", () => {
  openResults(folder, run);
  const other: RunRecord = { ...run, commit: "another" };
  expect(() => openResults(folder, other)).toThrow(/holds results whose commit is .* Choose another --output\./u);
  expect(() => openResults(folder, { ...run, settings: { ...run.settings, threads: 1 } })).toThrow("whose settings is");
});
