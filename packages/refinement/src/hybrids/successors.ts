import { type CausalModel, checkOptions, checkTokens, integerBetween, logSumExp, type TokenId } from "@decodekit/core";

/** A token that may come next. */
export interface Successor {
  readonly token: TokenId;
  /** ln of its probability. */
  readonly logProbability: number;
}

/** Which tokens may follow each token. */
export interface SuccessorPrior {
  /** By descending probability; empty where nothing is known. */
  after(token: TokenId): readonly Successor[];
}

/** What the model last said would follow each token: after the same token before it if that was seen, else wherever it stood. */
export interface Successors {
  /** By descending probability; empty where nothing is known. `previous` is the token before, -1 at the beginning. */
  after(previous: TokenId, token: TokenId): readonly Successor[];
  /** Remembers the likeliest tokens of `row`, shape (V,), which followed `previous` and `token`; replaces what was known. */
  learn(previous: TokenId, token: TokenId, row: Float32Array): void;
}

/**
 * A table of the `count` likeliest successors of every token that was read: "token recycling" (Luo et al. 2024, "Turning Trash into
 * Treasure", arXiv 2408.08696), with probabilities. It costs no pass: every row of every pass is such a statement. `prior` tells of tokens that were not read yet.
 */
export function successorTable(count: number, prior?: SuccessorPrior): Successors {
  const known = new Map<TokenId, readonly Successor[]>();
  const knownPairs = new Map<string, readonly Successor[]>();
  return {
    learn(previous, token, row) {
      const successors = likeliest(row, count);
      known.set(token, successors);
      knownPairs.set(`${previous} ${token}`, successors);
    },
    after: (previous, token) => knownPairs.get(`${previous} ${token}`) ?? known.get(token) ?? prior?.after(token) ?? [],
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

export interface ReadSuccessorsOptions {
  /** The token that begins a text. */
  readonly begin: TokenId;
  /** Successors of each token, an integer >= 1. @defaultValue 16 */
  readonly count?: number | undefined;
}

/** Tokens that are read in one pass. */
const TOKENS_PER_PASS = 256;

/**
 * Asks a model which tokens follow each of its tokens at the beginning of a text, all of its vocabulary: ceil(V / 256) + 1 passes,
 * once per model, for `judgedTree({ prior })`. Pays where many short texts are written with a small vocabulary.
 * @throws InvalidOptionError for an option that is wrong. Needs `capabilities.tree`.
 */
export async function readSuccessors(model: CausalModel, options: ReadSuccessorsOptions): Promise<SuccessorPrior> {
  checkOptions("readSuccessors", options, { begin: integerBetween(0, model.vocabSize - 1), count: integerBetween(1) });
  const { begin, count = 16 } = options;
  checkTokens("readSuccessors", "begin", [begin], model.vocabSize);
  const session = await model.createSession();
  try {
    await session.forward(Int32Array.of(begin));
    const known: (readonly Successor[])[] = [];
    const most = Math.min(TOKENS_PER_PASS, model.contextLength - 1);
    while (known.length < model.vocabSize) {
      const tokens = Int32Array.from({ length: Math.min(most, model.vocabSize - known.length) }, (_, index) => known.length + index);
      const rows = await session.forwardTree!(tokens, new Int32Array(tokens.length).fill(-1));
      for (let index = 0; index < tokens.length; index++) known.push(likeliest(rows.row(index), count));
    }
    return { after: (token) => known[token] ?? [] };
  } finally {
    await session.dispose();
  }
}
