import { InvalidOptionError, type ObjectOption, objectOption, type PluginOption, type TokenId } from "@decodekit/core";

/** The largest float32. */
export const LARGEST_FLOAT = 3.4028234663852886e38;

/** The option of processors that cut off unlikely tokens. */
export const MIN_KEEP = {
  type: "integer",
  help: "Fewest tokens to keep, the most likely ones",
  default: 1,
  minimum: 1,
} as const satisfies PluginOption;

const isToken = (value: unknown): value is TokenId => Number.isSafeInteger(value) && (value as number) >= 0;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** One token. */
export const TOKEN: ObjectOption = objectOption("a token id, an integer >= 0", isToken);

/** A list of tokens, which may be empty. */
export const TOKENS: ObjectOption = objectOption(
  "an array of token ids, integers >= 0",
  (value) => isList(value) && value.every((token) => isToken(token)),
);

/** A list of at least one token. */
export const SOME_TOKENS: ObjectOption = objectOption(
  "an array of at least 1 token id, integers >= 0",
  (value) => isList(value) && value.length > 0 && value.every((token) => isToken(token)),
);

/** A list of sequences of at least one token each. */
export const SEQUENCES: ObjectOption = objectOption(
  "an array of arrays of at least 1 token id",
  (value) => isList(value) && value.every((sequence) => SOME_TOKENS.accepts(sequence)),
);

/**
 * Checks that `tokens` are in the vocabulary of a row.
 * @throws InvalidOptionError if one is not: only the row tells how large the vocabulary is.
 */
export function checkWithin(where: string, tokens: readonly TokenId[], { length }: ArrayLike<number>): void {
  const outside = tokens.find((token) => token >= length);
  if (outside === undefined) return;
  throw new InvalidOptionError({ where, option: "tokens", expected: `in [0, ${length - 1}], the model's vocabulary`, actual: outside });
}
