import { type CausalModel, checkTokens, type OptionDefinition, resolveOptions, type TokenId } from "@decodekit/core";
import { type Successor, successorsIn } from "./row-successors.ts";

/** The tokens that may follow each token. */
export interface SuccessorPrior {
  /** Successors in descending order of probability; empty if none are known. */
  after(token: TokenId): readonly Successor[];
}

/**
 * The model's last prediction after each token: after the same pair of tokens if that was seen, else after the token alone, with
 * probabilities that are lower by how much less often such a prediction is right.
 */
export interface TokenSuccessors {
  /** Successors in descending order of probability; empty if none are known. `previous` precedes `token`; -1 at the beginning. */
  after(previous: TokenId, token: TokenId): readonly Successor[];
  /** Stores the most likely tokens after `previous` and `token`, in descending order of probability. Replaces earlier ones. */
  learn(previous: TokenId, token: TokenId, successors: readonly Successor[]): void;
}

/**
 * Log of how often a prediction after a token is right in another context, relative to its probability: on 30 answers of SmolLM2-135M,
 * 0.4 to 0.6 for each probability from 0.1 to 1; after the same pair of tokens, 0.85 to 1.
 */
const OTHER_CONTEXT = Math.log(0.55);

/**
 * Creates a table of the most likely successors of every token read so far: token recycling (Luo et al. 2024, "Turning Trash into
 * Treasure", arXiv 2408.08696), with probabilities. It uses the rows of passes that run anyway. `prior` provides the successors of tokens
 * that were not read yet.
 */
export function successorTable(prior?: SuccessorPrior): TokenSuccessors {
  const known = new Map<TokenId, readonly Successor[]>();
  const knownPairs = new Map<string, readonly Successor[]>();
  const inOtherContext = (successors: readonly Successor[]): readonly Successor[] =>
    successors.map(({ token, logProbability }) => ({ token, logProbability: logProbability + OTHER_CONTEXT }));
  return {
    learn(previous, token, successors) {
      known.set(token, successors);
      knownPairs.set(`${previous} ${token}`, successors);
    },
    after: (previous, token) => knownPairs.get(`${previous} ${token}`) ?? inOtherContext(known.get(token) ?? prior?.after(token) ?? []),
  };
}

export interface ReadSuccessorsOptions {
  /** The token that starts a text. */
  readonly begin: TokenId;
  /** Number of successors of each token, an integer >= 1. @defaultValue 16 */
  readonly count?: number | undefined;
}

const OPTIONS = {
  begin: { type: "integer", help: "The token that starts a text", minimum: 0, required: true },
  count: { type: "integer", help: "Successors of each token", default: 16, minimum: 1 },
} as const satisfies Readonly<Record<keyof ReadSuccessorsOptions, OptionDefinition>>;

/** Tokens read in one pass. */
const TOKENS_PER_PASS = 256;

/**
 * Reads from a model which tokens follow each token of its vocabulary at the start of a text, in ceil(vocabSize / 256) + 1 passes, for
 * `judgedTree({ prior })`. Do this once per model. It pays off for many short texts and a small vocabulary.
 * @throws InvalidOptionError for an invalid option. Requires `capabilities.tree`.
 */
export async function readSuccessors(model: CausalModel, options: ReadSuccessorsOptions): Promise<SuccessorPrior> {
  const { begin, count } = resolveOptions<ReadSuccessorsOptions, typeof OPTIONS>("readSuccessors", options, OPTIONS);
  checkTokens("readSuccessors", "begin", [begin], model.vocabSize);
  const session = await model.createSession();
  try {
    await session.forward(Int32Array.of(begin));
    const known: (readonly Successor[])[] = [];
    const maxTokens = Math.min(TOKENS_PER_PASS, model.contextLength - 1);
    while (known.length < model.vocabSize) {
      const tokens = Int32Array.from({ length: Math.min(maxTokens, model.vocabSize - known.length) }, (_, index) => known.length + index);
      const rows = await session.forwardTree!(tokens, new Int32Array(tokens.length).fill(-1));
      for (let index = 0; index < tokens.length; index++) known.push(successorsIn(rows.row(index), count));
    }
    return { after: (token) => known[token] ?? [] };
  } finally {
    await session.dispose();
  }
}
