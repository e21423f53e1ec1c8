import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { ModelLoadError } from "../errors.ts";
import type { TokenId } from "../contracts/model.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";
import { resolveEncodeOptions } from "../tokens/encode-options.ts";
import type { JsonFile } from "./json-file.ts";
import { literalEncoder } from "./literal-encoder.ts";
import { SpecialMarks, SpecialNames } from "./special-marks.ts";
import { tokenBytes } from "./token-bytes.ts";
import { tokenTexts } from "./token-text.ts";

/** Members that some files leave out instead of writing null, although the library requires them. */
const ABSENT = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

/** A tokenizer that can tell special tokens from their names in the same text. */
export interface MarkingTokenizer extends Tokenizer {
  /** One more than the largest id of the tokens that were not added to the vocabulary. */
  readonly baseVocabSize: number;
  /** Names of the special tokens. */
  readonly specialNames: SpecialNames;
  /** Returns the tokens of a text in which special tokens are written as marks and their names are ordinary text, without adding any. */
  encodeMarked(text: string, marks: SpecialMarks): Int32Array;
}

/** Creates the tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. @throws ModelLoadError if they describe none. */
export function huggingFaceTokenizer(file: JsonFile, config: JsonFile | undefined): MarkingTokenizer {
  const values = { ...ABSENT, ...file.values };
  const inner = open(file, values, config);
  const special = specialTokensOf(inner);
  const added = inner.get_added_tokens_decoder();
  const names = [...special.keys()];
  const specialNames = new SpecialNames(
    names,
    Array.from(added.values(), ({ content }) => content).filter((content) => !special.has(content)),
  );
  const literal = literalEncoder(values, config?.values ?? {}, names);
  const specialIds = new Set(special.values());
  const encodeLiterally = (text: string, addSpecialTokens: boolean): Int32Array => {
    const tokens = inner.encode(text, { add_special_tokens: false }).ids;
    // Without special tokens there is nothing to do, which saves building the other encoder.
    if (!tokens.some((token: TokenId) => specialIds.has(token))) return encode(text, addSpecialTokens);
    return Int32Array.from(literal.encode(text, new SpecialMarks(specialNames, [text]), { addSpecialTokens }));
  };
  const encode = (text: string, addSpecialTokens: boolean): Int32Array =>
    Int32Array.from(inner.encode(text, { add_special_tokens: addSpecialTokens }).ids);
  const vocabulary = { spelling: (token: TokenId) => inner.id_to_token(token), isAdded: (token: TokenId) => added.has(token) };
  const bytesOf = tokenBytes(values, { ...vocabulary, isSpecial: (token) => specialIds.has(token) });
  return {
    ...sizesOf(file, inner, added),
    specialTokens: special,
    specialNames,
    encode(text, options) {
      const { addSpecialTokens, specialTokens } = resolveEncodeOptions(options);
      return specialTokens === "literal" ? encodeLiterally(text, addSpecialTokens) : encode(text, addSpecialTokens);
    },
    encodeMarked: (text, marks) => Int32Array.from(literal.encode(text, marks, { addSpecialTokens: false })),
    decode(tokens) {
      // A model's vocabulary may be padded with unused ids, which the library decodes as the unknown token.
      const known = Array.from(tokens).filter((token) => inner.id_to_token(token) !== undefined);
      // The library refuses an empty list.
      return known.length === 0 ? "" : inner.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
    },
    tokenText: tokenTexts(values, vocabulary),
    ...(bytesOf && { tokenBytes: bytesOf }),
  };
}

function open(file: JsonFile, values: object, config: JsonFile | undefined): HuggingFaceTokenizer {
  let inner: HuggingFaceTokenizer;
  try {
    inner = new HuggingFaceTokenizer(values, config?.values ?? {});
    inner.get_vocab(true);
  } catch (error) {
    throw new ModelLoadError(file.source, `does not describe a usable tokenizer (${String(error)}).`, error);
  }
  checkIds(file);
  return inner;
}

function sizesOf(
  { source, values }: JsonFile,
  inner: HuggingFaceTokenizer,
  added: ReadonlyMap<number, unknown>,
): Pick<MarkingTokenizer, "vocabSize" | "baseVocabSize"> {
  const { vocab } = values["model"] as { readonly vocab: object };
  const base = Array.isArray(vocab) ? vocab.keys() : (Object.values(vocab) as number[]);
  const sizeOf = (ids: Iterable<number>): number => {
    let size = 0;
    for (const id of ids) size = Math.max(size, id + 1);
    return size;
  };
  const vocabSize = sizeOf(inner.get_vocab(true).values());
  const baseVocabSize = sizeOf([...base].filter((id) => !added.has(id)));
  if (vocabSize === 0) throw new ModelLoadError(source, "describes a tokenizer without tokens.");
  return { vocabSize, baseVocabSize };
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
