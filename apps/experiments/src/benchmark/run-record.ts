import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "./suite.ts";

/** What a result depends on: the machine, the code and what was asked for. Rows of different records must not be compared. */
export interface RunRecord {
  readonly machine: {
    readonly cpu: string;
    /** Processors that the process may use. */
    readonly cores: number;
    readonly memoryBytes: number;
    readonly system: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string;
  /** Whether files differed from the commit. */
  readonly dirty: boolean;
  /** Year-month-day: what was given, else the day of the commit. */
  readonly date: string;
  readonly settings: Omit<Settings, "folder" | "gguf"> & {
    /** Name of the model's folder. */
    readonly model: string;
    /** Name of the GGUF file. */
    readonly gguf?: string;
  };
}

const PACKAGES = ["onnxruntime-node", "onnxruntime-web", "@huggingface/transformers", "node-llama-cpp", "@wllama/wllama"];

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Records what the results of a run depend on. Names folders and files, never their paths. */
export function recordRun({ folder, gguf, ...settings }: Settings, date: string | undefined): RunRecord {
  return {
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      system: `${type()} ${release().split("-")[0]}, ${arch()}`,
    },
    versions: { node: process.version, ...Object.fromEntries(PACKAGES.flatMap(versionOf)) },
    commit: git("rev-parse", "HEAD"),
    dirty: git("status", "--porcelain", "--untracked-files=no") !== "",
    date: date ?? git("show", "-s", "--format=%cs", "HEAD"),
    settings: { ...settings, model: path.basename(folder), ...(gguf !== undefined && { gguf: path.basename(gguf) }) },
  };
}

/** Returns the output of git; "unknown" outside a repository. */
function git(...args: readonly string[]): string {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

/** The version of an installed package; none if it is missing. */
function versionOf(name: string): (readonly [name: string, version: string])[] {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      const { version } = JSON.parse(readFileSync(path.join(folder, name, "package.json"), "utf8")) as { readonly version: string };
      return [[name, version]];
    } catch {
      // Not in this folder.
    }
  }
  return [];
}
