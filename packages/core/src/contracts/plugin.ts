import type { Decoder } from "./decoder.ts";
import type { LanguageModel } from "./language-model.ts";
import type { ModelRole } from "./model.ts";

/**
 * Describes one option that is a plain value: its range, its default and its effect. Option checks, the command line, forms and
 * documentation tables are all generated from it.
 */
export interface PluginOption {
  readonly type: "number" | "integer" | "boolean" | "string";
  /** The effect of the option, in one line without a full stop. */
  readonly help: string;
  readonly default?: number | boolean | string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** True when `minimum` itself is out of range. @defaultValue false */
  readonly exclusiveMinimum?: boolean | undefined;
  /** True when `maximum` itself is out of range. @defaultValue false */
  readonly exclusiveMaximum?: boolean | undefined;
  /** The values that a "string" may take. @defaultValue any */
  readonly choices?: readonly string[] | undefined;
  /**
   * Other options that make this one ineffective if they have one of the listed values, or any value for "any". A form then hides this
   * option, its default does not apply, and a factory may refuse it. @defaultValue none
   */
  readonly ineffectiveWith?: Readonly<Record<string, readonly (number | boolean | string)[] | "any">> | undefined;
}

export type PluginOptionValues = Readonly<Record<string, number | boolean | string>>;

/** What `DecoderPlugin.create` is told about the model: its vocabulary, and what ends its texts. */
export type PluginModel = Pick<LanguageModel, "tokenizer" | "stopTokens">;

/**
 * Describes a decoder for the command and the app. The default export of a package's `./plugin` is a DecoderPlugin or an array of them.
 */
export interface DecoderPlugin<Role extends ModelRole = ModelRole> {
  /** Name on the command line, in kebab-case. */
  readonly name: string;
  readonly title: string;
  /** One line without a full stop. */
  readonly description: string;
  /** The roles that every decoder of this plugin requires; certain options may require more, see `Decoder.requires`. */
  readonly requires: readonly Role[];
  readonly options: Readonly<Record<string, PluginOption>>;
  /** Typical settings, one decoder each, for comparisons without chosen options, which leave out a plugin without presets. */
  readonly presets: readonly PluginOptionValues[];
  /**
   * Creates a decoder. Options that are left out have their defaults.
   *
   * `model` is the model that the decoder will run on, for decoders whose options depend on it, such as a text that must become tokens. It
   * is absent where options are only checked, and in a worker that holds no model: a decoder that cannot do without it throws a
   * MissingModelError when it decodes.
   * @throws InvalidOptionError for an unknown option or a value out of range.
   */
  create(options: PluginOptionValues, model?: PluginModel): Decoder<Role>;
}
