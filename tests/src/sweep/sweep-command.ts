import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { PlanInput, SweepRecord } from "@decodekit/compare/sweep";
import { onTestFinished } from "vitest";

const command = fileURLToPath(new URL("../../../packages/compare/dist/cli.js", import.meta.url));

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Resolves when `pattern` occurs in what the command wrote to standard error. */
  said(pattern: RegExp): Promise<void>;
}

/** A folder for a test's files, which is removed after it. */
export function testFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "decodekit-sweep-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the built command in `folder`; `shell` is a command of the shell that runs before it, in the same process. */
export function start(folder: string, args: readonly string[], shell = ""): Running {
  const { FORCE_COLOR: _, ...env } = process.env;
  const script = `${shell} exec "$@"`;
  const child = spawn("sh", ["-c", script, "sh", process.execPath, command, ...args], { cwd: folder, env });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    for (const listener of listeners) listener();
  });
  const outcome = new Promise<Outcome>((resolve) => child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })));
  const said = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => void (pattern.test(stderr) && resolve());
      listeners.add(check);
      check();
      void outcome.then(() => reject(new Error(`The command ended without ${pattern}: ${stderr}`)));
    });
  return { child, outcome, said };
}

export const run = (folder: string, args: readonly string[], shell?: string): Promise<Outcome> => start(folder, args, shell).outcome;

/** Writes a plan of the embedded model as plan.json. */
export function writePlan(folder: string, plan: Partial<PlanInput>): void {
  const whole: PlanInput = { name: "plan", decoders: ["greedy"], prompts: ["Once upon a time"], maxNewTokens: 6, ...plan };
  writeFileSync(path.join(folder, "plan.json"), JSON.stringify(whole));
}

/** Returns the keys of the cells of a file of records, one for each record. */
export function keysIn(folder: string, file: string): readonly string[] {
  const lines = readFileSync(path.join(folder, file), "utf8").split("\n");
  return lines.flatMap((line) => {
    try {
      const record = JSON.parse(line) as SweepRecord;
      return record.type === "cell" ? [record.key] : [];
    } catch {
      return [];
    }
  });
}

/** Returns the process ids of the children of a process. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}
