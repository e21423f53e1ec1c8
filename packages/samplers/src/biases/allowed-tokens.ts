import { InvalidOptionError, type LogitsProcessor, objectOption, resolveOptions, type Sequence, type TokenId } from "@decodekit/core";
import { narrowingProcessor } from "@decodekit/core/toolkit";
import { checkWithin, SOME_TOKENS, TOKENS } from "../options.ts";

const ALLOWED = objectOption(
  "an array of at least 1 token id, or a function of the prefix that returns one",
  (value) => typeof value === "function" || SOME_TOKENS.accepts(value),
);

/**
 * Forbids all tokens but the allowed ones: a list, or what a pure function of the prefix returns for each row.
 * @throws InvalidOptionError if `allowed` is invalid; the processor throws it if the function returns no tokens or some outside the
 * vocabulary.
 */
export function allowedTokens(allowed: readonly TokenId[] | ((prefix: Sequence) => readonly TokenId[])): LogitsProcessor {
  const where = "allowedTokens";
  resolveOptions(where, { allowed }, { allowed: { ...ALLOWED, required: true } });
  const fixed = typeof allowed === "function" ? undefined : [...allowed];
  const label = fixed ? `allowed-tokens(${fixed.length} tokens)` : "allowed-tokens(by prefix)";
  return narrowingProcessor(label, (candidates, context) => {
    const tokens = fixed ?? (allowed as (prefix: Sequence) => readonly TokenId[])(context);
    if (!SOME_TOKENS.accepts(tokens))
      throw new InvalidOptionError({ where, option: "the result of allowed", expected: SOME_TOKENS.expected, actual: tokens });
    checkWithin(where, tokens, candidates.row);
    const { row } = candidates;
    candidates.keep([...new Set(tokens)].filter((token) => row[token] !== -Infinity));
  });
}

/**
 * Forbids some tokens at every position.
 * @throws InvalidOptionError if `tokens` is invalid; the processor throws it for a token outside the vocabulary.
 */
export function suppressTokens(tokens: readonly TokenId[]): LogitsProcessor {
  return suppressing("suppressTokens", "suppress", tokens, () => true);
}

/**
 * Forbids some tokens at one position: that of the first new token, or, with `length`, where the prefix has that many tokens, an
 * integer >= 0.
 * @throws InvalidOptionError if an argument is invalid; the processor throws it for a token outside the vocabulary.
 */
export function suppressAtBegin(tokens: readonly TokenId[], options: { readonly length?: number | undefined } = {}): LogitsProcessor {
  const { length } = resolveOptions("suppressAtBegin", options, {
    length: { type: "integer", minimum: 0, help: "Length of the prefix at which the tokens are forbidden" },
  });
  return suppressing("suppressAtBegin", "suppress-at-begin", tokens, (prefix) => prefix.tokens.length === (length ?? prefix.promptLength));
}

function suppressing(where: string, name: string, given: readonly TokenId[], applies: (prefix: Sequence) => boolean): LogitsProcessor {
  resolveOptions(where, { tokens: given }, { tokens: { ...TOKENS, required: true } });
  const tokens = [...given];
  const process = (row: Float32Array, prefix: Sequence): void => {
    checkWithin(where, tokens, row);
    if (applies(prefix)) for (const token of tokens) row[token] = -Infinity;
  };
  return Object.assign(process, { label: `${name}(${tokens.length} tokens)` });
}
