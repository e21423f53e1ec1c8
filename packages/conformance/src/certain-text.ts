import type { TokenId } from "@decodekit/core";

export const VOCAB_SIZE = 10;
/** The mask token, which the certain models never predict. */
export const MASK = 0;

/** Returns an integer >= 0 that depends on every token of a sequence and on its position. */
export function hashOf(tokens: ArrayLike<TokenId>, seed = 7): number {
  return mixed(stateOf(tokens, seed));
}

/** FNV-1a with one token in place of one byte. */
function stateOf(tokens: ArrayLike<TokenId>, seed: number): number {
  let state = seed;
  for (let index = 0; index < tokens.length; index++) state = step(state, tokens[index]!);
  return state;
}

function step(state: number, token: TokenId): number {
  return Math.imul(state ^ (token + 1), 0x01000193);
}

/** Returns the upper bits, which depend on all tokens. */
function mixed(state: number): number {
  return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 9;
}

/** Returns what the certain models predict after `prefix`: a token in [1, 9] that depends on all of it and never repeats its last token. */
export function certainToken(prefix: ArrayLike<TokenId>): TokenId {
  return certainText(prefix, 1)[0]!;
}

/** Returns the next `count` tokens that the certain models predict after `prefix`; shape (count,). */
export function certainText(prefix: ArrayLike<TokenId>, count: number): Int32Array {
  const text = new Int32Array(count);
  let state = stateOf(prefix, 7);
  let last = prefix[prefix.length - 1];
  for (let index = 0; index < count; index++) {
    last = tokenAfter(mixed(state), last);
    text[index] = last;
    state = step(state, last);
  }
  return text;
}

function tokenAfter(hash: number, last: TokenId | undefined): TokenId {
  const token = 1 + (hash % (VOCAB_SIZE - 1));
  return token === last ? 1 + (token % (VOCAB_SIZE - 1)) : token;
}

/** Returns a prompt of `length` tokens that continues `first` as the certain models do. */
export function certainPrompt(length: number, first: TokenId = 3): Int32Array {
  return Int32Array.of(first, ...certainText([first], length - 1));
}
