import { type LogitsProcessor, objectOption, resolveOptions, type Sequence, type TokenId } from "@decodekit/core";
import { checkWithin, TOKEN } from "../options.ts";

const LENGTH = { type: "integer", help: "Number of tokens of the sequence", minimum: 0 } as const;
const POSITIONS = objectOption("a Map or an object of token ids by position", (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return [...forcedBy(value as ForcedTokens)].every(([position, token]) => TOKEN.accepts(position) && TOKEN.accepts(token));
});

/** Tokens by their positions in the sequence, prompt included: a Map, or an object whose keys are positions. */
export type ForcedTokens = ReadonlyMap<number, TokenId> | Readonly<Record<number, TokenId>>;

/**
 * Makes `token` the only possible one as the first new token, or, with `length`, where the prefix has that many tokens (transformers'
 * forced BOS token: 1).
 * @throws InvalidOptionError if an argument is invalid; the processor throws it for a token outside the vocabulary.
 */
export function forcedFirstToken(token: TokenId, options: { readonly length?: number | undefined } = {}): LogitsProcessor {
  const where = "forcedFirstToken";
  const { length } = resolveOptions(where, { ...options, token }, { token: { ...TOKEN, required: true }, length: LENGTH });
  return forcing(where, `forced-first-token(${token})`, (prefix) => {
    return prefix.tokens.length === (length ?? prefix.promptLength) ? token : undefined;
  });
}

/**
 * Makes `token` the only possible one at the last position of a sequence of `maxLength` tokens, prompt included, an integer >= 1.
 * @throws InvalidOptionError if an argument is invalid; the processor throws it for a token outside the vocabulary.
 */
export function forcedLastToken(token: TokenId, maxLength: number): LogitsProcessor {
  const where = "forcedLastToken";
  resolveOptions(
    where,
    { token, maxLength },
    { token: { ...TOKEN, required: true }, maxLength: { ...LENGTH, minimum: 1, required: true } },
  );
  return forcing(where, `forced-last-token(${token} at ${maxLength})`, ({ tokens }) =>
    tokens.length === maxLength - 1 ? token : undefined,
  );
}

/**
 * Makes one token the only possible one at each of some positions.
 * @throws InvalidOptionError if `tokens` is invalid; the processor throws it for a token outside the vocabulary.
 */
export function forcedTokensAt(tokens: ForcedTokens): LogitsProcessor {
  const where = "forcedTokensAt";
  resolveOptions(where, { tokens }, { tokens: { ...POSITIONS, required: true } });
  const byPosition = forcedBy(tokens);
  return forcing(where, `forced-tokens-at(${byPosition.size} positions)`, (prefix) => byPosition.get(prefix.tokens.length));
}

function forcedBy(tokens: ForcedTokens): ReadonlyMap<number, TokenId> {
  if (tokens instanceof Map) return new Map(tokens as ReadonlyMap<number, TokenId>);
  return new Map(Object.entries(tokens).map(([position, token]) => [Number(position), token as TokenId]));
}

function forcing(where: string, label: string, tokenAt: (prefix: Sequence) => TokenId | undefined): LogitsProcessor {
  const process = (row: Float32Array, prefix: Sequence): void => {
    const token = tokenAt(prefix);
    if (token === undefined) return;
    checkWithin(where, [token], row);
    row.fill(-Infinity);
    row[token] = 0;
  };
  return Object.assign(process, { label });
}
