import { type DraftContext, type ForwardEndEvent, type Sequence, VocabularyMismatchError } from "@decodekit/core";

/** Predicts the positions after a sequence with a masked model, all in one pass. */
export interface MaskedMarginals {
  /**
   * Logits for at most `count` positions after `sequence`, each given the sequence alone, shape (vocabSize,), with the mask token at
   * -Infinity; fewer at the end of the model's context. The caller owns them.
   */
  after(sequence: Sequence, count: number): AsyncGenerator<ForwardEndEvent, readonly Float32Array[], void>;
}

/**
 * Opens a session of the masked model on the target's cache. If that cache is not shared, the session caches its own prefix, and tokens
 * that were committed since are read in an extra pass.
 * @throws VocabularyMismatchError if the models do not share a vocabulary.
 */
export async function maskedMarginals(context: DraftContext<"masked">): Promise<MaskedMarginals> {
  const { vocabSize, maskTokenId, contextLength } = context.models.masked;
  if (vocabSize !== context.vocabSize) {
    const advice = "A masked model that drafts must share the tokenizer of its target.";
    throw new VocabularyMismatchError({ model: context.vocabSize, masked: vocabSize }, advice);
  }
  const masked = await context.openMaskedSession("masked");
  return {
    async *after(sequence, count) {
      const tokens = sequence.tokens;
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
