import type { Decoder } from "../contracts/decoder.ts";
import { InvalidOptionError, WorkerError } from "../errors.ts";
import type { DecoderPlugin, PluginModel } from "../contracts/plugin.ts";
import { decoderOf, pluginsIn } from "../contracts/read-plugins.ts";
import type { PluginDescription, PluginModules, PluginReference } from "./plugin-reference.ts";

const IMPORT_ADVICE =
  "The module must be there, its host must allow requests from this page, and it must import no package by name: bundle it into one file.";

/** Imports plugins within a worker. A module that cannot be used is an error each time it is asked for. */
export interface PluginImporter {
  /** @throws WorkerError when the module cannot be imported; InvalidOptionError when it does not export plugins. */
  readonly describe: (specifier: string) => Promise<readonly PluginDescription[]>;
  /** Creates a decoder, for a model of this worker if there is one. @throws also what the plugin's `create` throws. */
  readonly create: (reference: PluginReference, model?: PluginModel) => Promise<Decoder>;
}

export function pluginImporter(modules: PluginModules): PluginImporter {
  const importPlugins = async (specifier: string): Promise<readonly DecoderPlugin[]> => {
    let module: { readonly default?: unknown };
    try {
      const known = Object.hasOwn(modules, specifier) ? modules[specifier] : undefined;
      module = (await (known ? known() : import(/* @vite-ignore */ /* webpackIgnore: true */ specifier))) as typeof module;
    } catch (error) {
      throw new WorkerError(
        `The plugin ${specifier} could not be imported: ${error instanceof Error ? error.message : String(error)}. ${IMPORT_ADVICE}`,
        error,
      );
    }
    return pluginsIn(specifier, module.default);
  };
  return {
    async describe(specifier) {
      const plugins = await importPlugins(specifier);
      return plugins.map(({ name, title, description, requires, options, presets }) => {
        return { name, title, description, requires, options, presets };
      });
    },
    async create({ plugin, name, options = {} }, model) {
      return decoderOf(plugin, findPlugin(plugin, await importPlugins(plugin), name), options, model);
    },
  };
}

function findPlugin(where: string, plugins: readonly DecoderPlugin[], name: string | undefined): DecoderPlugin {
  const found = name === undefined && plugins.length === 1 ? plugins[0] : plugins.find((plugin) => plugin.name === name);
  if (found) return found;
  const expected = `one of ${plugins.map((plugin) => JSON.stringify(plugin.name)).join(", ")}`;
  throw new InvalidOptionError({ where, option: "name", expected, actual: name });
}
