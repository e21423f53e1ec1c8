import { environment } from "#environment";
import type { HeldFile } from "./held-file.ts";

/** Weights that the native runtime can read itself. */
export interface LocalWeights {
  /** Real path of a folder that holds all of them. */
  readonly folder: string;
  /** Path of each within that folder by its name in the graph. */
  readonly paths: ReadonlyMap<string, string>;
}

/**
 * Returns where the weights lie on this computer, or undefined if some lie elsewhere. Links are followed, as those of a download cache:
 * the runtime refuses links that lead out of the graph's folder.
 */
export async function localWeights(weights: ReadonlyMap<string, HeldFile>): Promise<LocalWeights | undefined> {
  const real = new Map<string, readonly string[]>();
  for (const [name, { localPath }] of weights) {
    if (localPath === undefined) return undefined;
    real.set(name, (await environment.realPath(localPath)).split(/[\\/]/));
  }
  const [first, ...others] = real.values();
  if (!first) return undefined;
  let shared = first.length - 1;
  for (const other of others) while (!startsWith(other, first.slice(0, shared))) shared--;
  return {
    folder: first.slice(0, shared).join("/") || "/",
    paths: new Map(Array.from(real, ([name, parts]) => [name, parts.slice(shared).join("/")])),
  };
}

function startsWith(parts: readonly string[], start: readonly string[]): boolean {
  return start.every((part, index) => parts[index] === part);
}
