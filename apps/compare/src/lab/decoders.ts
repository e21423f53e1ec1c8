import { builtInDecoders, type ComparedDecoder, parseDecoder } from "@decodekit/compare";
import type { DecoderPlugin, PluginOptionValues } from "@decodekit/core";
import refinement from "@decodekit/refinement/plugin";
import { infillPlugin } from "./infill-plugin.ts";

/** Every decoder of decodekit, in the order in which they are offered. */
export const decoders: readonly DecoderPlugin[] = [
  ...builtInDecoders,
  ...[refinement as DecoderPlugin, infillPlugin as DecoderPlugin].filter(({ name }) =>
    builtInDecoders.every((known) => known.name !== name),
  ),
];

/** Whether a decoder can be made of `specification`. */
export function canMakeLane(specification: string, plugins: readonly DecoderPlugin[] = decoders): boolean {
  try {
    parseDecoder(specification, plugins);
    return true;
  } catch {
    return false;
  }
}

/** A decoder as the command takes it: name and the options that differ from nothing. */
export function specificationOf(name: string, options: PluginOptionValues): string {
  const given = Object.entries(options).map(([option, value]) => `${option}=${String(value)}`);
  return given.length > 0 ? `${name}:${given.join(",")}` : name;
}

export interface Lane extends ComparedDecoder {
  readonly specification: string;
  readonly plugin: DecoderPlugin;
  /** The options that were given, without defaults. */
  readonly given: PluginOptionValues;
}

/** Makes a lane of a specification. @throws InvalidOptionError */
export function makeLane(specification: string, plugins: readonly DecoderPlugin[] = decoders): Lane {
  const name = specification.split(":")[0]!.trim();
  const compared = parseDecoder(specification, plugins);
  const plugin = plugins.find((each) => each.name === name)!;
  return { ...compared, specification, plugin, given: givenOptions(specification, compared) };
}

function givenOptions(specification: string, { options = {} }: ComparedDecoder): PluginOptionValues {
  const colon = specification.indexOf(":");
  const names =
    colon < 0
      ? []
      : specification
          .slice(colon + 1)
          .split(",")
          .map((part) => part.split("=")[0]!.trim());
  return Object.fromEntries(names.flatMap((option) => (option in options ? [[option, options[option]!] as const] : [])));
}
