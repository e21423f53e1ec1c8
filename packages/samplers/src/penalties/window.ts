import { type PluginOption, type Sequence } from "@decodekit/core";

/** Which tokens of the sequence count. */
export interface WindowOptions {
  /** The last `lastN` tokens, an integer >= 0. @defaultValue all of them */
  readonly lastN?: number | undefined;
  /** Tokens of prompt and output, or of one of them. @defaultValue "all" */
  readonly of?: "all" | "prompt" | "output" | undefined;
}

export const WINDOW = {
  lastN: { type: "integer", help: "How many of the last tokens count", minimum: 0 },
  of: { type: "string", help: "Whether prompt, output or both count", default: "all", choices: ["all", "prompt", "output"] },
} as const satisfies Readonly<Record<keyof WindowOptions, PluginOption>>;

/** Returns the tokens of a sequence that count: a view. */
export function windowOf({ tokens, promptLength }: Sequence, { lastN = Infinity, of = "all" }: WindowOptions): Int32Array {
  const start = of === "output" ? promptLength : 0;
  const end = of === "prompt" ? promptLength : tokens.length;
  return tokens.subarray(Math.max(start, end - lastN), end);
}

/** Describes a window in a label, with a comma before it. */
export function windowLabel({ lastN, of = "all" }: WindowOptions): string {
  return `${lastN === undefined ? "" : `, last ${lastN}`}${of === "all" ? "" : `, ${of} only`}`;
}
