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
  const plugin = value as Partial<Record<keyof DecoderPlugin, unknown>> | null | undefined;
  const check = (member: string, actual: unknown, expected: string, holds: boolean): void => {
    if (!holds) throw new InvalidOptionError({ where: specifier, option: member, expected, actual });
  };
  check("default export", value, "a DecoderPlugin", typeof plugin === "object" && plugin !== null);
  for (const member of ["name", "title", "description"] as const)
    check(member, plugin?.[member], "a text", typeof plugin?.[member] === "string");
  for (const member of ["requires", "presets"] as const) check(member, plugin?.[member], "an array", Array.isArray(plugin?.[member]));
  check("options", plugin?.options, "an object", typeof plugin?.options === "object" && plugin?.options !== null);
  check("create", plugin?.create, "a function", typeof plugin?.create === "function");
  return value as DecoderPlugin;
}
