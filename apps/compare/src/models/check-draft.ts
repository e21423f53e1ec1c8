import type { WorkerModel } from "@decodekit/core/worker";
import { texts } from "../texts/texts.ts";

/** Words, digits, signs, line breaks and letters of several scripts, which tokenizers split in different ways. */
const PROBE = "The quick brown fox, 3 dogs & 1024 naïve “cafés”: 日本語\n\n\tif (x >= 10.5) { return []; } // Überraschung 😀";

/** What is needed of a model to compare its vocabulary. */
type Comparable = Pick<WorkerModel, "name" | "encode"> & { readonly causal?: { readonly vocabSize: number } | undefined };

/**
 * Checks that a model can draft for another: it predicts the next token, and splits text into the same tokens.
 * @throws Error that says what to choose instead.
 */
export async function checkDraft(model: Comparable, draft: Comparable): Promise<void> {
  if (!draft.causal) throw new Error(texts.models.problems.draftMasked(draft.name));
  const [tokens, draftTokens] = await Promise.all([model, draft].map((each) => each.encode(PROBE, { addSpecialTokens: false })));
  const isSame = model.causal?.vocabSize === draft.causal.vocabSize && tokens!.join() === draftTokens!.join();
  if (!isSame) throw new Error(texts.models.problems.draftVocabulary(draft.name, model.name));
}
