import { objectOption, type OptionDefinition, type PluginOption } from "@decodekit/core";

export interface PcOrderOptions {
  /** How fast the weight of a position falls with its distance from the start of the canvas, a number >= 0; 0 is any order. @defaultValue 0.25 */
  readonly decay?: number | undefined;
  /** Largest information in nats that counts for a token, a number > 0. Without effect if there are no `frequencies`. @defaultValue 10 */
  readonly cap?: number | undefined;
  /** Frequency of every token in ordinary text, shape (vocabSize,), each in [0, 1]. @defaultValue none: every token counts the same */
  readonly frequencies?: ArrayLike<number> | undefined;
}

/** Type, range, default and help of each option that is a plain value: the check, the command, forms and tables come from it. */
export const options = {
  decay: {
    type: "number",
    help: "How fast the weight of a position falls with its distance from the start; 0 is any order",
    default: 0.25,
    minimum: 0,
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

/** The plain options, and those that only code can give. */
export const allOptions = {
  ...options,
  cap: {
    type: "number",
    help: "Largest information in nats that counts for a token",
    default: 10,
    minimum: 0,
    exclusiveMinimum: true,
  },
  frequencies: objectOption(
    "an array of numbers in [0, 1]",
    (value) =>
      (Array.isArray(value) || ArrayBuffer.isView(value)) &&
      Array.from(value as unknown as ArrayLike<unknown>).every((each) => typeof each === "number" && each >= 0 && each <= 1),
  ),
} as const satisfies Readonly<Record<keyof PcOrderOptions, OptionDefinition>>;
