import { DecodekitError, type Decoder, type DecoderPlugin, type PluginOptionValues } from "@decodekit/core";
import { isEffective } from "@decodekit/core/toolkit";
import { acceptedValues } from "./accepting-options.ts";
import { expect, expectSame } from "./expect.ts";
import { contradictionOf, invalidValues, problemOf, show } from "./plugin-options.ts";
import type { PluginCheck } from "./plugin-subject.ts";
import { outputOf } from "./plugin-output.ts";

/** Checks of a plugin's description, and of `create` against it. */
export const pluginChecks: readonly PluginCheck[] = [
  {
    name: "has a name in kebab-case, a title, and a description of one line without a full stop",
    async run({ plugin: { name, title, description } }) {
      expect(/^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/u.test(name), `name: ${show(name)} is not in kebab-case, which the command line needs`);
      for (const [member, text] of Object.entries({ title, description })) {
        expect(
          typeof text === "string" && text.trim() === text && text.length > 0,
          `${member}: ${show(text)} is empty, not a string, or has leading or trailing spaces`,
        );
        expect(!text.includes("\n"), `${member}: it has more than one line`);
        expect(!text.endsWith("."), `${member}: it ends with a full stop`);
      }
    },
  },
  {
    name: "describes options that make sense, each default within its own minimum, maximum and choices",
    async run({ plugin: { options } }) {
      for (const [name, option] of Object.entries(options)) {
        const contradiction = contradictionOf(option);
        expect(contradiction === undefined, `option ${name}: it ${contradiction}`);
      }
    },
  },
  {
    name: "accepts every value that the description of an option allows, including its bounds and choices",
    async run({ plugin, options: { requiredOptions = {} } }) {
      for (const name of Object.keys(plugin.options)) acceptedValues(plugin, name, requiredOptions[name]);
    },
  },
  {
    name: "refuses values that the description of an option excludes with INVALID_OPTION, and names the option",
    async run({ plugin, options: { requiredOptions = {} } }) {
      for (const [name, option] of Object.entries(plugin.options)) {
        const others = acceptedValues(plugin, name, requiredOptions[name])[0]?.others ?? {};
        for (const { value, what } of invalidValues(option))
          expectRefusal(plugin, name, { ...others, [name]: value }, `option ${name}: ${what}`);
      }
    },
  },
  {
    name: "refuses an option that it does not have with INVALID_OPTION, and names it",
    async run({ plugin }) {
      for (const options of [{}, ...plugin.presets]) {
        expectRefusal(plugin, "unheardOf", { ...options, unheardOf: 1 }, `create(${JSON.stringify({ ...options, unheardOf: 1 })})`);
      }
    },
  },
  {
    name: "uses the described defaults for options that are left out",
    async run({ plugin }) {
      const expected = await outputOf(plugin.create({}));
      for (const [name, option] of Object.entries(plugin.options)) {
        if (option.default === undefined || !isEffective(option, {}, plugin)) continue;
        const output = await outputOf(plugin.create({ [name]: option.default }));
        expectSame(output, expected, `option ${name}: output with its default ${show(option.default)}, compared with none`);
      }
    },
  },
  {
    name: "has presets, no two alike, with its own options and valid values, each of which creates a decoder that decodes",
    async run({ plugin }) {
      const seen = new Set<string>();
      for (const [index, preset] of plugin.presets.entries()) {
        checkPreset(plugin, preset, `preset ${index}`);
        const key = JSON.stringify(Object.entries(preset).toSorted(([a], [b]) => (a < b ? -1 : 1)));
        expect(!seen.has(key), `preset ${index}: it is the same as an earlier one, ${key}`);
        seen.add(key);
        await outputOf(createFrom(plugin, preset, `preset ${index}`));
      }
    },
  },
  {
    name: "requires the models that its decoder requires, also with every preset",
    async run({ plugin }) {
      expectSame(sorted(plugin.create({}).requires), sorted(plugin.requires), "requires of the decoder that create({}) returns");
      for (const [index, preset] of plugin.presets.entries()) {
        const { requires } = createFrom(plugin, preset, `preset ${index}`);
        const missing = plugin.requires.filter((role) => !requires.includes(role));
        expectSame(missing, [], `preset ${index}: models that the plugin requires but its decoder does not`);
      }
    },
  },
  {
    name: "does not write to the options that it receives",
    async run({ plugin }) {
      for (const [index, preset] of [{}, ...plugin.presets].entries()) {
        const what = index === 0 ? "no options" : `preset ${index - 1}`;
        const given = { ...preset };
        createFrom(plugin, Object.freeze(given), `${what}, frozen`);
        const free = { ...preset };
        plugin.create(free);
        expectSame(free, preset, `${what} after create`);
      }
    },
  },
];

function checkPreset({ options }: DecoderPlugin, preset: PluginOptionValues, what: string): void {
  for (const [name, value] of Object.entries(preset)) {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    expect(
      option !== undefined,
      `${what}: option ${name} is not one of the plugin's (${Object.keys(options).join(", ") || "it has none"})`,
    );
    const problem = problemOf(option!, value);
    expect(problem === undefined, `${what}: option ${name} is ${show(value)}, which ${problem}`);
  }
}

function createFrom(plugin: DecoderPlugin, options: PluginOptionValues, what: string): Decoder {
  try {
    return plugin.create(options);
  } catch (error) {
    throw new Error(`${what}: create(${JSON.stringify(options)}) failed with ${String(error)}`, { cause: error });
  }
}

function expectRefusal(plugin: DecoderPlugin, option: string, options: Readonly<Record<string, unknown>>, what: string): void {
  let error: unknown;
  try {
    plugin.create(options as PluginOptionValues);
  } catch (thrown) {
    error = thrown;
  }
  expect(error !== undefined, `${what} was not refused: check options when create is called, for example with resolveOptions`);
  const isTyped = DecodekitError.isInstance(error) && error.code === "INVALID_OPTION";
  expect(isTyped, `${what}: expected an error with code INVALID_OPTION, got ${String(error)}`);
  const { message } = error as Error;
  expect(message.includes(option), `${what}: the error does not name the option: ${message}`);
}

function sorted(roles: readonly string[]): readonly string[] {
  return roles.toSorted();
}
