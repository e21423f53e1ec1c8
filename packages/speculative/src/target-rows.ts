import {
  type DecodeContext,
  type Draft,
  type ForwardEndEvent,
  type Logits,
  type ReportingSession,
  type Sampler,
  type Sequence,
  type TokenId,
} from "@decodekit/core";
import {
  concatTokens,
  distributionOf,
  drawPredicted,
  mostLikely,
  nodeDepths,
  pathTokens,
  type PredictedRow,
  readsOf,
} from "@decodekit/core/toolkit";

/** The target's predictions after the committed prefix, node -1, and after each node of a draft. Valid until the session's next pass. */
export interface TargetRows {
  /** The distribution of the next token, processed with the node's own prefix, shape (vocabSize,). The caller owns it. */
  distribution(node: number): Promise<Float64Array>;
  /** A token drawn from it, with the random source of its position. */
  sample(node: number): Promise<TokenId>;
  /** The most likely next token, before any processing. */
  mostLikely(node: number): Promise<TokenId>;
  /** Keeps the nodes `accepted`, root first, in the cache and removes the others. */
  keep(accepted: readonly number[]): Promise<void>;
}

/**
 * Runs one pass over the last committed token, shape (1,), and `draft`. Every drafted token sees only its own prefix. Of the rows it reads
 * what `sampler` needs.
 */
export function readDraft(
  target: ReportingSession,
  last: Int32Array,
  { draft: { tokens, parents }, sampler }: { readonly draft: Draft; readonly sampler: Sampler },
): AsyncGenerator<ForwardEndEvent, Logits, void> {
  const reads = readsOf(sampler);
  if (tokens.length === 0) return target.forward(last, "decode", "last", reads);
  const input = concatTokens(last, tokens);
  if (!parents) return target.forward(input, "verify", "all", reads);
  // The last committed token is the root: node i of the draft is node i + 1 of the tree.
  return target.forwardTree(input, Int32Array.of(-1, ...parents.map((parent) => parent + 1)), "verify", reads);
}

/** Interprets the logits of the pass over `draft`. */
export function targetRows(
  context: DecodeContext<"causal">,
  { session }: ReportingSession,
  { draft, logits, sampler }: { readonly draft: Draft; readonly logits: Logits; readonly sampler: Sampler },
): TargetRows {
  const { promptLength, random } = context;
  const committed = context.tokens;
  const depths = draft.parents && nodeDepths(draft.parents);
  const lengthTo = (node: number): number => committed.length + (depths ? (depths[node] ?? 0) : node + 1);
  // Copied only if a sampler or processor looks at the tokens: most do not.
  let all: Int32Array | undefined;
  const tokensTo = (node: number): Int32Array => {
    const { tokens, parents } = draft;
    if (parents) return concatTokens(committed, pathTokens(node, { tokens, parents }));
    all ??= tokens.length > 0 ? concatTokens(committed, tokens) : committed;
    return all.subarray(0, lengthTo(node));
  };
  const sequenceTo = (node: number): Sequence => ({
    promptLength,
    get tokens() {
      return tokensTo(node);
    },
  });
  const rowAfter = (node: number): PredictedRow => ({ logits, index: node + 1, sequence: sequenceTo(node) });
  return {
    distribution: (node) => distributionOf(sampler, rowAfter(node)),
    sample(node) {
      return drawPredicted(sampler, rowAfter(node), () => random.fork(lengthTo(node)));
    },
    mostLikely: (node) => mostLikely({ logits, index: node + 1 }),
    async keep(accepted) {
      if (draft.parents) await session.keepPath!(Int32Array.of(0, ...accepted.map((node) => node + 1)));
      else if (accepted.length < draft.tokens.length) await session.rewindTo(committed.length + accepted.length);
    },
  };
}
