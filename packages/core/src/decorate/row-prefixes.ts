import { concatTokens } from "../tokens/concat-tokens.ts";
import { nodeDepths, pathTokens, type TokenTree } from "../tokens/token-tree.ts";

/** The tokens that each row of a pass follows. They stay the same when the session goes on. */
export interface RowPrefixes {
  /** The number of tokens before the position that row `row` predicts. */
  lengthOf(row: number): number;
  /** Those tokens, shape (lengthOf(row),). Must not be written to. */
  tokensOf(row: number): Int32Array;
}

/** Prefixes of the last `rows` tokens of `tokens`, a sequence that is not written to: row i follows token n - rows + i. */
export function chainPrefixes(tokens: Int32Array, rows: number): RowPrefixes {
  const lengthOf = (row: number): number => tokens.length - rows + row + 1;
  return { lengthOf, tokensOf: (row) => tokens.subarray(0, lengthOf(row)) };
}

/** Prefixes of the nodes of `tree` after `tokens`: row i follows the path that ends in node i. Neither is written to. */
export function treePrefixes(tokens: Int32Array, tree: TokenTree): RowPrefixes {
  const depths = nodeDepths(tree.parents);
  return { lengthOf: (row) => tokens.length + depths[row]!, tokensOf: (row) => concatTokens(tokens, pathTokens(row, tree)) };
}
