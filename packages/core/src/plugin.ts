import type { Decoder } from "./decoder.ts";
import type { ModelRole } from "./model.ts";

/** One option of a decoder, described so that a command or a form can offer it. */
export interface PluginOption {
  readonly type: "number" | "integer" | "boolean" | "string";
  /** What the option does, in one line. */
  readonly help: string;
  readonly default?: number | boolean | string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** True when `minimum` itself is out of range. */
  readonly exclusiveMinimum?: boolean | undefined;
  /** The values that a "string" may take. */
  readonly choices?: readonly string[] | undefined;
}

export type PluginOptionValues = Readonly<Record<string, number | boolean | string>>;

/**
 * Describes a decoder to the command and the app. A package gives it as the default export of its `./plugin`.
 */
export interface DecoderPlugin<Role extends ModelRole = ModelRole> {
  /** Name on the command line, in kebab-case. */
  readonly name: string;
  readonly title: string;
  /** One line without a full stop. */
  readonly description: string;
  readonly requires: readonly Role[];
  readonly options: Readonly<Record<string, PluginOption>>;
  /** Sensible settings to show when nobody chose any, one decoder each. */
  readonly presets: readonly PluginOptionValues[];
  /**
   * Makes a decoder. Options left out take their defaults.
   * @throws InvalidOptionError for an unknown option or a value out of range.
   */
  create(options: PluginOptionValues): Decoder<Role>;
}
