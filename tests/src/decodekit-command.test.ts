import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// The built command in a process of its own, as users run it; packages/compare tests the rest of it within one process.
const packageFolder = fileURLToPath(new URL("../../packages/compare/", import.meta.url));

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function decodekit(args: readonly string[], interruptAt?: string): Promise<Outcome> {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, [`${packageFolder}dist/cli.js`, ...args], { env });
  let stdout = "";
  let stderr = "";
  let interrupted = interruptAt === undefined;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    if (interrupted || !stderr.includes(interruptAt!)) return;
    interrupted = true;
    child.kill("SIGINT");
  });
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { exitCode, stdout, stderr };
}

test("the built command tells the package's version", async () => {
  const { version } = JSON.parse(readFileSync(`${packageFolder}package.json`, "utf8")) as { readonly version: string };
  expect(await decodekit(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
});

test("the built command compares, and passes its exit code on", async () => {
  const { exitCode, stdout } = await decodekit(["compare", "--decoder", "greedy", "--max-new-tokens", "5", "--execution", "wasm"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^greedy +5 +5 +1000 /m);
  expect(await decodekit(["compare", "--decoder", "none"])).toMatchObject({ exitCode: 2, stdout: "" });
});

test("Ctrl-C ends the built command in order, with what it has", async () => {
  const { exitCode, stdout, stderr } = await decodekit(["compare", "--runs", "10000", "--decoder", "greedy"], "Run 3 of");
  expect(exitCode).toBe(130);
  expect(stderr).toMatch(/Interrupted; what is shown is what was finished\.\n$/);
  expect(stdout).toMatch(/^greedy +\d+ /m);
});
