import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { type SpecialMarks } from "./special-marks.ts";

type Json = Readonly<Record<string, unknown>>;

/** Encodes texts in which special tokens are written as marks, and their names are ordinary text. */
export interface LiteralEncoder {
  encode(text: string, marks: SpecialMarks, options: { readonly addSpecialTokens: boolean }): readonly number[];
}

/**
 * Creates an encoder for the tokenizer of `tokenizer.json` and `tokenizer_config.json`: the same tokenizer, in which the special tokens
 * `special` have their marks as names. It is built when it is first needed, since it takes as much memory as the tokenizer.
 */
export function literalEncoder(file: Json, config: Json, special: readonly string[]): LiteralEncoder {
  let built: { readonly runLength: number; readonly inner: HuggingFaceTokenizer } | undefined;
  return {
    encode(text, marks, { addSpecialTokens }) {
      const { runLength } = marks;
      if (built?.runLength !== runLength) {
        const names = new Map(special.map((name) => [name, marks.markOf(name)]));
        built = { runLength, inner: new HuggingFaceTokenizer(renamed(file, names), config) };
      }
      return built.inner.encode(text, { add_special_tokens: addSpecialTokens }).ids;
    },
  };
}

/** Returns the file with other names for some tokens, which keep their ids. */
function renamed(file: Json, names: ReadonlyMap<string, string>): Json {
  const nameOf = (value: unknown): unknown => (typeof value === "string" ? (names.get(value) ?? value) : value);
  const model = file["model"] as Json;
  const { vocab } = model as { readonly vocab: object };
  const renamedVocab: unknown = Array.isArray(vocab)
    ? (vocab as readonly (readonly [string, number])[]).map(([token, score]) => [nameOf(token), score])
    : Object.fromEntries(Object.entries(vocab).map(([token, id]) => [nameOf(token), id]));
  return {
    ...file,
    model: { ...model, vocab: renamedVocab, unk_token: nameOf(model["unk_token"]) },
    added_tokens: (file["added_tokens"] as readonly Json[]).map((token) => ({ ...token, content: nameOf(token["content"]) })),
    post_processor: renamedIn(file["post_processor"], nameOf),
  };
}

/** Renames all strings within `value`, such as the special tokens that a post-processor adds. */
function renamedIn(value: unknown, nameOf: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => renamedIn(item, nameOf));
  if (typeof value !== "object" || value === null) return nameOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamedIn(item, nameOf)]));
}
