import type { PluginOption } from "./contracts/plugin.ts";
import { InvalidOptionError } from "./errors.ts";

/** Describes an option that is not a plain value but, for example, an object or a function. */
export interface ObjectOption {
  readonly type: "object";
  /** The expected value, in words that follow "must be". */
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/** Returns the description of an option whose values `accepts` checks; `expected` describes them in words that follow "must be". */
export function objectOption(expected: string, accepts: (value: unknown) => boolean): ObjectOption {
  return { type: "object", expected, accepts };
}

/** One option of a factory; a `required` option must not be left out. */
export type OptionDefinition = (PluginOption | ObjectOption) & { readonly required?: boolean | undefined };

export type OptionDefinitions<Options> = { readonly [Name in keyof Required<Options>]: OptionDefinition };

/** `Options` in which required options and those with a default are defined. */
export type ResolvedOptions<Options, Definitions extends OptionDefinitions<Options>> = {
  readonly [Name in keyof Required<Options>]: Definitions[Name] extends
    | { readonly default: number | boolean | string }
    | { readonly required: true }
    ? NonNullable<Options[Name]>
    : Options[Name] | undefined;
};

/**
 * Checks the options of a factory and fills in defaults. `where` names the factory; `advice` is added to the error for an unknown option.
 * @throws InvalidOptionError for the first option that is unknown, missing, of the wrong type or out of range.
 */
export function resolveOptions<Options extends object, const Definitions extends OptionDefinitions<Options>>(
  where: string,
  options: Options,
  definitions: Definitions,
  advice?: string,
): ResolvedOptions<Options, Definitions> {
  if (typeof options !== "object" || options === null)
    throw new InvalidOptionError({ where, option: "options", expected: "an object", actual: options });
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(definitions, option)) continue;
    const expected = `one of its options (${Object.keys(definitions).join(", ") || "it has none"})${advice ? `; ${advice}` : ""}`;
    throw new InvalidOptionError({ where, option: `option "${option}"`, expected, actual: (options as Record<string, unknown>)[option] });
  }
  const resolved: Record<string, unknown> = {};
  for (const [option, definition] of Object.entries<OptionDefinition>(definitions)) {
    const actual = (options as Readonly<Record<string, unknown>>)[option];
    if (actual === undefined ? definition.required : !acceptsValue(definition, actual))
      throw new InvalidOptionError({ where, option, expected: describeOption(definition), actual });
    resolved[option] = actual ?? (definition.type === "object" ? undefined : definition.default);
  }
  return resolved as ResolvedOptions<Options, Definitions>;
}

/** Returns whether `value` is valid for an option. */
export function acceptsValue(option: OptionDefinition, value: unknown): boolean {
  switch (option.type) {
    case "object":
      return option.accepts(value);
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string" && (!option.choices || option.choices.includes(value));
    default:
      return (option.type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value)) && isInRange(option, value as number);
  }
}

function isInRange(option: PluginOption, value: number): boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum } = option;
  return (exclusiveMaximum ? value < maximum : value <= maximum) && (exclusiveMinimum ? value > minimum : value >= minimum);
}

/** Describes the valid values of an option, in words that follow "must be": "a number in (0, 1]", "true or false". */
export function describeOption(option: OptionDefinition): string {
  switch (option.type) {
    case "object":
      return option.expected;
    case "boolean":
      return "true or false";
    case "string":
      return option.choices ? `one of ${option.choices.map((choice) => `"${choice}"`).join(", ")}` : "a string";
    default:
      return `${option.type === "integer" ? "an integer" : "a number"}${describeRange(option)}`;
  }
}

function describeRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: PluginOption): string {
  if (minimum === undefined) return maximum === undefined ? "" : ` ${exclusiveMaximum ? "<" : "<="} ${maximum}`;
  if (maximum === undefined) return ` ${exclusiveMinimum ? ">" : ">="} ${minimum}`;
  return ` in ${exclusiveMinimum ? "(" : "["}${minimum}, ${maximum}${exclusiveMaximum ? ")" : "]"}`;
}
