import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { run } from "./run.ts";

/**
 * Installs the tools of tools.json, once, in a cache outside the repository, from the registry that npm uses on this machine.
 * Returns the folder that has their node_modules, and in bin the runtimes that a test runs by name.
 */
export async function installTools(): Promise<string> {
  const manifest = readFileSync(path.join(import.meta.dirname, "../tools.json"), "utf8");
  const hash = createHash("sha256").update(manifest).digest("hex").slice(0, 8);
  const cache = process.env["DECODEKIT_CACHE"] ?? path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "decodekit");
  const folder = path.join(cache, `release-tools-${hash}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await writeFile(path.join(unfinished, "package.json"), manifest);
  await run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: unfinished, env: process.env });
  await mkdir(path.join(unfinished, "bin"));
  for (const name of ["bun", "deno"]) await symlink(`../node_modules/.bin/${name}`, path.join(unfinished, "bin", name));
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  return folder;
}
