import { logSumExp, type TokenId } from "@decodekit/core";

/** A token that may come next. */
interface Successor {
  readonly token: TokenId;
  /** ln of its probability. */
  readonly logProbability: number;
}

/** What the model last said would follow each token, wherever that token stood. */
export interface Successors {
  /** Remembers the likeliest tokens of `row`, shape (V,), which followed `token`; replaces what was known. */
  learn(token: TokenId, row: Float32Array): void;
  /** By descending probability; empty where the token has not been read yet. */
  after(token: TokenId): readonly Successor[];
}

/**
 * A table of the `count` likeliest successors of every token that was read: "token recycling" (Luo et al. 2024, "Turning Trash into
 * Treasure", arXiv 2408.08696), with probabilities. It costs no pass: every row of every pass is such a statement.
 */
export function successorTable(count: number): Successors {
  const known = new Map<TokenId, readonly Successor[]>();
  return {
    learn: (token, row) => void known.set(token, likeliest(row, count)),
    after: (token) => known.get(token) ?? [],
  };
}

/** The `count` likeliest tokens of `row`, by descending probability, the lowest token first among equals. */
function likeliest(row: Float32Array, count: number): Successor[] {
  const best: { token: TokenId; logit: number }[] = [];
  let least = -Infinity;
  for (let token = 0; token < row.length; token++) {
    const logit = row[token]!;
    if (logit === -Infinity || (best.length === count && logit <= least)) continue;
    let place = best.length;
    while (place > 0 && best[place - 1]!.logit < logit) place--;
    best.splice(place, 0, { token, logit });
    if (best.length > count) best.pop();
    least = best.at(-1)!.logit;
  }
  const total = logSumExp(row);
  return best.map(({ token, logit }) => ({ token, logProbability: logit - total }));
}
