import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { pluginsIn } from "@decodekit/core/toolkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bin = path.join(root, "node_modules/.bin");
let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), "decodekit-created-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program in a folder; returns its output. */
function run(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", timeout: 240_000 });
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

describe.each(["decoder", "drafter", "selection", "revision", "processor", "model"])(
  "npm create @decodekit/decoder -- --kind %s",
  (kind) => {
    test("makes a package that type-checks, passes its tests, builds, packs, and runs in the command", { timeout: 300_000 }, async () => {
      const name = `my-${kind}`;
      run(folder, process.execPath, path.join(root, "packages/create-decoder/dist/cli.js"), name, "--kind", kind);
      const made = path.join(folder, name);
      // In place of an installation, which the release's dry run does.
      symlinkSync(path.join(root, "tests/node_modules"), path.join(made, "node_modules"));
      run(made, path.join(bin, "tsc"), "--noEmit");
      expect(run(made, path.join(bin, "vitest"), "run", "--reporter=json")).toMatch(/"numFailedTests":0,/u);
      run(made, path.join(bin, "tsc"), "-p", "tsconfig.build.json");
      const packed = JSON.parse(run(made, "npm", "pack", "--dry-run", "--json", "--ignore-scripts")) as [{ files: { path: string }[] }];
      const files = packed[0].files.map(({ path: file }) => file);
      expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/index.d.ts", "dist/index.js", `src/${name}.ts`]));
      expect(files.filter((file) => file.includes(".test."))).toEqual([]);
      if (kind === "model") {
        expect(run(made, process.execPath, "compare.js")).toMatch(/^greedy \d+ ".*"\ntop-p \d+ ".*"\nspeculative \d+ ".*"\n$/u);
        return;
      }
      const cli = path.join(root, "packages/compare/dist/cli.js");
      const plugin = ["--plugin", "./dist/plugin.js", "--decoder", "greedy", "--decoder", name, "--max-new-tokens", "16", "--json", "-"];
      const report = JSON.parse(run(made, process.execPath, cli, "compare", ...plugin)) as {
        runs: { decoder: string; tokens: number[] }[];
      };
      expect(report.runs.map(({ decoder, tokens }) => [decoder, tokens.length])).toEqual([
        ["greedy", 16],
        [name, 16],
      ]);
      run(made, path.join(bin, "vite"), "build", "--logLevel", "error");
      const bundle = path.join(made, "dist/plugin.bundle.js");
      expect(existsSync(bundle)).toBe(true);
      expect(readFileSync(bundle, "utf8")).not.toMatch(/^import |\bfrom\s*["']/mu);
      const module = (await import(/* @vite-ignore */ pathToFileURL(bundle).href)) as { default: unknown };
      expect(pluginsIn(name, module.default).map((each) => each.name)).toEqual([name]);
    });
  },
);
