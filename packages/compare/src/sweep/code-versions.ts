import { createRequire } from "node:module";
import type { Plan } from "./plan.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Returns the versions of all packages whose code an outcome depends on: "@decodekit/compare@0.1.0 @decodekit/core@0.1.0 …". Those of other
 * packages follow from them, except that of the native runtime.
 */
export function codeVersions(execution: Plan["execution"]): string {
  const require = createRequire(import.meta.url);
  const own = require("../../package.json") as Manifest;
  const packages = [own.name, ...Object.keys(own.dependencies ?? {}).filter((name) => name.startsWith(SCOPE))].toSorted();
  const versions = packages.map((name) => versionOf(require, name));
  if (execution === "native") versions.push(versionOf(createRequire(require.resolve(`${SCOPE}core/package.json`)), "onnxruntime-node"));
  return versions.join(" ");
}

const SCOPE = "@decodekit/";

function versionOf(require: NodeJS.Require, name: string): string {
  const { version } = require(name.endsWith("compare") ? "../../package.json" : `${name}/package.json`) as Manifest;
  return `${name}@${version}`;
}
