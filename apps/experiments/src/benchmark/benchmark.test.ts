// Runs the built benchmark on the embedded model, as little of it as possible: `npm run setup` builds it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SuiteResult } from "./results.ts";
import type { DecodeRow, MissingRow, SuiteName } from "./rows.ts";
import { SUITE_TITLES } from "./suites/suite-names.ts";

const program = fileURLToPath(new URL("../../dist/benchmark/main.js", import.meta.url));
const output = mkdtempSync(path.join(tmpdir(), "decodekit-benchmark-"));

function benchmark(...options: string[]): void {
  execFileSync(process.execPath, [program, "--quick", "--output", output, ...options], { stdio: "pipe" });
}

function read<Name extends SuiteName>(suite: Name): SuiteResult<Name> {
  return JSON.parse(readFileSync(path.join(output, `${suite}.json`), "utf8")) as SuiteResult<Name>;
}

beforeAll(() => {
  if (!existsSync(program)) throw new Error("The benchmark is not built. Run npm run setup.");
  benchmark("--execution", "native");
  benchmark("--execution", "wasm", "--suite", "framework-cost", "--suite", "event-loop", "--suite", "peers");
  benchmark("--execution", "chromium", "--suite", "framework-cost", "--suite", "peers");
}, 600_000);

afterAll(() => rmSync(output, { recursive: true }));

test("every suite leaves rows, a document, and a run record with the commit", () => {
  for (const suite of Object.keys(SUITE_TITLES) as SuiteName[]) {
    const { rows, run } = read(suite);
    expect(rows.length, suite).toBeGreaterThan(0);
    expect(run.commit).toMatch(/^[\da-f]{40}$|^unknown$/u);
    expect(run.settings).toMatchObject({ model: "stories", quick: true });
    const document = readFileSync(path.join(output, `${suite}.md`), "utf8");
    expect(document.split("\n").filter((line) => line.startsWith("| ")).length, suite).toBeGreaterThan(2);
  }
  expect(readdirSync(output).filter((file) => file.endsWith(".svg")).length).toBeGreaterThan(5);
});

test("decodekit, the bare loop and transformers.js decode the same tokens wherever they run", () => {
  const rows = read("peers").rows.filter((row): row is Extract<typeof row, DecodeRow> => !("missing" in row));
  const cases = new Set(rows.map(({ where, task }) => `${where} ${task}`));
  expect([...new Set(rows.map(({ where }) => where))].toSorted()).toEqual(["chromium", "native", "wasm"]);
  for (const each of cases) {
    const same = rows.filter(({ where, task }) => `${where} ${task}` === each);
    expect(same.map(({ contender }) => contender).toSorted(), each).toEqual([
      "bare loop",
      "decodekit",
      "decodekit, prompt lookup",
      "transformers.js",
    ]);
    expect(new Set(same.map(({ digest }) => digest)).size, each).toBe(1);
  }
});

test("without a GGUF file, the rows of llama.cpp say so", () => {
  const missing = read("peers").rows.filter((row): row is Extract<typeof row, MissingRow> => "missing" in row);
  expect(missing.map(({ where, contender }) => `${where} ${contender}`).toSorted()).toEqual([
    "chromium wllama",
    "native node-llama-cpp",
    "native node-llama-cpp, prompt lookup",
  ]);
  for (const row of missing) expect(row.missing).toContain("--gguf");
});

test("times are positive, the first token comes before the last, and speculation writes greedy's text", () => {
  for (const { firstTokenMilliseconds, milliseconds, tokens } of [...read("framework-cost").rows, ...read("prefill").rows]) {
    expect(firstTokenMilliseconds).toBeGreaterThan(0);
    expect(milliseconds).toBeGreaterThanOrEqual(firstTokenMilliseconds);
    expect(tokens).toBeGreaterThan(0);
  }
  const { rows } = read("speculation");
  for (const task of new Set(rows.map((row) => row.task))) {
    expect(new Set(rows.filter((row) => row.task === task).map(({ digest }) => digest)).size).toBe(1);
  }
});

test("a run that is called again measures nothing again", () => {
  const lines = path.join(output, "framework-cost.jsonl");
  const before = readFileSync(lines, "utf8");
  benchmark("--execution", "native", "--suite", "framework-cost");
  expect(readFileSync(lines, "utf8")).toBe(before);
}, 120_000);
