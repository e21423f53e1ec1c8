import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
// @ts-expect-error -- a script without types
import * as script from "../../../../../scripts/benchmark-tables.mjs";
import type { SuiteResult } from "../results.ts";
import { type ResultFiles, withResults } from "./insert-results.ts";
import { resultChart } from "./renderers.ts";

const { chartFile, documents, readResult, resultFiles, resultNames } = script as {
  readonly chartFile: (name: string) => string;
  readonly documents: () => string[];
  readonly readResult: (name: string) => SuiteResult;
  readonly resultFiles: (document: string) => ResultFiles;
  readonly resultNames: () => string[];
};

const bundles: SuiteResult<"bundles"> = {
  suite: "bundles",
  run: {
    versions: {},
    commit: "c0ffee",
    dirty: false,
    date: "2026-01-31",
    machine: { cpu: "A processor", cores: 1, memoryBytes: 2 ** 30, system: "Linux" },
    settings: { model: "stories", embedded: true, threads: 1, tokens: 1, prompts: 1, quick: false },
  },
  rows: [{ key: "core", where: "node", file: "", bundle: "core", minifiedBytes: 20_300, gzippedBytes: 7800 }],
};
const files: ResultFiles = {
  read(name) {
    if (name === "bundles") return bundles;
    throw new Error(`There is no result ${name}.`);
  },
  chartOf: (name) => `benchmarks/${name}.svg`,
};
const END = "<!-- end of benchmark -->";

test("writes tables, the run and charts between marks, and nothing else", () => {
  const document = `A\n\n<!-- benchmark bundles -->\nold\n${END}\n\nB\n\n<!-- benchmark bundles run -->\n${END}\n<!-- benchmark bundles chart -->\n${END}\nC\n`;
  const written = withResults(document, files);
  expect(written).toBe(
    `A\n\n<!-- benchmark bundles -->\n\n| bundle | minified | gzipped |\n| --- | --- | --- |\n| core | 20.3 kB | 7.8 kB |\n\n${END}\n\nB\n\n` +
      `<!-- benchmark bundles run -->\n\nModel: the embedded story model. A processor, 1 cores, 1 GiB, Linux; 1 threads; ; commit c0ffee, 2026-01-31.\n\n${END}\n` +
      `<!-- benchmark bundles chart -->\n\n![bundles](benchmarks/bundles.svg)\n\n${END}\nC\n`,
  );
  expect(withResults(written, files)).toBe(written);
});

test("results of one suite are one table", () => {
  const other: SuiteResult<"bundles"> = { ...bundles, rows: [{ ...bundles.rows[0]!, bundle: "greedy" }] };
  const read = (name: string): SuiteResult => (name === "other" ? other : { ...files.read(name) });
  const written = withResults(`<!-- benchmark bundles,other -->\n${END}`, { ...files, read });
  expect(written).toContain("| core | 20.3 kB | 7.8 kB |\n| greedy | 20.3 kB | 7.8 kB |\n");
  const speculation = { ...bundles, suite: "speculation", rows: [] } as const;
  const readBoth = (name: string): SuiteResult => (name === "other" ? speculation : bundles);
  expect(() => withResults(`<!-- benchmark bundles,other -->\n${END}`, { ...files, read: readBoth })).toThrow(
    "of the suites bundles and speculation",
  );
});

test("refuses a mark without an end, an unknown result and an unknown table", () => {
  expect(() => withResults("<!-- benchmark bundles -->\n", files)).toThrow("1 marks of a benchmark, of which 0 end");
  expect(() => withResults(`<!-- benchmark other -->\n${END}`, files)).toThrow("There is no result other.");
  expect(() => withResults(`<!-- benchmark bundles other -->\n${END}`, files)).toThrow("none with the name other");
});

test("a document without marks stays as it is", () => {
  const document = "Write `<!-- benchmark NAME -->` and `<!-- end of benchmark -->`.\n";
  expect(withResults(document, files)).toBe(document);
});

test("the documents of this repository are what `npm run benchmark-tables` writes", () => {
  const all = documents();
  expect(all.map((file) => path.basename(file))).toContain("SPEED.md");
  for (const document of all) {
    const content = readFileSync(document, "utf8");
    expect(withResults(content, resultFiles(document)), document).toBe(content);
  }
});

test("the charts of docs/benchmarks are those of their results", { timeout: 120_000 }, async () => {
  for (const name of resultNames()) {
    const chart = await resultChart(readResult(name));
    if (chart !== undefined) expect(readFileSync(chartFile(name), "utf8") === chart, name).toBe(true);
  }
});
