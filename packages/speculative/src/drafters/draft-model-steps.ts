import {
  type Draft,
  type DraftContext,
  type DraftRequest,
  type ForwardEndEvent,
  type Sampler,
  type Sequence,
  type TokenId,
} from "@decodekit/core";
import { GrowingSequence, negativeLogLikelihood } from "@decodekit/core/toolkit";
import { drawDraftedToken } from "./draw-drafted-token.ts";

/** The sequence that a draft model continues, and how it chooses tokens. */
export interface DraftSource {
  readonly sequence: Sequence;
  readonly stopTokens: ReadonlySet<TokenId>;
  readonly contextLength: number;
  readonly sampler: Sampler;
  readonly minProbability: number;
  readonly usesProbabilities: boolean;
}

/** Drafts at most `max` tokens with one pass of the draft model each; fewer at the end of its context. */
export async function* draftTokens(
  cache: DraftCache,
  { max, random }: DraftRequest,
  source: DraftSource,
): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const { sequence, stopTokens, sampler, minProbability, usesProbabilities } = source;
  const start = sequence.tokens.length;
  const drafted = new GrowingSequence(sequence.tokens, sequence.promptLength);
  const probabilities: Float64Array[] = [];
  let probability = 1;
  while (drafted.length < start + max && drafted.length <= source.contextLength) {
    const row = yield* cache.rowAfter(drafted.tokens);
    const options = { random: random.fork(drafted.length), needsProbabilities: usesProbabilities };
    const drawn = drawDraftedToken(sampler, row, drafted, options);
    if (drawn.probabilities) probabilities.push(drawn.probabilities);
    drafted.append([drawn.token]);
    if (minProbability > 0) probability *= Math.exp(-negativeLogLikelihood(row, drawn.token));
    if (stopTokens.has(drawn.token) || probability < minProbability) break;
  }
  return { tokens: drafted.tokens.slice(start), ...(usesProbabilities && { probabilities }) };
}

export interface DraftCache {
  /** Returns the logits after `tokens`, shape (n,), with one pass over those that are not cached. Valid until the next call. */
  rowAfter(tokens: Int32Array): AsyncGenerator<ForwardEndEvent, Float32Array, void>;
}

/** A session of the draft model that discards rejected tokens when it is next used. */
export async function draftCache(context: DraftContext<"draft">): Promise<DraftCache> {
  const draft = await context.openSession("draft");
  let cached = new Int32Array(0);
  return {
    async *rowAfter(tokens) {
      const known = Math.min(commonLength(cached, tokens), tokens.length - 1);
      if (known < draft.session.length) await draft.session.rewindTo(known);
      cached = cached.subarray(0, known);
      const logits = yield* draft.forward(tokens.subarray(known), "draft");
      cached = tokens.slice();
      return logits.row(0);
    },
  };
}

function commonLength(a: Int32Array, b: Int32Array): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}
