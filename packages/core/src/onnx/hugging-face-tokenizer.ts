import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelLoadError } from "../errors.ts";
import type { Tokenizer } from "../tokenizer.ts";

/** The tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. @throws ModelLoadError when they do not. */
export function huggingFaceTokenizer(source: string, definition: object, config: object): Tokenizer {
  let inner: HuggingFaceTokenizer;
  let vocabSize: number;
  try {
    inner = new HuggingFaceTokenizer(definition, config);
    vocabSize = 0;
    for (const id of inner.get_vocab(true).values()) vocabSize = Math.max(vocabSize, id + 1);
  } catch (error) {
    throw new ModelLoadError(source, "describes no tokenizer that can be used.", error);
  }
  return {
    vocabSize,
    encode: (text) => Int32Array.from(inner.encode(text).ids),
    // The library refuses an empty list.
    decode: (tokens) =>
      tokens.length === 0 ? "" : inner.decode([...tokens], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
}
