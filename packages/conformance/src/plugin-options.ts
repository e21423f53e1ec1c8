import type { PluginOption } from "@decodekit/core";

export type OptionValue = number | boolean | string;

/** An invalid value and a description of it. */
export interface TriedValue {
  readonly value: unknown;
  readonly what: string;
}

const STEP = 1e-6;

/** Describes a contradiction in an option's description, in words that follow "it"; returns undefined if there is none. */
export function contradictionOf(option: PluginOption): string | undefined {
  const { type, help, minimum, maximum, exclusiveMinimum, exclusiveMaximum, choices } = option;
  const isNumeric = type === "number" || type === "integer";
  if (!["number", "integer", "boolean", "string"].includes(type)) return `has the unknown type ${type}`;
  if (typeof help !== "string" || help.trim() !== help || help.length === 0 || help.includes("\n")) return "needs a help text of one line";
  for (const [name, bound] of Object.entries({ minimum, maximum })) {
    if (bound === undefined) continue;
    if (!isNumeric) return `has a ${name} although its type is "${type}"`;
    if (!Number.isFinite(bound)) return `has the ${name} ${String(bound)}, which is not a finite number: leave it out`;
    if (type === "integer" && !Number.isInteger(bound)) return `has the ${name} ${bound}, which is not an integer`;
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    return `has a minimum of ${minimum}, above its maximum of ${maximum}`;
  if (exclusiveMinimum !== undefined && minimum === undefined) return "has an exclusiveMinimum without a minimum";
  if (exclusiveMaximum !== undefined && maximum === undefined) return "has an exclusiveMaximum without a maximum";
  const choice = choices && contradictionOfChoices(type, choices);
  if (choice) return choice;
  const problem = option.default === undefined ? undefined : problemOf(option, option.default);
  return problem && `has the default ${show(option.default)}, which ${problem}`;
}

function contradictionOfChoices(type: PluginOption["type"], choices: readonly string[]): string | undefined {
  if (type !== "string") return `has choices although its type is "${type}"`;
  if (choices.length === 0) return "has no choice";
  const repeated = choices.find((choice, index) => choices.indexOf(choice) !== index);
  return repeated === undefined ? undefined : `has the choice "${repeated}" twice`;
}

/** Describes why an option excludes `value`, in words that follow "which"; returns undefined if it allows the value. */
export function problemOf(option: PluginOption, value: unknown): string | undefined {
  const { type, minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, choices } = option;
  const expected = type === "integer" ? "number" : type;
  if (typeof value !== expected) return `is not ${type === "integer" ? "an" : "a"} ${type}`;
  if (typeof value === "string")
    return choices && !choices.includes(value) ? `is not one of its choices (${choices.join(", ")})` : undefined;
  if (typeof value !== "number") return undefined;
  if (!Number.isFinite(value)) return "is not finite";
  if (type === "integer" && !Number.isInteger(value)) return "is not an integer";
  if (value < minimum) return `is below its minimum of ${minimum}`;
  if (value === minimum && exclusiveMinimum) return `is its minimum of ${minimum}, which is out of range`;
  if (value === maximum && exclusiveMaximum) return `is its maximum of ${maximum}, which is out of range`;
  return value > maximum ? `is above its maximum of ${maximum}` : undefined;
}

/** Returns values that the option allows: its default and its bounds, or each of its choices. */
export function validValues(option: PluginOption): readonly OptionValue[] {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, choices } = option;
  if (type === "boolean") return [true, false];
  if (type === "string") return choices ?? (typeof option.default === "string" ? [option.default] : []);
  const step = type === "integer" ? 1 : STEP;
  const inner = type === "integer" ? (minimum ?? 1) + 1 : ((minimum ?? 0) + (maximum ?? (minimum ?? 0) + 1)) / 2;
  const lowest = minimum !== undefined && exclusiveMinimum ? minimum + step : minimum;
  const highest = maximum !== undefined && exclusiveMaximum ? maximum - step : maximum;
  const candidates = [option.default, lowest, inner, highest];
  const values = candidates.filter((value): value is number => typeof value === "number" && problemOf(option, value) === undefined);
  return [...new Set(values)];
}

/** Returns values that the option excludes. */
export function invalidValues(option: PluginOption): readonly TriedValue[] {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, choices } = option;
  const tried: TriedValue[] = [
    { value: null, what: "null" },
    { value: {}, what: "an object" },
  ];
  if (type === "boolean") return [...tried, { value: "true", what: 'the string "true"' }, { value: 1, what: "the number 1" }];
  if (type === "string") {
    const unknown = choices ? [{ value: `${choices.join("-")}-`, what: "a string that is not one of its choices" }] : [];
    return [...tried, { value: true, what: "true" }, ...unknown];
  }
  const step = type === "integer" ? 1 : STEP;
  const text = String(validValues(option)[0] ?? 1);
  tried.push({ value: NaN, what: "NaN" }, { value: Infinity, what: "Infinity" }, { value: text, what: `the string "${text}"` });
  if (type === "integer") tried.push({ value: (minimum ?? 0) + 0.5, what: "a number that is not an integer" });
  if (minimum !== undefined) tried.push({ value: minimum - step, what: `a number below its minimum of ${minimum}` });
  if (minimum !== undefined && exclusiveMinimum) tried.push({ value: minimum, what: `its minimum of ${minimum}, which is excluded` });
  if (maximum !== undefined && exclusiveMaximum) tried.push({ value: maximum, what: `its maximum of ${maximum}, which is excluded` });
  if (maximum !== undefined) tried.push({ value: maximum + step, what: `a number above its maximum of ${maximum}` });
  return tried;
}

export function show(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
