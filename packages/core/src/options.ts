import { InvalidOptionError } from "./errors.ts";

/**
 * A check of one option: what it expects, in words that follow "must be", and whether a value is that.
 * `undefined` always passes: an option left out has its default.
 */
export interface OptionCheck {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/**
 * Checks an options object when a factory is called: unknown names and values out of range are errors.
 * `where` is the factory's name; `advice` is added where an option is unknown.
 * @throws InvalidOptionError for the first option that is wrong.
 */
export function checkOptions(where: string, options: object, checks: Readonly<Record<string, OptionCheck>>, advice?: string): void {
  if (typeof options !== "object" || options === null)
    throw new InvalidOptionError({ where, option: "options", expected: "an object", actual: options });
  for (const [option, actual] of Object.entries(options)) {
    const check = Object.hasOwn(checks, option) ? checks[option] : undefined;
    if (!check) {
      const expected = `one of its options (${Object.keys(checks).join(", ") || "it has none"})${advice ? `; ${advice}` : ""}`;
      throw new InvalidOptionError({ where, option: `option "${option}"`, expected, actual });
    }
    if (actual !== undefined && !check.accepts(actual)) {
      throw new InvalidOptionError({ where, option, expected: check.expected, actual });
    }
  }
}

/** A finite number in [minimum, maximum]; `exclusiveMinimum` shuts the lower end out. */
export function numberBetween(
  minimum: number,
  maximum: number,
  { exclusiveMinimum = false }: { readonly exclusiveMinimum?: boolean } = {},
): OptionCheck {
  return {
    expected: `a number ${interval(minimum, maximum, exclusiveMinimum)}`,
    accepts: (value) =>
      typeof value === "number" && Number.isFinite(value) && value <= maximum && (exclusiveMinimum ? value > minimum : value >= minimum),
  };
}

/** An integer in [minimum, maximum]. */
export function integerBetween(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): OptionCheck {
  return {
    expected: `an integer ${maximum === Number.MAX_SAFE_INTEGER ? `>= ${minimum}` : interval(minimum, maximum, false)}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum,
  };
}

/** One of the given strings. */
export function oneOf(...values: readonly string[]): OptionCheck {
  return { expected: `one of ${values.map((value) => `"${value}"`).join(", ")}`, accepts: (value) => values.includes(value as string) };
}

function interval(minimum: number, maximum: number, exclusiveMinimum: boolean): string {
  if (maximum === Infinity) return `${exclusiveMinimum ? ">" : ">="} ${minimum}`;
  return `in ${exclusiveMinimum ? "(" : "["}${minimum}, ${maximum}]`;
}
