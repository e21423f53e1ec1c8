import { expect, test } from "vitest";
import type { SuiteResult } from "../results.ts";
import type { DecodeRow, Kept, MissingRow, SpeculationRow, SuiteName, SuiteRows } from "../rows.ts";
import { SUITE_TITLES } from "../suites/suite-names.ts";
import { describeRun, resultChart, resultDocument, resultTable } from "./renderers.ts";

const run: SuiteResult["run"] = {
  machine: { cpu: "A processor", cores: 2, memoryBytes: 8 * 2 ** 30, system: "Linux 6.1" },
  versions: { node: "v20.1.0", "onnxruntime-node": "1.30.0" },
  commit: "0123456789abcdef",
  dirty: false,
  date: "2026-01-31",
  settings: { model: "a-model", embedded: false, threads: 2, tokens: 128, prompts: 3, quick: false },
};

const resultOf = <Name extends SuiteName>(suite: Name, rows: readonly Kept<SuiteRows[Name]>[]): SuiteResult<Name> => ({ suite, run, rows });
const place = { where: "native", file: "onnx/model_q4.onnx" } as const;

/** A decode whose first token takes 100 ms and every other `perToken`. */
function decode(contender: string, round: number, perToken: number): Kept<DecodeRow> {
  const [tokens, firstTokenMilliseconds] = [11, 100];
  const milliseconds = firstTokenMilliseconds + perToken * (tokens - 1);
  const key = `${contender}/${round}/256`;
  return { ...place, key, contender, round, promptTokens: 256, tokens, firstTokenMilliseconds, milliseconds, digest: "d" };
}

test("framework cost is the speed after the first token over the bare loop's, in pairs of a round", () => {
  const rows = [1, 2, 4].flatMap((drift, round) => [decode("decodekit", round, 20 * drift), decode("bare loop", round, 10 * drift)]);
  const [, , line] = resultTable(resultOf("framework-cost", rows)).split("\n");
  // The whole decodes take 300 ms over 200, 500 over 300 and 900 over 500.
  expect(line).toBe("| model_q4 | native | 256 | ×0.50 (0.50 to 0.50) | ×0.60 (0.56 to 0.67) | 25.0 | 50.0 | the same |");
});

test("peers: a missing one says why, and one with other tokens is seen", () => {
  const missing: Kept<MissingRow> = { ...place, key: "wllama/missing", contender: "wllama", missing: "no GGUF file was given (--gguf)" };
  const other = { ...decode("node-llama-cpp", 0, 5), digest: "e" };
  const lines = resultTable(resultOf("peers", [missing, other, decode("decodekit", 0, 10)])).split("\n");
  expect(lines.slice(2)).toEqual([
    "| model_q4 | native | decodekit | 100 | ×1.00 | 55.0 | ×1.00 | the same |",
    "| model_q4 | native | node-llama-cpp | 200 | ×2.00 | 73.3 | ×1.33 | 1 of 1 differ |",
    "| model_q4 | native | wllama: no GGUF file was given (--gguf) |  |  |  |  |  |",
  ]);
});

test("speculation: ratios of summed times by kind, passes, acceptance and equality of texts", () => {
  const row = (decoder: string, kind: SpeculationRow["kind"], task: number, figures: Partial<SpeculationRow>): Kept<SpeculationRow> => ({
    ...place,
    key: `0/${task}/${decoder}`,
    decoder,
    round: 0,
    task,
    kind,
    promptTokens: 9,
    tokens: 10,
    firstTokenMilliseconds: 100,
    milliseconds: 200,
    passes: 10,
    drafted: 0,
    accepted: 0,
    digest: "d",
    ...figures,
  });
  const result = resultOf("speculation", [
    row("greedy", "copy", 0, {}),
    row("greedy", "story", 27, {}),
    row("prompt lookup, 4", "copy", 0, { milliseconds: 150, passes: 5, drafted: 8, accepted: 6 }),
    row("prompt lookup, 4", "story", 27, { milliseconds: 225, drafted: 4, digest: "e" }),
  ]);
  const cells = (table: string): string[] => resultTable(result, table).split("\n")[2]!.split(" | ");
  // 200 ms over 50 + 125, and whole decodes of 400 ms over 150 + 225.
  expect(cells("main")[3]).toMatch(/^×1\.14 \(/u);
  expect(cells("main").slice(4)).toEqual(["×2.00", "×0.80", "750", "50 %", "1 of 2 differ |"]);
  expect(cells("whole")[3]).toMatch(/^×1\.07 \(/u);
  expect(cells("kinds")[3]).toBe("×2.00");
  expect(cells("kinds").at(-1)).toBe("×0.80 |");
});

test("every suite has a table of its rows, also of none", () => {
  for (const suite of Object.keys(SUITE_TITLES) as SuiteName[]) {
    expect(resultTable(resultOf(suite, [])), suite).toMatch(/^\|.*\|\n\| ---/u);
  }
  expect(() => resultTable(resultOf("peers", []), "unknown")).toThrow("The suite peers has the tables main");
});

test("a document says what its figures depend on, and warns of a quick run", () => {
  const result = resultOf("prefill", [decode("decodekit", 0, 1)]);
  expect(resultDocument(result)).toContain(
    "# Time to the first token\n\nModel: a-model. A processor, 2 cores, 8 GiB, Linux 6.1; 2 threads;",
  );
  expect(describeRun({ ...run, dirty: true, settings: { ...run.settings, quick: true } })).toMatch(
    /commit 0123456789 with changes, 2026-01-31\. A quick run: its figures mean nothing\.$/u,
  );
});

test("charts are drawn, the same for the same rows", { timeout: 60_000 }, async () => {
  const result = resultOf("framework-cost", [decode("decodekit", 0, 20), decode("bare loop", 0, 10)]);
  const chart = await resultChart(result);
  expect(chart).toMatch(/^<svg/u);
  expect(chart).toContain("Tokens per second over the bare loop");
  expect(await resultChart(result)).toBe(chart);
  expect(await resultChart(resultOf("bundles", []))).toBeUndefined();
});
