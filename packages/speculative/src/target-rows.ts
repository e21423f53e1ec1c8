import {
  argmax,
  type DecodeRun,
  type Draft,
  type ForwardEndEvent,
  type Logits,
  type ReportingSession,
  type Sampler,
  type SamplingContext,
  type TokenId,
} from "@decodekit/core";
import { drawToken } from "./draw-token.ts";

/** What the target says after the committed prefix, node -1, and after each node of a draft. Valid until the session's next pass. */
export interface TargetRows {
  /** The distribution of the next token, processed with the node's own prefix, shape (vocabSize,). The caller's. */
  distribution(node: number): Float64Array;
  /** A token drawn from it, with the randomness of the position that it would stand at. */
  sample(node: number): TokenId;
  /** The likeliest next token, before any processing. */
  likeliest(node: number): TokenId;
  /** Keeps the nodes `accepted`, root first, in the cache and forgets the others. */
  keep(accepted: readonly number[]): Promise<void>;
}

/** One pass over the last committed token, shape (1,), and `draft`, in which every drafted token sees its own prefix only. */
export function readDraft(
  target: ReportingSession,
  last: Int32Array,
  { tokens, parents }: Draft,
): AsyncGenerator<ForwardEndEvent, Logits, void> {
  if (tokens.length === 0) return target.forward(last, "decode");
  const input = joined(last, tokens);
  if (!parents) return target.forward(input, "verify", "all");
  // The last committed token is the root: node i of the draft is node i + 1 of the tree.
  return target.forwardTree(input, Int32Array.of(-1, ...parents.map((parent) => parent + 1)), "verify");
}

/** What the pass over `draft` gave, `logits` being its rows. */
export function targetRows(
  run: DecodeRun<"causal">,
  { session }: ReportingSession,
  { draft, logits, sampler }: { readonly draft: Draft; readonly logits: Logits; readonly sampler: Sampler },
): TargetRows {
  const { promptLength, random } = run;
  const committed = run.tokens;
  const sequence = draft.tokens.length > 0 ? joined(committed, draft.tokens) : committed;
  const contextOf = (node: number): SamplingContext => {
    const tokens = draft.parents ? pathTo(node, committed, draft) : sequence.subarray(0, committed.length + node + 1);
    return { tokens, promptLength };
  };
  return {
    distribution: (node) => sampler.distribution(logits.row(node + 1), contextOf(node)),
    sample(node) {
      const context = contextOf(node);
      return drawToken(sampler, logits.row(node + 1), context, { random: random.fork(context.tokens.length), needsRow: false }).token;
    },
    likeliest: (node) => argmax(logits.row(node + 1)),
    async keep(accepted) {
      if (draft.parents) await session.keepPath!(Int32Array.of(0, ...accepted.map((node) => node + 1)));
      else if (accepted.length < draft.tokens.length) await session.rewindTo(committed.length + accepted.length);
    },
  };
}

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The committed tokens and those from the root down to `node`. */
function pathTo(node: number, committed: Int32Array, { tokens, parents }: Draft): Int32Array {
  const path: TokenId[] = [];
  for (let step = node; step >= 0; step = parents![step]!) path.unshift(tokens[step]!);
  return Int32Array.of(...committed, ...path);
}
