import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
mkdirSync(path.join(root, "tests/.docs"), { recursive: true });
const folder = mkdtempSync(path.join(root, "tests/.docs/authors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = codeBlocks.filter(({ language }) => language === "ts");
const authorPages = [...new Set(blocks.map(({ page }) => page))];

function write(page: string, files: readonly CodeBlock[]): string {
  const target = path.join(folder, path.basename(page, ".mdx"));
  mkdirSync(target, { recursive: true });
  for (const { title, code } of files) writeFileSync(path.join(target, title!), code);
  const compilerOptions = { types: ["node"], noEmit: true, allowImportingTsExtensions: true, rewriteRelativeImportExtensions: false };
  const config = { extends: path.join(root, "tsconfig.base.json"), compilerOptions, include: ["*.ts"] };
  writeFileSync(path.join(target, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(
    path.join(target, "vitest.config.ts"),
    'import { defineConfig } from "vitest/config";\nconst conditions = ["@decodekit/source"];\nexport default defineConfig({ resolve: { conditions }, ssr: { resolve: { conditions } }, test: { include: ["*.test.ts"], testTimeout: 60_000 } });\n',
  );
  return target;
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(path.join(root, "node_modules/.bin", command), args, { cwd });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    child.on("close", (status) => resolve({ status, output }));
  });
}

test("every file of a page has a name", () => expect(blocks.filter(({ title }) => title === undefined)).toEqual([]));

describe("the files of", () => {
  for (const page of authorPages) {
    const files = blocks.filter((block) => block.page === page);
    const target = write(page, files);
    test(`${page} type-check, and their tests pass`, { timeout: 300_000 }, async () => {
      const types = await run("tsc", ["-p", "."], target);
      expect(types.output).toBe("");
      if (!files.some(({ title }) => title!.endsWith(".test.ts"))) return;
      const tests = await run("vitest", ["run", "--root", ".", "--reporter=json"], target);
      expect([failuresIn(tests.output).slice(0, 3), tests.status]).toEqual([[], 0]);
      expect(reportIn(tests.output).numPassedTests).toBeGreaterThan(10);
    });
  }
});

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[] }[];
}

function reportIn(output: string): Report {
  return JSON.parse(output.slice(output.indexOf('{"numTotalTestSuites"'))) as Report;
}

function failuresIn(output: string): readonly string[] {
  return reportIn(output).testResults.flatMap(({ assertionResults }) => assertionResults.flatMap(({ failureMessages }) => failureMessages));
}

/** A mistake in a file of a page, and what the tests of that page then say. */
interface Mistake {
  readonly page: string;
  readonly file: string;
  readonly code: string;
  readonly instead: string;
  readonly says: readonly string[];
}

const mistakes: readonly Mistake[] = [
  {
    page: "authors/decoder.mdx",
    file: "pairs.ts",
    code: "await target.session.rewindTo(target.session.length - 1);",
    instead: "",
    says: ["the causal model continued", "extra token"],
  },
  {
    page: "authors/drafter.mdx",
    file: "likeliest.ts",
    code: "return { tokens: Int32Array.from(tokens) };",
    instead: "return { tokens: Int32Array.from([...tokens, 1]) };",
    says: ["at most"],
  },
  {
    page: "authors/verification-rule.mdx",
    file: "first-only.ts",
    code: "token !== draft.tokens[0]",
    instead: "token > draft.tokens[0]!",
    says: ['the output of up to 3 tokens differs from that of the sampler "plain" by a total variation of'],
  },
  {
    page: "authors/selection.mdx",
    file: "outside-in.ts",
    code: "[...left, ...right]",
    instead: "[...left, ...right, 0]",
    says: ['what the selection "outside-in" returns must be at least', "of the open positions"],
  },
  {
    page: "authors/revision.mdx",
    file: "second-thoughts.ts",
    code: "{ remask: [worst.position] }",
    instead: "{ remask: [worst.position, worst.position] }",
    says: ['remask of the revision "second-thoughts" must be positions that are named once'],
  },
  {
    page: "authors/processor.mdx",
    file: "no-echo.ts",
    code: "return (row, { tokens, promptLength }) => {",
    instead: "let calls = 0;\n  return (row, { tokens, promptLength }) => {\n    if (calls++ % 3 === 2) return;",
    says: ["samplers and processors must depend on a row and its own prefix only"],
  },
  {
    page: "authors/model.mdx",
    file: "bigrams.ts",
    code: "tokens.length = length;",
    instead: "tokens.length = Math.min(tokens.length, length + 1);",
    says: ["rewound to 4: the length: expected 4, got 5"],
  },
];

describe("the tests on", () => {
  test.each(mistakes)("$page find a mistake in $file", { timeout: 300_000 }, async ({ page, file, code, instead, says }) => {
    const files = blocks.filter((block) => block.page === page);
    const changed = files.map((each) => (each.title === file ? { ...each, code: each.code.replace(code, instead) } : each));
    expect(changed).not.toEqual(files);
    const { output } = await run("vitest", ["run", "--root", ".", "--reporter=json"], write(`broken-${path.basename(page)}`, changed));
    const failures = failuresIn(output);
    expect(failures.length).toBeGreaterThan(0);
    for (const part of says) expect(failures.join("\n")).toContain(part);
  });
});
