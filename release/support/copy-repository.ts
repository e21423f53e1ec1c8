import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { type Place, run } from "./run.ts";

const AUTHOR = ["-c", "user.name=dry-run", "-c", "user.email=dry-run@localhost"] as const;

/**
 * Copies the files of the repository that git has or would take, and makes a repository of the copy, so that tags and versions are made
 * there. Installs its packages, from what the machine has where it can.
 */
export async function copyRepository(root: string, { cwd, env }: Place): Promise<void> {
  await mkdir(cwd, { recursive: true });
  const listed = await run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, env });
  const files = [...new Set(listed.split("\0"))].filter((file) => file !== "" && existsSync(path.join(root, file)));
  for (const file of files) await cp(path.join(root, file), path.join(cwd, file));
  await run(["git", "init", "--quiet", "--initial-branch=main"], { cwd, env });
  await commit("the repository", { cwd, env });
  const pnpm = path.join(root, "node_modules/.bin/pnpm");
  await run([pnpm, "install", "--frozen-lockfile", "--prefer-offline"], { cwd, env: { ...env, CI: "true" } });
}

export async function commit(message: string, { cwd, env }: Place): Promise<void> {
  await run(["git", "add", "--all"], { cwd, env });
  await run(["git", ...AUTHOR, "commit", "--quiet", "--message", message], { cwd, env });
}

/** Takes `provenance` out of the manifests: npm signs it with a token that only a CI run of the repository's host has. */
export async function withoutProvenance({ cwd }: Place): Promise<void> {
  for (const name of await readdir(path.join(cwd, "packages"))) {
    const file = path.join(cwd, "packages", name, "package.json");
    const manifest = JSON.parse(await readFile(file, "utf8")) as { publishConfig?: { provenance?: boolean } };
    delete manifest.publishConfig?.provenance;
    await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
}
