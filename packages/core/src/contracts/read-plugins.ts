import { InvalidOptionError } from "../errors.ts";
import type { Decoder } from "./decoder.ts";
import type { DecoderPlugin, PluginModel, PluginOption, PluginOptionValues } from "./plugin.ts";

const DEFAULT_EXPORT = "default export";
const PLUGINS = "a DecoderPlugin, or an array of them";

/**
 * Returns the plugins that a module exports. `exported` is its default export: one plugin, or an array of at least one. `where` names the
 * module in errors.
 * @throws InvalidOptionError for anything else; it names the invalid member.
 */
export function pluginsIn(where: string, exported: unknown): readonly DecoderPlugin[] {
  if (!Array.isArray(exported)) return [checkedPlugin(where, DEFAULT_EXPORT, exported)];
  if (exported.length === 0) throw new InvalidOptionError({ where, option: DEFAULT_EXPORT, expected: PLUGINS, actual: exported });
  return exported.map((plugin: unknown, index) => checkedPlugin(where, `${DEFAULT_EXPORT} [${index}]`, plugin));
}

function checkedPlugin(where: string, what: string, value: unknown): DecoderPlugin {
  const prefix = what === DEFAULT_EXPORT ? "" : `${what}.`;
  const check = (option: string, actual: unknown, expected: string, isValid: boolean): void => {
    if (!isValid) throw new InvalidOptionError({ where, option, expected, actual });
  };
  check(what, value, PLUGINS, typeof value === "object" && value !== null);
  const { name, title, description, requires, presets, options, create } = value as Partial<Record<keyof DecoderPlugin, unknown>>;
  for (const [member, text] of Object.entries({ name, title, description }))
    check(prefix + member, text, "a string", typeof text === "string");
  for (const [member, list] of Object.entries({ requires, presets })) check(prefix + member, list, "an array", Array.isArray(list));
  check(`${prefix}options`, options, "an object", typeof options === "object" && options !== null);
  check(`${prefix}create`, create, "a function", typeof create === "function");
  return value as DecoderPlugin;
}

/**
 * Returns the decoder that a plugin creates, under the plugin's name: a plugin may create a decoder of another package, such as speculative
 * decoding with a drafter of its own, and reports should name the plugin. `where` names its module in errors.
 * @throws InvalidOptionError for an option that the plugin refuses, or if it returns no decoder.
 */
export function decoderOf(where: string, plugin: DecoderPlugin, options: PluginOptionValues, model?: PluginModel): Decoder {
  const decoder = plugin.create(options, model);
  if (typeof (decoder as Partial<Decoder> | null)?.decode !== "function")
    throw new InvalidOptionError({ where, option: "what create returns", expected: "a Decoder", actual: decoder });
  return decoder.name === plugin.name ? decoder : { ...decoder, name: plugin.name };
}

/** Whether an option has an effect beside the `given` options and the defaults of all others. */
export function isEffective({ ineffectiveWith = {} }: PluginOption, given: PluginOptionValues, plugin: DecoderPlugin): boolean {
  return Object.entries(ineffectiveWith).every(([name, values]) => {
    const value = given[name] ?? plugin.options[name]?.default;
    return value === undefined || (values !== "any" && !values.includes(value));
  });
}
