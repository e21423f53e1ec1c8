import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelLoadError } from "../errors.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { JsonFile } from "./json-file.ts";

/** The tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. @throws ModelLoadError when they do not. */
export function huggingFaceTokenizer(file: JsonFile, config: JsonFile | undefined): Tokenizer {
  const { source, values } = file;
  let inner: HuggingFaceTokenizer;
  let ids: Iterable<number>;
  try {
    inner = new HuggingFaceTokenizer(values, config?.values ?? {});
    ids = inner.get_vocab(true).values();
  } catch (error) {
    throw new ModelLoadError(source, `describes no tokenizer that can be used (${String(error)}).`, error);
  }
  checkIds(file);
  let vocabSize = 0;
  for (const id of ids) vocabSize = Math.max(vocabSize, id + 1);
  if (vocabSize === 0) throw new ModelLoadError(source, "describes a tokenizer that has no tokens.");
  return {
    vocabSize,
    encode: (text) => Int32Array.from(inner.encode(text).ids),
    // The library refuses an empty list.
    decode: (tokens) =>
      tokens.length === 0 ? "" : inner.decode([...tokens], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
}

/** The library takes any id, and would give it in prompts. Where the vocabulary is a list, its places are the ids. */
function checkIds({ source, values: { model, added_tokens } }: JsonFile): void {
  const { vocab } = model as { readonly vocab: object };
  const listed = Array.isArray(vocab) ? [] : Object.entries(vocab);
  const added = (added_tokens as readonly { readonly content: string; readonly id: unknown }[]).map(({ content, id }) => [content, id]);
  for (const [token, id] of [...listed, ...added]) {
    if (Number.isSafeInteger(id) && (id as number) >= 0) continue;
    throw new ModelLoadError(source, `token ${JSON.stringify(token)} must have an integer >= 0 as id, got ${JSON.stringify(id)}.`);
  }
}
