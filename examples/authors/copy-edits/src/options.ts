import type { PluginOption } from "@decodekit/core";

export interface CopyEditsOptions {
  /** Number of tokens that must occur earlier for copying to begin, an integer >= 1. @defaultValue 2 */
  readonly minMatch?: number | undefined;
  /** Maximum number of tokens that one edit may insert or delete, an integer >= 1. @defaultValue 4 */
  readonly maxEdit?: number | undefined;
}

/** Type, range, default and help of each option: the check, the command, forms and tables come from it. */
export const options = {
  minMatch: { type: "integer", help: "Tokens that must occur earlier for copying to begin", default: 2, minimum: 1 },
  maxEdit: { type: "integer", help: "Maximum tokens that one edit may insert or delete", default: 4, minimum: 1 },
} as const satisfies Readonly<Record<keyof CopyEditsOptions, PluginOption>>;
