import { type LogitsProcessor, resolveOptions, type Sequence, type TokenId } from "@decodekit/core";
import { checkWithin, TOKENS } from "../options.ts";

const COUNT = { type: "integer", help: "Number of tokens before which the text must not end", minimum: 0, required: true } as const;

/**
 * Forbids the stop tokens until there are `count` new tokens, an integer >= 0.
 * @throws InvalidOptionError if an argument is invalid; the processor throws it for a token outside the vocabulary.
 */
export function minNewTokens(count: number, stopTokens: readonly TokenId[]): LogitsProcessor {
  const lengthOf = ({ tokens, promptLength }: Sequence): number => tokens.length - promptLength;
  return minimum("minNewTokens", `min-new-tokens(${count})`, { count, stopTokens }, lengthOf);
}

/**
 * Forbids the stop tokens until prompt and output together have `count` tokens, an integer >= 0.
 * @throws InvalidOptionError if an argument is invalid; the processor throws it for a token outside the vocabulary.
 */
export function minLength(count: number, stopTokens: readonly TokenId[]): LogitsProcessor {
  return minimum("minLength", `min-length(${count})`, { count, stopTokens }, ({ tokens }) => tokens.length);
}

function minimum(
  where: string,
  label: string,
  options: { readonly count: number; readonly stopTokens: readonly TokenId[] },
  lengthOf: (prefix: Sequence) => number,
): LogitsProcessor {
  const { count, stopTokens } = resolveOptions(where, options, { count: COUNT, stopTokens: { ...TOKENS, required: true } });
  const process = (row: Float32Array, prefix: Sequence): void => {
    checkWithin(where, stopTokens, row);
    if (lengthOf(prefix) < count) for (const token of stopTokens) row[token] = -Infinity;
  };
  return Object.assign(process, { label });
}
