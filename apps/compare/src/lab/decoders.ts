import { builtInDecoders, type ComparedDecoder, parseDecoder } from "@decodekit/compare";
import type { DecoderPlugin, PluginOptionValues } from "@decodekit/core";
import { infillPlugin } from "./infill-plugin.ts";

/** The app loads models without their hidden states, which would cost every decoder. */
const needsHiddenStates = (plugin: DecoderPlugin): boolean => plugin.create({}).capabilities?.includes("hiddenStates") ?? false;

/** Every built-in decoder that the app's models can run, in the order in which the app offers them. */
export const decoders: readonly DecoderPlugin[] = [...builtInDecoders.filter((plugin) => !needsHiddenStates(plugin)), infillPlugin];

/** Whether `specification` names a decoder with valid options. */
export function canMakeLane(specification: string, plugins: readonly DecoderPlugin[] = decoders): boolean {
  try {
    parseDecoder(specification, plugins);
    return true;
  } catch {
    return false;
  }
}

/** Formats a decoder as the command accepts it: its name, and the options if there are any. */
export function specificationOf(name: string, options: PluginOptionValues): string {
  const given = Object.entries(options).map(([option, value]) => `${option}=${String(value)}`);
  return given.length > 0 ? `${name}:${given.join(",")}` : name;
}

export interface Lane extends ComparedDecoder {
  readonly specification: string;
  readonly plugin: DecoderPlugin;
  /** The options in the specification, without defaults. */
  readonly given: PluginOptionValues;
}

/** Makes a lane from a specification. @throws InvalidOptionError for an unknown decoder or invalid options. */
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
