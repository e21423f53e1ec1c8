import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// Runs the built command in a separate process, as users do; packages/compare tests the rest within one process.
const packageFolder = fileURLToPath(new URL("../../../packages/compare/", import.meta.url));

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

test("the built command prints the package's version", async () => {
  const { version } = JSON.parse(readFileSync(`${packageFolder}package.json`, "utf8")) as { readonly version: string };
  expect(await decodekit(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
});

test("the built command compares every decoder on the story model", async () => {
  const args = ["compare", "--max-new-tokens", "12", "--prompt", "Tom had a ball", "--execution", "wasm"];
  const { exitCode, stdout, stderr } = await decodekit(args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^stories: .* wasm, node /);
  expect(stdout).toMatch(/^greedy +12 +12 +1000 /m);
  expect(stdout).toMatch(/^ {2}Tom had a ball\S* \w+/m);
  expect(stdout).toMatch(/^judged-tree natsPerToken=1, /m);
  expect(stderr).toMatch(/^Loading the embedded story model: \d+\.\d MB$/m);
  expect(stderr).toContain("Run 14 of 14: confidence-cascade");
});

test("the built command exits with the command's code", async () => {
  expect(await decodekit(["compare", "--decoder", "none"])).toMatchObject({ exitCode: 2, stdout: "" });
  const { exitCode, stdout, stderr } = await decodekit(["compare", "--model", "."]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/error: .*does not exist/);
});

test("the built command fills a gap with the story model", async () => {
  const gap = ["infill", "--prefix", "Tom met Mia. They played with a ball.", "--suffix", " They went home.", "--execution", "wasm"];
  const { exitCode, stdout, stderr } = await decodekit([...gap, "--length", "4"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Tom met Mia\. They played with a ball\..+ They went home\.\n$/);
  expect(stderr).toContain("4 tokens in 5 passes");
  expect(stderr.split("\n")[0]).toContain(" _");
});

test("Ctrl-C ends the built command cleanly, with the results so far", async () => {
  const { exitCode, stdout, stderr } = await decodekit(["compare", "--runs", "10000", "--decoder", "greedy"], "Run 3 of");
  expect(exitCode).toBe(130);
  expect(stderr).toMatch(/Interrupted\. The results cover the runs up to the interruption\.\n$/);
  expect(stdout).toMatch(/^greedy +\d+ /m);
});
