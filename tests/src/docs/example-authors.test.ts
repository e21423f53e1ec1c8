import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const examples = path.join(root, "examples/authors");
mkdirSync(path.join(root, "tests/.docs"), { recursive: true });
const folder = mkdtempSync(path.join(root, "tests/.docs/examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[], cwd: string): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    child.on("close", (status) => resolve({ status, output }));
  });
}

/** Each package, and what its tests say of it with the mistake of its broken.patch. */
describe.each([
  ["second-guess", ["Pass", "of the causal model continued", "extra token", "remove uncommitted tokens with rewindTo"]],
  ["copy-edits", ["a drafter that", "move state into start()"]],
  ["pc-order", ['what the selection "pc-order" returns must be at least', "each once"]],
  ["smooth-curve", ["samplers and processors must depend on a row and its own prefix only"]],
])("examples/authors/%s", (name, says) => {
  test("type-checks, builds, and runs in the command beside greedy decoding", { timeout: 120_000 }, async () => {
    const copy = path.join(folder, name);
    cpSync(path.join(examples, name), copy, { recursive: true, filter: (file) => !/node_modules|dist$/u.test(file) });
    symlinkSync(path.join(examples, name, "node_modules"), path.join(copy, "node_modules"));
    const built = await run(path.join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], copy);
    expect(built.output).toBe("");
    const cli = path.join(root, "packages/compare/dist/cli.js");
    const decoders = ["--decoder", "greedy", "--decoder", name, "--max-new-tokens", "12", "--json", "-"];
    const { output, status } = await run(process.execPath, [cli, "compare", "--plugin", "./dist/plugin.js", ...decoders], copy);
    expect(status, output).toBe(0);
    const report = JSON.parse(output.slice(output.indexOf("{\n"))) as { runs: { decoder: string; tokens: number[] }[] };
    expect(report.runs.map(({ decoder, tokens }) => [decoder, tokens.length])).toEqual([
      ["greedy", 12],
      [name, 12],
    ]);
  });

  test("with the mistake of its broken.patch fails, and its tests name the mistake", { timeout: 240_000 }, async () => {
    const copy = path.join(folder, `broken-${name}`);
    cpSync(path.join(examples, name), copy, { recursive: true, filter: (file) => !/node_modules|dist$/u.test(file) });
    symlinkSync(path.join(examples, name, "node_modules"), path.join(copy, "node_modules"));
    const patched = spawnSync("git", ["apply", "broken.patch"], { cwd: copy, encoding: "utf8" });
    expect(patched.status, patched.stderr).toBe(0);
    const { output, status } = await run(path.join(root, "node_modules/.bin/vitest"), ["run", "--root", ".", "--reporter=json"], copy);
    expect(status).not.toBe(0);
    const { testResults } = JSON.parse(output.slice(output.indexOf('{"numTotalTestSuites"'))) as {
      testResults: readonly { readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[] }[];
    };
    const failures = testResults
      .flatMap(({ assertionResults }) => assertionResults.flatMap(({ failureMessages }) => failureMessages))
      .join("\n");
    for (const part of says) expect(failures).toContain(part);
  });
});
