import type { Tokenizer } from "@decodekit/core";
import { byteTokenizer } from "@decodekit/core/testing";
import type { ConstrainedModel } from "./compile-constraint.ts";

/** A byte tokenizer and its end token. */
export const bytes = byteTokenizer();
export const byteModel: ConstrainedModel = { tokenizer: bytes, stopTokens: [bytes.endToken] };

/** Returns the tokens of a text in bytes, or of bytes. */
export const byteTokens = (text: string): Int32Array => bytes.encode(text, { addSpecialTokens: false });

/** Parts of a vocabulary: texts, or bytes that are not whole characters. */
export type Piece = string | readonly number[];

/** A model whose vocabulary is `pieces`, in order, and a stop token after them. Texts are split into the longest pieces from the left. */
export function modelOf(pieces: readonly Piece[]): ConstrainedModel & { readonly stop: number } {
  const bytesOf = pieces.map((piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : Uint8Array.from(piece)));
  const stop = pieces.length;
  const tokenizer: Tokenizer = {
    vocabSize: pieces.length + 1,
    specialTokens: new Map([["<stop>", stop]]),
    encode(text) {
      const rest = [...new TextEncoder().encode(text)];
      const tokens: number[] = [];
      while (rest.length > 0) {
        const fits = (piece: Uint8Array): boolean => piece.length > 0 && piece.every((byte, index) => rest[index] === byte);
        const lengths = bytesOf.map((piece) => (fits(piece) ? piece.length : 0));
        const longest = Math.max(...lengths);
        if (longest === 0) throw new Error(`The vocabulary cannot write ${JSON.stringify(text)}.`);
        tokens.push(lengths.indexOf(longest));
        rest.splice(0, longest);
      }
      return Int32Array.from(tokens);
    },
    decode: (tokens) => new TextDecoder().decode(Uint8Array.from([...tokens].flatMap((token) => [...(bytesOf[token] ?? [])]))),
    tokenText: (token) => String(pieces[token] ?? ""),
    tokenBytes: (token) => bytesOf[token],
  };
  return { tokenizer, stopTokens: [stop], stop };
}
