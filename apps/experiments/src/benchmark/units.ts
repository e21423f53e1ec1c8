import type { BenchmarkOptions } from "./options.ts";
import type { SuiteName, Where } from "./rows.ts";
import type { Unit } from "./suite.ts";
import { allSuites } from "./suites/all-suites.ts";

/** Returns the parts of a run of one suite: one for each file and execution on which it runs. */
export function unitsOf(
  name: SuiteName,
  { files, executions, settings }: Pick<BenchmarkOptions, "files" | "executions" | "settings">,
): Unit[] {
  const suite = allSuites.find((each) => each.name === name)!;
  const places: readonly Where[] = suite.where.includes("node") ? ["node"] : executions.filter((each) => suite.where.includes(each));
  const graphs = suite.per === "file" ? files : [""];
  return graphs.flatMap((file) => places.map((where) => ({ suite: name, where, file, settings, done: [] })));
}
