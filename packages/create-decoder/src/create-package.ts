import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Kind } from "./kinds.ts";
import { manifestOf } from "./manifest.ts";
import { type Names, namesOf } from "./names.ts";

const template = fileURLToPath(new URL("../template/", import.meta.url));
const own = fileURLToPath(new URL("../package.json", import.meta.url));

export interface NewPackage {
  readonly kind: Kind;
  /** As on npm. */
  readonly name: string;
  /** Folder that is made; it must be empty or not there. */
  readonly folder: string;
}

/** A folder that has files: nothing is overwritten. */
export class FolderNotEmptyError extends Error {
  override readonly name = "FolderNotEmptyError";
}

/**
 * Writes the files of a new package. Returns their paths within its folder.
 * @throws FolderNotEmptyError if the folder has files.
 */
export async function createPackage({ kind, name, folder }: NewPackage): Promise<readonly string[]> {
  const names = namesOf(name);
  await mkdir(folder, { recursive: true });
  const there = (await readdir(folder)).filter((file) => file !== ".git");
  if (there.length > 0)
    throw new FolderNotEmptyError(`${folder} is not empty: it has ${there.slice(0, 3).join(", ")}. Name another folder.`);
  const { version } = JSON.parse(await readFile(own, "utf8")) as { version: string };
  const written = ["package.json"];
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(manifestOf(kind, names, `^${version}`), null, 2)}\n`);
  for (const part of ["shared", kind]) {
    for (const file of await filesIn(path.join(template, part))) {
      // npm leaves files named .gitignore out of a package.
      const target = named(file, names).replace(/^gitignore$/u, ".gitignore");
      if (kind === "model" && target === "vite.config.ts") continue;
      await mkdir(path.dirname(path.join(folder, target)), { recursive: true });
      await writeFile(path.join(folder, target), named(await readFile(path.join(template, part, file), "utf8"), names));
      written.push(target);
    }
  }
  return written.toSorted();
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Puts the names of the new package in place of the template's. */
function named(text: string, names: Names): string {
  return text
    .replaceAll("@me/my-strategy", names.package)
    .replaceAll("my-strategy", names.kebab)
    .replaceAll("myStrategy", names.camel)
    .replaceAll("MyStrategy", names.camel[0]!.toUpperCase() + names.camel.slice(1))
    .replaceAll("My strategy", names.title);
}
