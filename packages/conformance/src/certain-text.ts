import type { TokenId } from "@decodekit/core";

export const VOCAB_SIZE = 10;
/** A token that the certain models never say. */
export const MASK = 0;

/** A number that depends on every token of a sequence and on its place. */
export function hashOf(tokens: ArrayLike<TokenId>, seed = 7): number {
  let hash = seed;
  for (let index = 0; index < tokens.length; index++) hash = step(hash, tokens[index]!);
  return hash;
}

function step(hash: number, token: TokenId): number {
  return (hash * 31 + token + 1) % 1_000_003;
}

/** What the certain models say after `prefix`: a token in [1, 9] that depends on all of it, and is never the last one again. */
export function certainToken(prefix: ArrayLike<TokenId>): TokenId {
  return tokenAfter(hashOf(prefix), prefix[prefix.length - 1]);
}

/** What the certain models say after `prefix`, one token after the other; shape (count,). */
export function certainText(prefix: ArrayLike<TokenId>, count: number): Int32Array {
  const text = new Int32Array(count);
  let hash = hashOf(prefix);
  let last = prefix[prefix.length - 1];
  for (let index = 0; index < count; index++) {
    last = tokenAfter(hash, last);
    text[index] = last;
    hash = step(hash, last);
  }
  return text;
}

function tokenAfter(hash: number, last: TokenId | undefined): TokenId {
  const token = 1 + (hash % (VOCAB_SIZE - 1));
  return token === last ? 1 + (token % (VOCAB_SIZE - 1)) : token;
}

/** A prompt of `length` tokens that goes on from `first` as the certain models do. */
export function certainPrompt(length: number, first: TokenId = 3): Int32Array {
  return Int32Array.of(first, ...certainText([first], length - 1));
}
