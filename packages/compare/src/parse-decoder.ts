import { acceptsValue, type DecoderPlugin, describeOption, InvalidOptionError, type PluginModel, type PluginOption } from "@decodekit/core";
import { type ComparedDecoder, decoderFromPlugin } from "./compared-decoder.ts";
import { readSpecification, type Specification } from "./specification.ts";

type OptionValue = number | boolean | string;

/**
 * Makes the decoder that `specification` names: "greedy", "top-p:p=0.9,temperature=0.8". A boolean option without a value is true. A value
 * with a comma, a line break or spaces at its ends is written as a JSON string: `infill:after="Yes, he did."`. `model` is the model that the
 * decoder is for, see `DecoderPlugin.create`.
 * @throws InvalidOptionError for an unknown decoder or option, an option given twice, or a value out of range.
 */
export function parseDecoder(specification: string, plugins: readonly DecoderPlugin[], model?: PluginModel): ComparedDecoder {
  const { name, options } = readSpecification(specification);
  const plugin = plugins.find((candidate) => candidate.name === name);
  if (!plugin) {
    const expected = `one of ${plugins.map((candidate) => candidate.name).join(", ")}`;
    throw new InvalidOptionError({ where: "compare", option: "decoder", expected, actual: name });
  }
  return decoderFromPlugin(plugin, valuesOf(options, plugin, specification), model);
}

function valuesOf(options: Specification["options"], plugin: DecoderPlugin, specification: string): Record<string, OptionValue> {
  const values: Record<string, OptionValue> = {};
  for (const [key, text] of options) {
    const option = Object.hasOwn(plugin.options, key) ? plugin.options[key] : undefined;
    if (!option) throw unknownOption(plugin, key);
    if (Object.hasOwn(values, key)) {
      const actual = specification.slice(specification.indexOf(":") + 1);
      throw new InvalidOptionError({ where: plugin.name, option: key, expected: "given once", actual });
    }
    values[key] = parseValue(plugin.name, key, option, text);
  }
  return values;
}

function unknownOption({ name: where, options }: DecoderPlugin, key: string): InvalidOptionError {
  const known = Object.entries(options).map(([name, option]) => `${name} (${describeOption(option)})`);
  const expected = known.length > 0 ? `one of ${known.join(", ")}` : `left out, since ${where} has no options`;
  return new InvalidOptionError({ where, option: `option "${key}"`, expected, actual: key });
}

/** Parses and checks a value. `text` is undefined for an option without "=". */
function parseValue(where: string, key: string, option: PluginOption, text: string | undefined): OptionValue {
  if (text === undefined) {
    if (option.type === "boolean") return true;
    throw new InvalidOptionError({ where, option: key, expected: `${key}=VALUE with ${describeOption(option)}`, actual: key });
  }
  const value = convert(option, text);
  if (value === undefined || !acceptsValue(option, value)) {
    throw new InvalidOptionError({ where, option: key, expected: describeOption(option), actual: text });
  }
  return value;
}

/** Converts `text` to the option's type; undefined if that is not possible. */
function convert(option: PluginOption, text: string): OptionValue | undefined {
  switch (option.type) {
    case "string":
      return text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "integer":
    case "number": {
      const number = text === "" ? NaN : Number(text);
      const fits = option.type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
      return fits ? number : undefined;
    }
    default:
      return option.type satisfies never;
  }
}
