// Virtual environments of Python with pinned packages, made once and kept in DECODEKIT_CACHE, else in tests/.cache.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { root } from "./setup.mjs";

export const cache = process.env.DECODEKIT_CACHE ?? path.join(root, "tests", ".cache");
export const python = process.env.DECODEKIT_PYTHON ?? "python3";

/** Returns the Python of a virtual environment, into which each list of packages is installed in turn when it is made. */
export function environmentOf(name, lists) {
  // Other versions are another environment.
  const folder = path.join(cache, `${name}-${createHash("sha256").update(JSON.stringify(lists)).digest("hex").slice(0, 8)}`);
  const own = path.join(folder, "bin", "python");
  if (existsSync(own)) return own;
  run(python, ["-m", "venv", folder]);
  for (const packages of lists) {
    if (run(own, ["-m", "pip", "install", "--quiet", ...packages]) === 0) continue;
    rmSync(folder, { recursive: true, force: true });
    break;
  }
  return own;
}

/** Runs a command to its end in the repository's root. Returns its exit code. */
export function run(command, args, stdio = "inherit") {
  return spawnSync(command, args, { stdio, cwd: root }).status;
}
