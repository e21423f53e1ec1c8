import type { DecoderPlugin, PluginOptionValues } from "@decodekit/core";
import { type OptionValue, show, validValues } from "./plugin-options.ts";

/** A value of one option, and other options with which `create` accepts it. */
export interface Accepted {
  readonly value: OptionValue;
  readonly others: PluginOptionValues;
}

/**
 * Yields settings in which a value of the option may be valid, since many options need certain values of others: no others, each preset,
 * and each value of other options, singly and in pairs. Each setting includes `given`, the options that the author names.
 */
function* settingsOf(
  { options, presets }: DecoderPlugin,
  name: string,
  given: PluginOptionValues,
): Generator<PluginOptionValues, void, void> {
  const others = Object.entries(options).filter(([option]) => option !== name);
  const singles = others.flatMap(([option, description]) =>
    validValues(description).map((value): PluginOptionValues => ({ [option]: value })),
  );
  for (const setting of [{}, ...presets, ...singles]) yield { ...without(setting, name), ...given };
  for (const first of singles) for (const second of singles) yield { ...first, ...second, ...given };
}

function without(setting: PluginOptionValues, name: string): PluginOptionValues {
  return Object.fromEntries(Object.entries(setting).filter(([option]) => option !== name));
}

/** Returns other options with which `create` accepts `value`, or undefined if it refuses it in every setting. */
function settingFor(plugin: DecoderPlugin, name: string, value: OptionValue, given: PluginOptionValues): Accepted | undefined {
  for (const others of settingsOf(plugin, name, given)) {
    try {
      plugin.create({ ...others, [name]: value });
      return { value, others };
    } catch {
      // Not in this setting.
    }
  }
  return undefined;
}

/**
 * Returns every valid value of the option, with other options that it needs.
 * @throws Error for a value that `create` refuses in every setting.
 */
export function acceptedValues(plugin: DecoderPlugin, name: string, given: PluginOptionValues = {}): readonly Accepted[] {
  return validValues(plugin.options[name]!).map((value) => {
    const accepted = settingFor(plugin, name, value, given);
    if (accepted) return accepted;
    throw new Error(
      [
        `option ${name}: create refuses ${show(value)}, which its description allows, by itself, with every preset, and with every one or two values of other options.`,
        "Describe the bounds that create enforces; if the value needs other options, name them: testPlugin(…, { requiredOptions }).",
      ].join(" "),
    );
  });
}
