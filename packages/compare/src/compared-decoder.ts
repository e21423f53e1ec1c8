import { DecodekitError, type Decoder, type DecoderPlugin, type InvalidOptionError, type PluginOptionValues } from "@decodekit/core";

/** A decoder and the options that it was made with, as the report names them. */
export interface ComparedDecoder {
  readonly decoder: Decoder;
  /** @defaultValue {} */
  readonly options?: PluginOptionValues | undefined;
}

/**
 * Makes the decoder of `plugin`, with every option that has an effect: those given, and the defaults of the others as far
 * as the plugin takes them beside the given ones.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function decoderFromPlugin(plugin: DecoderPlugin, given: PluginOptionValues = {}): ComparedDecoder {
  let decoder = plugin.create(given);
  let options = given;
  for (const [name, option] of Object.entries(plugin.options)) {
    if (option.default === undefined || Object.hasOwn(given, name)) continue;
    const more = { ...options, [name]: option.default };
    try {
      decoder = plugin.create(more);
      options = more;
    } catch (error) {
      // Options without effect are errors too, so this default is none here.
      if (!isInvalidOption(error)) throw error;
    }
  }
  return { decoder, options };
}

/** One decoder per preset of every plugin. */
export function presetDecoders(plugins: readonly DecoderPlugin[]): ComparedDecoder[] {
  return plugins.flatMap((plugin) => plugin.presets.map((options) => decoderFromPlugin(plugin, options)));
}

/** Also for an error made by another copy of core. */
export function isInvalidOption(error: unknown): error is InvalidOptionError {
  return DecodekitError.isInstance(error) && error.code === "INVALID_OPTION";
}
