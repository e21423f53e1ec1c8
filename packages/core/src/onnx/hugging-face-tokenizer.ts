import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelLoadError } from "../errors.ts";
import type { TokenId } from "../model.ts";
import type { Tokenizer } from "../tokenizer.ts";

/** Parts that some files leave out instead of writing null, which the library insists on. */
const ABSENT = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

/** The tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. @throws ModelLoadError when they do not. */
export function huggingFaceTokenizer(source: string, definition: object, config: object): Tokenizer {
  let inner: HuggingFaceTokenizer;
  let vocabSize: number;
  try {
    inner = new HuggingFaceTokenizer({ ...ABSENT, ...definition }, config);
    vocabSize = 0;
    for (const id of inner.get_vocab(true).values()) vocabSize = Math.max(vocabSize, id + 1);
  } catch (error) {
    throw new ModelLoadError(source, "describes no tokenizer that can be used.", error);
  }
  return {
    vocabSize,
    specialTokens: specialTokensOf(inner),
    encode: (text) => Int32Array.from(inner.encode(text).ids),
    decode(tokens) {
      // A model's vocabulary may be padded with ids that stand for nothing; the library takes them for the unknown token.
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
