import type { Decoder } from "../decoder.ts";
import { InvalidOptionError, WorkerError } from "../errors.ts";
import type { DecoderPlugin } from "../plugin.ts";
import type { PluginDescription, PluginModules, PluginReference } from "./plugin-reference.ts";

/** Imports plugins within a worker. A module that is none is an error each time it is asked for. */
export interface PluginImporter {
  /** @throws WorkerError when the module cannot be imported; InvalidOptionError when it is no plugin. */
  readonly describe: (plugin: string) => Promise<PluginDescription>;
  /** @throws also what the plugin's `create` throws. */
  readonly create: (reference: PluginReference) => Promise<Decoder>;
}

export function pluginImporter(modules: PluginModules): PluginImporter {
  const importPlugin = async (specifier: string): Promise<DecoderPlugin> => {
    let module: { readonly default?: unknown };
    try {
      const known = Object.hasOwn(modules, specifier) ? modules[specifier] : undefined;
      module = (await (known ? known() : import(/* @vite-ignore */ specifier))) as typeof module;
    } catch (error) {
      throw new WorkerError(
        `The plugin ${specifier} could not be imported: ${error instanceof Error ? error.message : String(error)}`,
        error,
      );
    }
    return checkPlugin(specifier, module.default);
  };
  return {
    async describe(specifier) {
      const { name, title, description, requires, options, presets } = await importPlugin(specifier);
      return { name, title, description, requires, options, presets };
    },
    async create({ plugin, options = {} }) {
      const decoder = (await importPlugin(plugin)).create(options);
      if (typeof (decoder as Partial<Decoder> | null)?.decode !== "function")
        throw new InvalidOptionError({ where: plugin, option: "what create returns", expected: "a Decoder", actual: decoder });
      return decoder;
    },
  };
}

function checkPlugin(specifier: string, value: unknown): DecoderPlugin {
  const check = (member: string, actual: unknown, expected: string, holds: boolean): void => {
    if (!holds) throw new InvalidOptionError({ where: specifier, option: member, expected, actual });
  };
  check("default export", value, "a DecoderPlugin", typeof value === "object" && value !== null);
  const { name, title, description, requires, presets, options, create } = value as Partial<Record<keyof DecoderPlugin, unknown>>;
  for (const [member, text] of Object.entries({ name, title, description })) check(member, text, "a text", typeof text === "string");
  for (const [member, list] of Object.entries({ requires, presets })) check(member, list, "an array", Array.isArray(list));
  check("options", options, "an object", typeof options === "object" && options !== null);
  check("create", create, "a function", typeof create === "function");
  return value as DecoderPlugin;
}
