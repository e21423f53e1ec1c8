import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type DecoderPlugin } from "@decodekit/core";
import { pluginsIn } from "@decodekit/core/toolkit";
import { resolve } from "import-meta-resolve";
import { builtInDecoders } from "./built-in-decoders.ts";
import { isInvalidOption } from "./compared-decoder.ts";
import { UsageError } from "./usage-error.ts";

/** A decoder, and the module that it is from. */
export interface LoadedPlugin {
  readonly plugin: DecoderPlugin;
  /** URL of the module; null for a built-in decoder. */
  readonly url: string | null;
}

/**
 * Loads the built-in decoders and those of `modules`, each a file or package resolved from `folder`.
 * @throws UsageError if one cannot be loaded.
 */
export async function loadPlugins(modules: readonly string[] | undefined, folder: string): Promise<readonly DecoderPlugin[]> {
  return (await loadPluginModules(modules, folder)).map(({ plugin }) => plugin);
}

/** Like `loadPlugins`, with the module of each decoder. */
export async function loadPluginModules(modules: readonly string[] | undefined, folder: string): Promise<readonly LoadedPlugin[]> {
  const loaded: LoadedPlugin[] = builtInDecoders.map((plugin) => ({ plugin, url: null }));
  for (const module of modules ?? []) {
    const { plugins, url } = await loadModule(module, folder);
    for (const plugin of plugins) {
      if (loaded.some((other) => other.plugin.name === plugin.name)) {
        throw new UsageError(`--plugin ${module}: a decoder named "${plugin.name}" already exists.`);
      }
      loaded.push({ plugin, url });
    }
  }
  return loaded;
}

async function loadModule(module: string, folder: string): Promise<{ readonly plugins: readonly DecoderPlugin[]; readonly url: string }> {
  const url = urlOf(module, folder);
  if (!url) throw new UsageError(`--plugin ${module}: no such file or package, resolved from ${folder}.`);
  let namespace: { readonly default?: unknown };
  try {
    namespace = (await import(url)) as typeof namespace;
  } catch (error) {
    throw new UsageError(`--plugin ${module}: cannot be imported. ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  try {
    return { plugins: pluginsIn(`--plugin ${module}`, namespace.default), url };
  } catch (error) {
    if (!isInvalidOption(error)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** Returns the URL of a file, if it exists; else of a package: its "./plugin" if it has one, else the package itself. */
function urlOf(module: string, folder: string): string | undefined {
  const file = path.resolve(folder, module);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return pathToFileURL(file).href;
  const isPackageName = /^(@[^/]+\/)?[^./][^/]*$/.test(module);
  return (isPackageName ? resolveFrom(folder, `${module}/plugin`) : undefined) ?? resolveFrom(folder, module);
}

/** Resolves a module as an import in a file of `folder` does. */
export function resolveFrom(folder: string, module: string): string | undefined {
  try {
    const url = resolve(module, pathToFileURL(path.join(folder, "importer.js")).href);
    return url.startsWith("file:") && !existsSync(new URL(url)) ? undefined : url;
  } catch {
    return undefined;
  }
}
