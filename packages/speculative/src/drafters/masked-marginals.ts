import { type DraftRun, type ForwardEndEvent, VocabularyMismatchError } from "@decodekit/core";
import type { Sequence } from "./sequence.ts";

/** Asks a masked model about the positions after a sequence, all in one pass. */
export interface MaskedMarginals {
  /**
   * Logits for at most `count` positions after `sequence`, each given the sequence alone, shape (vocabSize,), the mask token
   * forbidden; fewer at the end of the model's context. The caller's.
   */
  after(sequence: Sequence, count: number): AsyncGenerator<ForwardEndEvent, readonly Float32Array[], void>;
}

/**
 * Opens a session of the masked model on top of the target's cache. Where that cache is not shared, the session keeps a
 * prefix of its own, and tokens that were committed since are read in a pass before.
 * @throws VocabularyMismatchError when the models do not share a vocabulary.
 */
export async function maskedMarginals(run: DraftRun<"masked">): Promise<MaskedMarginals> {
  const { vocabSize, maskTokenId, contextLength } = run.models.masked;
  if (vocabSize !== run.vocabSize) {
    const advice = "A masked model that drafts must share the tokenizer of its target.";
    throw new VocabularyMismatchError({ model: run.vocabSize, masked: vocabSize }, advice);
  }
  const masked = await run.openMaskedSession("masked");
  return {
    async *after(sequence, count) {
      const tokens = sequence.tokens();
      const masks = Math.min(count, contextLength - tokens.length);
      if (masks <= 0) return [];
      const unread = tokens.subarray(masked.session.length, tokens.length - 1);
      if (unread.length > 0) yield* masked.commit(unread, "draft");
      const canvas = new Int32Array(1 + masks).fill(maskTokenId);
      canvas[0] = tokens.at(-1)!;
      const logits = yield* masked.predict(canvas, "draft");
      return Array.from({ length: masks }, (_, place) => {
        const row = logits.row(place + 1).slice();
        row[maskTokenId] = -Infinity;
        return row;
      });
    },
  };
}
