import type { PluginOption } from "@decodekit/core";

export interface SmoothCurveOptions {
  /** How much the likely tokens are evened out and the unlikely ones pushed down, a number > 0. @defaultValue 0.25 */
  readonly factor?: number | undefined;
  /** How steeply it falls for unlikely tokens, a number in [1, 3]: 1 is a parabola. @defaultValue 1 */
  readonly curve?: number | undefined;
}

/** Type, range, default and help of each option: the check, the command, forms and tables come from it. */
export const options = {
  factor: {
    type: "number",
    help: "How strongly the row is bent; below 1 evens likely tokens out",
    default: 0.25,
    minimum: 0,
    exclusiveMinimum: true,
  },
  curve: { type: "number", help: "How steeply unlikely tokens fall; 1 is a parabola", default: 1, minimum: 1, maximum: 3 },
} as const satisfies Readonly<Record<keyof SmoothCurveOptions, PluginOption>>;
