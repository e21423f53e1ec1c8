import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { PlanInput, SweepRecord } from "@decodekit/compare/sweep";
import { expect, onTestFinished } from "vitest";

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
  /** Resolves when `pattern` occurs in what the command wrote, and returns the match. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A folder for a test's files, which is removed after it. */
export function testFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "decodekit-sweep-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface StartOptions {
  /** A command of the shell that runs before it, in the same process. */
  readonly shell?: string;
  /** Another copy of the command. */
  readonly cli?: string;
  /** A command that starts it, with its arguments. */
  readonly by?: readonly string[];
}

/** Starts the built command in `folder`. */
export function start(folder: string, args: readonly string[], { shell = "", cli = command, by = [] }: StartOptions = {}): Running {
  const { FORCE_COLOR: _, ...env } = process.env;
  const script = `${shell} exec "$@"`;
  const child = spawn("sh", ["-c", script, "sh", ...by, process.execPath, cli, ...args], { cwd: folder, env });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const heard = (): void => listeners.forEach((listener) => listener());
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    heard();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    heard();
  });
  const outcome = new Promise<Outcome>((resolve) => child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })));
  const said = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match) resolve(match);
      };
      listeners.add(check);
      check();
      void outcome.then(() => reject(new Error(`The command ended without ${pattern}: ${stderr}`)));
    });
  return { child, outcome, said };
}

export const run = (folder: string, args: readonly string[], options?: StartOptions): Promise<Outcome> =>
  start(folder, args, options).outcome;

/** Waits for the end of a command, which must succeed. */
export async function finished(outcome: Promise<Outcome>): Promise<Outcome> {
  const ended = await outcome;
  expect({ exitCode: ended.exitCode, stderr: ended.exitCode === 0 ? "" : ended.stderr }).toEqual({ exitCode: 0, stderr: "" });
  return ended;
}

/** Content of a file of a test's folder. */
export const textOf = (folder: string, file: string): string => readFileSync(path.join(folder, file), "utf8");

/** The outcomes of a plan that ran on this machine without anything in its way. */
export async function undisturbed(plan: Partial<PlanInput>): Promise<string> {
  const folder = testFolder();
  writePlan(folder, plan);
  await finished(run(folder, ["compare", "plan.json", "--outcomes", "outcomes.jsonl"]));
  return textOf(folder, "outcomes.jsonl");
}

const names = ["Tom", "Mia", "Ben", "Lily", "Sam"];
const beginnings = ["had a ball", "went to the park", "saw a big dog", "was very happy", "wanted a cake"];

/** 10 decoders × 25 prompts × 2 seeds on the embedded model. */
export const LARGE = {
  decoders: [
    "greedy",
    "top-p:p=0.9",
    "top-p:p=0.5,temperature=1.5",
    "top-k:k=5",
    "min-p:minP=0.1",
    "speculative:drafter=prompt-lookup,draftLength=4",
    "speculative:drafter=masked-draft,draftLength=3",
    "speculative:drafter=draft-model,draftLength=2",
    "beam:beams=2",
    "llada:blockLength=4",
  ],
  prompts: names.flatMap((name) => beginnings.map((beginning) => `${name} ${beginning}`)),
  seeds: 2,
  maxNewTokens: 4,
} as const;

/** 20 runs of about 100 ms. */
export const SMALL = { decoders: ["greedy", "top-p:p=0.9"], prompts: names, seeds: 2, maxNewTokens: 24 } as const;

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
