import { readSpecification } from "@decodekit/compare";
import type { DecoderPlugin, PluginOption, PluginOptionValues } from "@decodekit/core";
import { texts } from "../texts/texts.ts";
import type { LaneTrace } from "../trace/trace.ts";

const t = texts.options;

type OptionText = { readonly label: string; readonly help: string };
const known: Readonly<Record<string, OptionText | undefined>> = t.options;
const knownValues: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = t.values;

/** Returns the texts of an option of a built-in decoder; undefined for others. */
function textsOf(plugin: string, name: string): OptionText | undefined {
  return known[`${plugin}.${name}`] ?? known[name];
}

/** Returns what an option is called. The name of an option that is not known becomes words: "draftLength" is "Draft length". */
export function optionLabel(plugin: string, name: string): string {
  return textsOf(plugin, name)?.label ?? inWords(name);
}

/** Returns what an option does, in one line without a full stop. */
export function optionHelp(plugin: DecoderPlugin, name: string): string {
  return textsOf(plugin.name, name)?.help ?? plugin.options[name]?.help ?? "";
}

function inWords(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns a value of an option in words, in one line. */
export function optionValue(name: string, value: PluginOptionValues[string]): string {
  if (typeof value === "boolean") return value ? t.yes : t.no;
  const word = knownValues[name]?.[String(value)];
  return word ?? String(value).replaceAll(/\s*\n\s*/g, " / ");
}

/** Returns the values that an option can have, in words; empty for a text. */
export function optionRange(option: PluginOption): string {
  const isNumber = option.type === "integer" || option.type === "number";
  return isNumber ? t.number(option.type === "integer", option) : "";
}

const LONGEST_VALUE = 40;

/** Formats the options of a lane in one line, each with its label. Values of more than `longest` characters are cut. */
export function describeOptions(plugin: string, options: PluginOptionValues, longest = LONGEST_VALUE): string {
  const parts = Object.entries(options).map(([name, value]) => {
    const words = optionValue(name, value);
    return t.setting(optionLabel(plugin, name), words.length > longest ? `${words.slice(0, longest)}…` : words);
  });
  return parts.length > 0 ? parts.join(" · ") : t.defaults;
}

/** Formats the options that a recorded lane was given, without the defaults. */
export function describeGiven({ specification, options }: Pick<LaneTrace, "specification" | "options">): string {
  const { name, options: given } = readSpecification(specification);
  const values = given.flatMap(([option]) => (options[option] === undefined ? [] : [[option, options[option]] as const]));
  return describeOptions(name, Object.fromEntries(values));
}
