import { type Draft, type DraftRequest, type DraftRun, type ForwardEndEvent, logSumExp, type Sampler, type TokenId } from "@decodekit/core";
import { drawToken } from "../draw-token.ts";
import { type Sequence, sequenceOf } from "./sequence.ts";

/** What a draft model goes on from, and how. */
export interface Writing {
  readonly sequence: Sequence;
  readonly promptLength: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  readonly contextLength: number;
  readonly sampler: Sampler;
  readonly minProbability: number;
  readonly usesProbabilities: boolean;
}

/** At most `max` tokens that the draft model goes on with after the sequence, one pass each; fewer at the end of its context. */
export async function* write(
  cache: DraftCache,
  { max, random }: DraftRequest,
  writing: Writing,
): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const { sequence, promptLength, stopTokens, sampler, minProbability } = writing;
  const needsRow = writing.usesProbabilities;
  const written = sequenceOf(sequence.tokens());
  const probabilities: Float64Array[] = [];
  let probability = 1;
  while (written.length < sequence.length + max && written.length <= writing.contextLength) {
    const row = yield* cache.rowAfter(written.tokens());
    const context = { tokens: written.tokens(), promptLength };
    const { token, q } = drawToken(sampler, row, context, { random: random.fork(written.length), needsRow });
    if (q) probabilities.push(q);
    written.append(Int32Array.of(token));
    if (minProbability > 0) probability *= Math.exp(row[token]! - logSumExp(row));
    if (stopTokens.has(token) || probability < minProbability) break;
  }
  return { tokens: written.tokens().slice(sequence.length), ...(needsRow && { probabilities }) };
}

export interface DraftCache {
  /** The logits after `tokens`, shape (n,), with one pass over those that are not cached. Valid until the next call. */
  rowAfter(tokens: Int32Array): AsyncGenerator<ForwardEndEvent, Float32Array, void>;
}

/** A session of the draft model that forgets what was not accepted when it is next asked. */
export async function draftCache(run: DraftRun<"draft">): Promise<DraftCache> {
  const draft = await run.openSession("draft");
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
