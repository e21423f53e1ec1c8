import { type DecoderPlugin, InvalidOptionError, type PluginOption } from "@decodekit/core";
import { type ComparedDecoder, decoderFromPlugin } from "./compared-decoder.ts";
import { describeOption } from "./describe-option.ts";

type OptionValue = number | boolean | string;

/**
 * Makes the decoder that `specification` names: "greedy", "top-p:p=0.9,temperature=0.8". A boolean option may stand
 * without a value. Values hold no comma.
 * @throws InvalidOptionError for a decoder or option that is not there, an option given twice, or a value out of range.
 */
export function parseDecoder(specification: string, plugins: readonly DecoderPlugin[]): ComparedDecoder {
  const colon = specification.indexOf(":");
  const name = (colon < 0 ? specification : specification.slice(0, colon)).trim();
  const plugin = plugins.find((candidate) => candidate.name === name);
  if (!plugin) {
    const expected = `one of ${plugins.map((candidate) => candidate.name).join(", ")}`;
    throw new InvalidOptionError({ where: "compare", option: "decoder", expected, actual: name });
  }
  return decoderFromPlugin(plugin, colon < 0 ? {} : parseOptions(specification.slice(colon + 1), plugin));
}

function parseOptions(text: string, plugin: DecoderPlugin): Record<string, OptionValue> {
  const values: Record<string, OptionValue> = {};
  for (const assignment of text.split(",").map((part) => part.trim())) {
    if (assignment === "") continue;
    const equals = assignment.indexOf("=");
    const key = equals < 0 ? assignment : assignment.slice(0, equals).trim();
    const option = Object.hasOwn(plugin.options, key) ? plugin.options[key] : undefined;
    if (!option) throw unknownOption(plugin, key);
    if (Object.hasOwn(values, key)) {
      throw new InvalidOptionError({ where: plugin.name, option: key, expected: "given once", actual: text });
    }
    values[key] = parseValue(plugin.name, key, option, equals < 0 ? undefined : assignment.slice(equals + 1).trim());
  }
  return values;
}

function unknownOption({ name: where, options }: DecoderPlugin, key: string): InvalidOptionError {
  const known = Object.entries(options).map(([name, option]) => `${name} (${describeOption(option)})`);
  const expected = known.length > 0 ? `one of ${known.join(", ")}` : `left out, since ${where} has no options`;
  return new InvalidOptionError({ where, option: `option "${key}"`, expected, actual: key });
}

/** `text` is undefined for an option without "=". */
function parseValue(where: string, key: string, option: PluginOption, text: string | undefined): OptionValue {
  const value = text === undefined ? (option.type === "boolean" ? true : undefined) : convert(option, text);
  if (value === undefined || !isInRange(option, value)) {
    throw new InvalidOptionError({ where, option: key, expected: describeOption(option), actual: text ?? "" });
  }
  return value;
}

/** Undefined when `text` is not of the option's type. */
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

function isInRange({ minimum, maximum, exclusiveMinimum, choices }: PluginOption, value: OptionValue): boolean {
  if (typeof value === "string") return !choices || choices.includes(value);
  if (typeof value === "boolean") return true;
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) return false;
  return maximum === undefined || value <= maximum;
}
