import { existsSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../usage-error.ts";

/**
 * Returns the path of a file to be written; "-" and undefined as they are.
 * @throws UsageError if its folder does not exist.
 */
export function outputPath(flag: string, given: string | undefined, folder: string): string | undefined {
  if (given === undefined || given === "-") return given;
  const file = path.resolve(folder, given);
  if (!existsSync(path.dirname(file))) throw new UsageError(`${flag}: the folder ${path.dirname(file)} does not exist.`);
  return file;
}
