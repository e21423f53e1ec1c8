import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { codeBlocks } from "./code-blocks.ts";

// Schedulers start the files of guides/sweeps.mdx; here the commands in them are run as each scheduler does, with its variables.
const root = fileURLToPath(new URL("../../../", import.meta.url));
mkdirSync(path.join(root, "tests/.docs"), { recursive: true });
const folder = mkdtempSync(path.join(root, "tests/.docs/schedulers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileNamed = (name: string): string => codeBlocks.find(({ title }) => title === name)!.code;
const plan = JSON.parse(fileNamed("plan.json")) as { readonly name: string; readonly prompts: readonly string[]; readonly seeds: number };
const RUNS = 3 * plan.prompts.length * plan.seeds;

// The command of this repository under the name that npx finds.
const bin = path.join(folder, "bin");
mkdirSync(bin);
const cli = path.join(root, "packages/compare/dist/cli.js");
writeFileSync(
  path.join(bin, "npx"),
  `#!/bin/sh\nwhile [ "$1" != decodekit ]; do shift; done\nshift\nexec "${process.execPath}" "${cli}" "$@"\n`,
  { mode: 0o755 },
);

function shell(place: string, command: string, variables: Readonly<Record<string, string>>): string {
  const env = { ...process.env, ...variables, PATH: `${bin}${path.delimiter}${process.env["PATH"]}` };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: place, env, encoding: "utf8", timeout: 120_000 });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** A folder with the plan and nothing else. */
function placeFor(name: string): string {
  const place = path.join(folder, name);
  mkdirSync(place);
  writeFileSync(path.join(place, "plan.json"), fileNamed("plan.json"));
  return place;
}

function expectWhole(place: string): void {
  const report = JSON.parse(shell(place, "npx decodekit merge *.jsonl --json -", {})) as {
    readonly decoders: readonly { readonly cells: number }[];
  };
  expect(report.decoders.reduce((total, { cells }) => total + cells, 0)).toBe(RUNS);
}

test("the parts of a Kubernetes job are the whole plan", () => {
  const place = placeFor("kubernetes");
  const { spec } = parse(fileNamed("job.yaml")) as {
    readonly spec: {
      readonly completionMode: string;
      readonly completions: number;
      readonly template: {
        readonly spec: {
          readonly containers: readonly [{ readonly args: readonly [string]; readonly volumeMounts: readonly { readonly name: string }[] }];
          readonly volumes: readonly { readonly name: string }[];
        };
      };
    };
  };
  const [container] = spec.template.spec.containers;
  expect(spec.completionMode).toBe("Indexed");
  expect(container.volumeMounts.map(({ name }) => name)).toEqual(spec.template.spec.volumes.map(({ name }) => name));
  const command = container.args[0].replace("/plan/", "");
  for (let index = 0; index < spec.completions; index++) shell(place, command, { JOB_COMPLETION_INDEX: String(index) });
  expectWhole(place);
});

test("the tasks of a Slurm array are the whole plan", () => {
  const place = placeFor("slurm");
  const script = fileNamed("sweep.sbatch");
  const [, first, last] = /^#SBATCH --array=(\d+)-(\d+)$/mu.exec(script)!.map(Number);
  for (let task = first!; task <= last!; task++) shell(place, script, { SLURM_ARRAY_TASK_ID: String(task), SLURM_CPUS_PER_TASK: "1" });
  expectWhole(place);
});

test("the jobs of a workflow are the whole plan", () => {
  interface Job {
    readonly strategy?: { readonly matrix: { readonly part: readonly number[] } };
    readonly steps: readonly { readonly run?: string }[];
  }
  const { jobs } = parse(fileNamed("sweep.yml")) as { readonly jobs: Readonly<Record<"part" | "merge", Job>> };
  const commandIn = ({ steps }: Job): string => steps.map(({ run }) => run).find((run) => run?.startsWith("npx decodekit"))!;
  const results = placeFor("actions");
  for (const part of jobs.part.strategy!.matrix.part) {
    const place = placeFor(`actions-${part}`);
    shell(place, commandIn(jobs.part).replace("${{ matrix.part }}", String(part)), {});
    cpSync(place, results, { recursive: true });
  }
  shell(results, commandIn(jobs.merge), {});
  expectWhole(results);
});
