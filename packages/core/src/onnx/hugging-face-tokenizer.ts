import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelLoadError } from "../errors.ts";
import type { TokenId } from "../contracts/model.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";
import type { JsonFile } from "./json-file.ts";

/** Members that some files leave out instead of writing null, although the library requires them. */
const ABSENT = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

/** Creates the tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. @throws ModelLoadError if they describe none. */
export function huggingFaceTokenizer(file: JsonFile, config: JsonFile | undefined): Tokenizer {
  const { source, values } = file;
  let inner: HuggingFaceTokenizer;
  let ids: Iterable<number>;
  try {
    inner = new HuggingFaceTokenizer({ ...ABSENT, ...values }, config?.values ?? {});
    ids = inner.get_vocab(true).values();
  } catch (error) {
    throw new ModelLoadError(source, `does not describe a usable tokenizer (${String(error)}).`, error);
  }
  checkIds(file);
  let vocabSize = 0;
  for (const id of ids) vocabSize = Math.max(vocabSize, id + 1);
  if (vocabSize === 0) throw new ModelLoadError(source, "describes a tokenizer without tokens.");
  return {
    vocabSize,
    specialTokens: specialTokensOf(inner),
    encode: (text) => Int32Array.from(inner.encode(text).ids),
    decode(tokens) {
      // A model's vocabulary may be padded with unused ids, which the library decodes as the unknown token.
      const known = Array.from(tokens).filter((token) => inner.id_to_token(token) !== undefined);
      // The library refuses an empty list.
      return known.length === 0 ? "" : inner.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
    },
  };
}

function specialTokensOf(inner: HuggingFaceTokenizer): ReadonlyMap<string, TokenId> {
  const special = new Map<string, TokenId>();
  for (const [id, { content, special: isSpecial }] of inner.get_added_tokens_decoder()) if (isSpecial) special.set(content, id);
  return special;
}

/** Checks the ids, since the library accepts any id and would use it in prompts. If the vocabulary is a list, its indices are the ids. */
function checkIds({ source, values: { model, added_tokens } }: JsonFile): void {
  const { vocab } = model as { readonly vocab: object };
  const listed = Array.isArray(vocab) ? [] : Object.entries(vocab);
  const added = ((added_tokens ?? []) as readonly { readonly content: string; readonly id: unknown }[]).map(({ content, id }) => [
    content,
    id,
  ]);
  for (const [token, id] of [...listed, ...added]) {
    if (Number.isSafeInteger(id) && (id as number) >= 0) continue;
    throw new ModelLoadError(source, `token ${JSON.stringify(token)} must have an integer >= 0 as id, got ${JSON.stringify(id)}.`);
  }
}
