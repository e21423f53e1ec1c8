import { builtInDecoders, type ComparedDecoder, parseDecoder, readSpecification, writeSpecification } from "@decodekit/compare";
import type { DecoderPlugin, PluginOptionValues } from "@decodekit/core";
import { constrainedPlugin } from "./constrained-plugin.ts";
import { infillPlugin } from "./infill-plugin.ts";

/** Every built-in decoder, in the order in which the app offers them. `whyNot` tells which of them a model cannot run. */
export const decoders: readonly DecoderPlugin[] = [...builtInDecoders, infillPlugin, constrainedPlugin];

/** Whether `specification` names a decoder with valid options. */
export function canMakeLane(specification: string, plugins: readonly DecoderPlugin[] = decoders): boolean {
  try {
    parseDecoder(specification, plugins);
    return true;
  } catch {
    return false;
  }
}

/** Formats a decoder as the command accepts it. */
export function specificationOf(name: string, options: PluginOptionValues): string {
  return writeSpecification(name, options);
}

export interface Lane extends ComparedDecoder {
  readonly specification: string;
  readonly plugin: DecoderPlugin;
  /** The options in the specification, without defaults. */
  readonly given: PluginOptionValues;
}

/** Makes a lane from a specification. @throws InvalidOptionError for an unknown decoder or invalid options. */
export function makeLane(specification: string, plugins: readonly DecoderPlugin[] = decoders): Lane {
  const { name, options } = readSpecification(specification);
  const compared = parseDecoder(specification, plugins);
  const plugin = plugins.find((each) => each.name === name)!;
  const given = Object.fromEntries(options.map(([option]) => [option, compared.options![option]!]));
  return { ...compared, specification, plugin, given };
}
