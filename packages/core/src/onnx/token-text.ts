import type { TokenId } from "../contracts/model.ts";
import { showBytes } from "../tokens/show-bytes.ts";

/** The tokens of a vocabulary, as its file spells them. */
export interface Vocabulary {
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

/** A step of the decoder in `tokenizer.json`. */
export interface DecoderStep {
  readonly type?: string;
  readonly decoders?: readonly DecoderStep[];
  readonly pattern?: { readonly String?: string };
  readonly content?: string;
  readonly replacement?: string;
}

/** Returns how to read the spellings of a vocabulary. */
function readingOf(file: Readonly<Record<string, unknown>>): (spelling: string) => string {
  const steps = decoderSteps(file);
  return steps.some(({ type }) => type === "ByteLevel") ? readByteLevel : replacing(steps);
}

/** Returns the steps of the decoder of a `tokenizer.json`; one step without a type if it has none. */
export function decoderSteps({ decoder }: Readonly<Record<string, unknown>>): readonly DecoderStep[] {
  const { decoders, ...single } = (decoder ?? {}) as DecoderStep;
  return decoders ?? [single];
}

/** Returns how the replacements among `steps` change a spelling. */
export function replacing(steps: readonly DecoderStep[]): (spelling: string) => string {
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
  const bytes = byteLevelBytes(spelling);
  // A token that is not spelled in this alphabet is shown as it is.
  return bytes ? showBytes(bytes) : spelling;
}

/** Returns the bytes, shape (n,), of a token in GPT-2's alphabet, or undefined if it is not spelled in it. */
export function byteLevelBytes(spelling: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Array.from(spelling, (character) => byteOf.get(character));
  return bytes.includes(undefined) ? undefined : Uint8Array.from(bytes as number[]);
}
