import type { TokenId } from "../contracts/model.ts";

/** Returns a new array of `first`, shape (n,), followed by `second`, shape (m,): shape (n + m,). */
export function concatTokens(first: Int32Array, second: ArrayLike<TokenId>): Int32Array {
  const tokens = new Int32Array(first.length + second.length);
  tokens.set(first);
  tokens.set(second, first.length);
  return tokens;
}
