import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelLoadError } from "../errors.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { JsonFile } from "./json-file.ts";

/** The tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. @throws ModelLoadError when they do not. */
export function huggingFaceTokenizer({ source, values }: JsonFile, config: JsonFile | undefined): Tokenizer {
  let inner: HuggingFaceTokenizer;
  let vocab: ReadonlyMap<string, unknown>;
  try {
    inner = new HuggingFaceTokenizer(values, config?.values ?? {});
    vocab = inner.get_vocab(true);
  } catch (error) {
    throw new ModelLoadError(source, `describes no tokenizer that can be used (${String(error)}).`, error);
  }
  return {
    vocabSize: countVocabulary(source, vocab),
    encode: (text) => Int32Array.from(inner.encode(text).ids),
    // The library refuses an empty list.
    decode: (tokens) =>
      tokens.length === 0 ? "" : inner.decode([...tokens], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
}

/** One more than the largest id. @throws ModelLoadError when an id is none. */
function countVocabulary(source: string, vocab: ReadonlyMap<string, unknown>): number {
  let vocabSize = 0;
  for (const [token, id] of vocab) {
    if (!Number.isSafeInteger(id) || (id as number) < 0) {
      throw new ModelLoadError(source, `token ${JSON.stringify(token)} must have an integer >= 0 as id, got ${JSON.stringify(id)}.`);
    }
    vocabSize = Math.max(vocabSize, (id as number) + 1);
  }
  if (vocabSize === 0) throw new ModelLoadError(source, "describes a tokenizer that has no tokens.");
  return vocabSize;
}
