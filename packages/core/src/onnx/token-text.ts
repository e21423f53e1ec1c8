import type { TokenId } from "../contracts/model.ts";
import { showBytes } from "../tokens/show-bytes.ts";

interface Vocabulary {
  /** Returns the token as the vocabulary spells it, or undefined. */
  spelling(token: TokenId): string | undefined;
  /** Returns whether the token was added to the vocabulary, as special tokens are. Such tokens are spelled as they are. */
  isAdded(token: TokenId): boolean;
}

/** Returns `Tokenizer.tokenText` for a vocabulary; `file`: the content of its `tokenizer.json`. */
export function tokenTexts(file: Readonly<Record<string, unknown>>, vocabulary: Vocabulary): (token: TokenId) => string {
  const read = readingOf(file);
  return (token) => {
    const spelling = vocabulary.spelling(token);
    if (spelling === undefined) return "";
    return vocabulary.isAdded(token) ? spelling : read(spelling);
  };
}

interface Step {
  readonly type?: string;
  readonly decoders?: readonly Step[];
  readonly pattern?: { readonly String?: string };
  readonly content?: string;
  readonly replacement?: string;
}

/** Returns how to read the spellings of a vocabulary. */
function readingOf({ decoder }: Readonly<Record<string, unknown>>): (spelling: string) => string {
  const { decoders, ...single } = (decoder ?? {}) as Step;
  const steps = decoders ?? [single];
  if (steps.some(({ type }) => type === "ByteLevel")) return readByteLevel;
  const replacements = steps.flatMap(({ type, pattern, content, replacement }): (readonly [string, string])[] => {
    if (type === "Replace" && pattern?.String) return [[pattern.String, content ?? ""]];
    return type === "Metaspace" ? [[replacement ?? "▁", " "]] : [];
  });
  return (spelling) => replacements.reduce((text, [from, to]) => text.replaceAll(from, to), spelling);
}

/** The byte that each character of GPT-2's alphabet stands for: printable Latin-1 for itself, the others from U+0100 on. */
const byteOf: ReadonlyMap<string, number> = (() => {
  const isPrintable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(isPrintable(byte) ? byte : next++), byte]));
})();

function readByteLevel(spelling: string): string {
  const bytes = Array.from(spelling, (character) => byteOf.get(character));
  // A token that is not spelled in this alphabet is shown as it is.
  return bytes.includes(undefined) ? spelling : showBytes(Uint8Array.from(bytes as number[]));
}
