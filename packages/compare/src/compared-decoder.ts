import {
  DecodekitError,
  type Decoder,
  type DecoderPlugin,
  type InvalidOptionError,
  type PluginModel,
  type PluginOptionValues,
} from "@decodekit/core";
import { decoderOf, isEffective } from "@decodekit/core/toolkit";

/** A decoder, and the options that the report lists for it. */
export interface ComparedDecoder {
  readonly decoder: Decoder;
  /** @defaultValue {} */
  readonly options?: PluginOptionValues | undefined;
}

/**
 * Makes the decoder of `plugin` with the given options and the defaults of all others, except those that have no effect beside the given
 * ones. `model` is the model that the decoder is for, see `DecoderPlugin.create`.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function decoderFromPlugin(plugin: DecoderPlugin, given: PluginOptionValues = {}, model?: PluginModel): ComparedDecoder {
  const options: Record<string, OptionValue> = { ...given };
  for (const [name, option] of Object.entries(plugin.options)) {
    if (option.default !== undefined && !Object.hasOwn(given, name) && isEffective(option, given, plugin)) options[name] = option.default;
  }
  return { decoder: decoderOf(plugin.name, plugin, options, model), options };
}

type OptionValue = PluginOptionValues[string];

/** One decoder per preset of every plugin, for `model` if it is known. */
export function presetDecoders(plugins: readonly DecoderPlugin[], model?: PluginModel): ComparedDecoder[] {
  return plugins.flatMap((plugin) => plugin.presets.map((options) => decoderFromPlugin(plugin, options, model)));
}

/** Also recognizes errors of another copy of core. */
export function isInvalidOption(error: unknown): error is InvalidOptionError {
  return DecodekitError.isInstance(error) && error.code === "INVALID_OPTION";
}
