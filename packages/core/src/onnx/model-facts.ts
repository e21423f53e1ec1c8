import type { TokenId } from "../contracts/model.ts";
import { VocabularyMismatchError } from "../errors.ts";
import type { GraphSignature } from "./graph-signature.ts";
import type { MarkingTokenizer } from "./hugging-face-tokenizer.ts";
import { contextLengthIn, stopTokensIn, vocabSizeIn } from "./model-config.ts";
import type { ModelFileContents } from "./model-files.ts";
import type { Warn } from "./model-source.ts";

/** What a model's graph and configuration say about its tokens. */
export interface ModelFacts {
  readonly vocabSize: number;
  /** Infinity if the configuration states none. */
  readonly contextLength: number;
  readonly stopTokens: readonly TokenId[];
}

/** @throws VocabularyMismatchError if the tokenizer has tokens outside the model's vocabulary that were not added to it. */
export function modelFacts(
  { config, generationConfig }: Pick<ModelFileContents, "config" | "generationConfig">,
  signature: GraphSignature,
  tokenizer: MarkingTokenizer,
  warn: Warn,
): ModelFacts {
  const vocabSize = checkVocabulary(signature.vocabSize ?? vocabSizeIn(config, warn), tokenizer);
  return {
    vocabSize,
    contextLength: contextLengthIn(config, warn) ?? Infinity,
    stopTokens: stopTokensIn([generationConfig, config], vocabSize, warn),
  };
}

/** Returns the size of the model's vocabulary: the one that the graph or the configuration declares, else the tokenizer's. */
function checkVocabulary(stated: number | undefined, tokenizer: MarkingTokenizer): number {
  const vocabSize = stated ?? tokenizer.vocabSize;
  if (tokenizer.baseVocabSize <= vocabSize) return vocabSize;
  throw new VocabularyMismatchError(
    { model: vocabSize, tokenizer: tokenizer.vocabSize },
    "Use the tokenizer that the model was trained with.",
  );
}
