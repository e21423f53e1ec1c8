import {
  type Draft,
  type DraftContext,
  type DraftRequest,
  type ForwardEndEvent,
  type Logits,
  type RowReads,
  type Sampler,
  type Sequence,
  type TokenId,
} from "@decodekit/core";
import { distributionOf, drawPredicted, GrowingSequence, negativeLogLikelihood, readsOf, wholeRow } from "@decodekit/core/toolkit";
import { possibleDraw } from "./possible-draw.ts";

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
  // The probability under the model itself needs the whole row.
  const reads = minProbability > 0 ? undefined : readsOf(sampler);
  let probability = 1;
  while (drafted.length < start + max && drafted.length <= source.contextLength) {
    const logits = yield* cache.rowAfter(drafted.tokens, reads);
    const row = { logits, index: 0, sequence: drafted };
    const draw = random.fork(drafted.length);
    const drawn = await possibleDraw(
      async () => {
        const distribution = usesProbabilities ? await distributionOf(sampler, row) : undefined;
        return { distribution, token: distribution ? sampler.pick(distribution, draw) : await drawPredicted(sampler, row, () => draw) };
      },
      () => wholeRow(logits, 0),
    );
    if (!drawn) break;
    const { distribution, token } = drawn;
    if (distribution) probabilities.push(distribution);
    drafted.append([token]);
    if (minProbability > 0) probability *= Math.exp(-negativeLogLikelihood(logits.row(0), token));
    if (stopTokens.has(token) || probability < minProbability) break;
  }
  return { tokens: drafted.tokens.slice(start), ...(usesProbabilities && { probabilities }) };
}

export interface DraftCache {
  /**
   * Returns the logits after `tokens`, shape (n,), as their only row, with one pass over those that are not cached. Of the row it reads what
   * `reads` asks for. Valid until the next call.
   */
  rowAfter(tokens: Int32Array, reads?: RowReads): AsyncGenerator<ForwardEndEvent, Logits, void>;
}

/** A session of the draft model that discards rejected tokens when it is next used. */
export async function draftCache(context: DraftContext<"draft">): Promise<DraftCache> {
  const draft = await context.openSession("draft");
  let cached = new Int32Array(0);
  return {
    async *rowAfter(tokens, reads) {
      const known = Math.min(commonLength(cached, tokens), tokens.length - 1);
      if (known < draft.session.length) await draft.session.rewindTo(known);
      cached = cached.subarray(0, known);
      const logits = yield* draft.forward(tokens.subarray(known), "draft", "last", reads);
      cached = tokens.slice();
      return logits;
    },
  };
}

function commonLength(a: Int32Array, b: Int32Array): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}
