import type { TokenId } from "@decodekit/core";

export const VOCAB_SIZE = 10;
/** A token that the certain models never say. */
export const MASK = 0;

/** An integer >= 0 that depends on every token of a sequence and on its place. */
export function hashOf(tokens: ArrayLike<TokenId>, seed = 7): number {
  return mixed(stateOf(tokens, seed));
}

/** FNV-1a, one token for one byte. */
function stateOf(tokens: ArrayLike<TokenId>, seed: number): number {
  let state = seed;
  for (let index = 0; index < tokens.length; index++) state = step(state, tokens[index]!);
  return state;
}

function step(state: number, token: TokenId): number {
  return Math.imul(state ^ (token + 1), 0x01000193);
}

/** The upper bits, which depend on all that went in. */
function mixed(state: number): number {
  return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 9;
}

/** What the certain models say after `prefix`: a token in [1, 9] that depends on all of it, and is never the last one again. */
export function certainToken(prefix: ArrayLike<TokenId>): TokenId {
  return certainText(prefix, 1)[0]!;
}

/** What the certain models say after `prefix`, one token after the other; shape (count,). */
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

/** A prompt of `length` tokens that goes on from `first` as the certain models do. */
export function certainPrompt(length: number, first: TokenId = 3): Int32Array {
  return Int32Array.of(first, ...certainText([first], length - 1));
}
