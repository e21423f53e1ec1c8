import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { DecoderPlugin } from "@decodekit/core";
import { resolve } from "import-meta-resolve";
import { builtInDecoders } from "../built-in-decoders.ts";
import { UsageError } from "./usage-error.ts";

/** The built-in decoders and those of `modules`, each a file or package as seen from `folder`. @throws UsageError */
export async function loadPlugins(modules: readonly string[] | undefined, folder: string): Promise<readonly DecoderPlugin[]> {
  const plugins = [...builtInDecoders];
  for (const module of modules ?? []) {
    const plugin = await loadPlugin(module, folder);
    if (plugins.some(({ name }) => name === plugin.name)) {
      throw new UsageError(`--plugin ${module}: there is a decoder named "${plugin.name}" already.`);
    }
    plugins.push(plugin);
  }
  return plugins;
}

async function loadPlugin(module: string, folder: string): Promise<DecoderPlugin> {
  const url = urlOf(module, folder);
  if (!url) throw new UsageError(`--plugin ${module}: there is no such file or package, as seen from ${folder}.`);
  let namespace: { readonly default?: unknown };
  try {
    namespace = (await import(url)) as typeof namespace;
  } catch (error) {
    throw new UsageError(`--plugin ${module}: cannot be imported. ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const problem = problemOf(namespace.default);
  if (problem) throw new UsageError(`--plugin ${module}: its default export must be a DecoderPlugin, ${problem}.`);
  return namespace.default as DecoderPlugin;
}

/** A file where there is one of that name; else a package, whose "./plugin" goes before the package itself. */
function urlOf(module: string, folder: string): string | undefined {
  const file = path.resolve(folder, module);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return pathToFileURL(file).href;
  const isPackageName = /^(@[^/]+\/)?[^./][^/]*$/.test(module);
  return (isPackageName ? resolveFrom(folder, `${module}/plugin`) : undefined) ?? resolveFrom(folder, module);
}

/** Resolves as an import in a file of `folder` would. */
function resolveFrom(folder: string, module: string): string | undefined {
  try {
    const url = resolve(module, pathToFileURL(path.join(folder, "importer.js")).href);
    return url.startsWith("file:") && !existsSync(new URL(url)) ? undefined : url;
  } catch {
    return undefined;
  }
}

/** What keeps `value` from being a plugin, in words; undefined when nothing does. */
function problemOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `got ${value === undefined ? "none" : typeof value}`;
  const plugin = value as Partial<Record<keyof DecoderPlugin, unknown>>;
  for (const member of ["name", "title", "description"] as const) {
    if (typeof plugin[member] !== "string") return `but its ${member} is not text`;
  }
  for (const member of ["requires", "presets"] as const) {
    if (!Array.isArray(plugin[member])) return `but its ${member} is no array`;
  }
  if (typeof plugin.options !== "object" || plugin.options === null) return "but its options are no object";
  return typeof plugin.create === "function" ? undefined : "but its create is no function";
}
