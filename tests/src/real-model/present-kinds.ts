import { existsSync } from "node:fs";
import path from "node:path";
import { CACHE } from "../support/cache.ts";
import { KINDS, type Kind } from "./kinds.ts";

/** The folder of a kind of file. */
export function folderOf({ folder }: Kind): string {
  return path.join(CACHE, folder);
}

/** Whether the files of all kinds are in the cache. */
export const arePresent = KINDS.every((kind) => existsSync(path.join(folderOf(kind), kind.modelFile)));
