import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** A package that is installed with one of decodekit's. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** As its manifest says, or "unknown". */
  readonly licence: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Returns everything that is installed with the package in `folder`, in order of name: its dependencies and theirs, found as Node finds
 * them. Peers are the user's, and optional dependencies for other machines are not there.
 */
export function productionDependencies(folder: string): readonly Dependency[] {
  const found = new Map<string, Dependency>();
  const visit = (place: string): void => {
    const { dependencies, optionalDependencies } = manifestOf(place);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const next = folderOf(name, place);
      if (!next) {
        if (optionalDependencies?.[name]) continue;
        throw new Error(`${name}, which ${place} needs, is not installed`);
      }
      const { version, license } = manifestOf(next);
      const key = `${name}@${version}`;
      if (found.has(key)) continue;
      found.set(key, { name, version, licence: (typeof license === "object" ? license.type : license) ?? "unknown" });
      visit(next);
    }
  };
  visit(folder);
  return [...found.values()].toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
}

/** Real folder of a package that a module in `folder` imports. */
function folderOf(name: string, folder: string): string | undefined {
  const place = path.join(folder, "node_modules", name);
  if (existsSync(place)) return realpathSync(place);
  const parent = path.dirname(folder);
  return parent === folder ? undefined : folderOf(name, parent);
}
