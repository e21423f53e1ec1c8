import type { DecoderPlugin, PluginOptionValues } from "@decodekit/core";
import { type OptionValue, show, validValues } from "./plugin-options.ts";

/** A value of one option, and the other options with which `create` takes it. */
export interface Accepted {
  readonly value: OptionValue;
  readonly others: PluginOptionValues;
}

/**
 * Settings in which an option may be of use, since many go with certain values of others only: none, each preset, each value of another
 * option, by itself and in pairs; with what the author says, where that is given.
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

/** With which others `create` takes one value of the option; undefined where it takes it with none that was tried. */
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
 * Every value that the option says it takes, with others that go with it.
 * @throws Error for a value that `create` does not take in any setting.
 */
export function acceptedValues(plugin: DecoderPlugin, name: string, given: PluginOptionValues = {}): readonly Accepted[] {
  return validValues(plugin.options[name]!).map((value) => {
    const accepted = settingFor(plugin, name, value, given);
    if (accepted) return accepted;
    throw new Error(
      [
        `option ${name}: create refuses ${show(value)}, which its description allows, by itself, with every preset, and with every one and two values of other options.`,
        "Describe the bounds that create has; if it goes with others only, name some: testPlugin(…, { goesWith }).",
      ].join(" "),
    );
  });
}
