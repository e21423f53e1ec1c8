import { describe, expect, test } from "vitest";
import { sentencePieceId, smallTokenizers } from "../onnx/small-tokenizers.ts";
import { byteTokenizer } from "../testing/byte-tokenizer.ts";
import { continuationText, incrementalText } from "./incremental-text.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";

const tokenizer = byteTokenizer();
const bytes = (text: string): Int32Array => tokenizer.encode(text).subarray(1);

/** Returns the pieces of text when `size` tokens are pushed at a time. */
function pieces(tokens: Int32Array, size: number, text = incrementalText(tokenizer)): readonly string[] {
  const texts: string[] = [];
  for (let start = 0; start < tokens.length; start += size) texts.push(text.push(tokens.subarray(start, start + size)));
  return [...texts, text.end()];
}

test("a character is returned with its last byte", () => {
  expect(pieces(bytes("aé€😀b"), 1)).toEqual(["a", "", "é", "", "", "€", "", "", "", "😀", "b", ""]);
});

test("no piece contains a part of a character, for any number of tokens at a time", () => {
  const text = "Grüße 👩‍👩‍👧 日本語 \u{1F600}\u{1F601} end";
  for (let size = 1; size < 12; size++) {
    const texts = pieces(bytes(text), size);
    expect(texts.join("")).toBe(text);
    expect(texts.filter((piece) => /\uFFFD|\p{Surrogate}/u.test(piece))).toEqual([]);
  }
});

test("an unfinished character is returned as U+FFFD at the end", () => {
  expect(pieces(bytes("a😀").subarray(0, 3), 1)).toEqual(["a", "", "", "\uFFFD"]);
});

test("invalid bytes are returned as U+FFFD once no character can begin with them", () => {
  expect(pieces(Int32Array.of(0x61, 0xff, 0x62), 1)).toEqual(["a", "", "\uFFFDb", ""]);
});

test("special tokens have no text", () => {
  expect(pieces(Int32Array.of(tokenizer.beginToken, 0x61, tokenizer.endToken), 1)).toEqual(["", "a", "", ""]);
});

test("spaces that a tokenizer inserts between tokens are kept", () => {
  const words = ["once", "upon", "a", "time"];
  const spacing: Tokenizer = {
    vocabSize: words.length,
    encode: () => Int32Array.of(0, 1, 2, 3),
    decode: (tokens) => Array.from(tokens, (token) => words[token]).join(" "),
    tokenText: (token) => words[token] ?? "",
  };
  expect(pieces(spacing.encode(""), 1, incrementalText(spacing))).toEqual(["once", " upon", " a", " time", ""]);
});

test("4000 invalid bytes are returned as they come, at most three are held back, and a few are decoded at a time", () => {
  let decoded = 0;
  const counting: Tokenizer = {
    ...tokenizer,
    decode(tokens) {
      decoded += tokens.length;
      return tokenizer.decode(tokens);
    },
  };
  const text = incrementalText(counting);
  let certain = "";
  for (let index = 1; index <= 4000; index++) {
    certain += text.push(Int32Array.of(0xff));
    expect(certain).toBe("\uFFFD".repeat(Math.max(0, index - 3)));
  }
  expect(certain + text.end()).toBe("\uFFFD".repeat(4000));
  // Decoding all of them again at each step would take eight million.
  expect(decoded).toBeLessThan(4000 * 100);
});

describe("a SentencePiece decoder, which removes the first space", () => {
  const { SentencePiece: sentencePiece } = smallTokenizers;
  const special = (name: string): number => sentencePiece!.specialTokens!.get(name)!;
  const [a, b] = [sentencePieceId("▁a"), sentencePieceId("▁b")];

  test.each([
    ["a special token", special("[X]")],
    ["an unused id", sentencePiece!.vocabSize + 5],
  ])("keeps the space after %s, one by one and together", (_, invisible) => {
    for (const size of [1, 2, 3]) {
      const text = incrementalText(sentencePiece!, Int32Array.of(special("<s>")));
      const tokens = Int32Array.of(a, invisible, b);
      const texts = Array.from({ length: Math.ceil(3 / size) }, (_each, index) =>
        text.push(tokens.subarray(index * size, (index + 1) * size)),
      );
      expect([...texts, text.end()].join("")).toBe("a b");
    }
  });

  test("keeps the space between the prompt and the text", () => {
    const text = incrementalText(sentencePiece!, Int32Array.of(special("<s>"), a));
    expect(text.push(Int32Array.of(b)) + text.end()).toBe(" b");
  });

  test("continuationText includes the space between the two texts", () => {
    expect(continuationText(sentencePiece!, Int32Array.of(a), Int32Array.of(b))).toBe(" b");
    expect(continuationText(sentencePiece!, new Int32Array(), Int32Array.of(b))).toBe("b");
    expect(continuationText(sentencePiece!, Int32Array.of(a), Int32Array.of(sentencePieceId("<0xE2>")))).toBe("\uFFFD");
  });

  test("a character that begins in the prompt is part of the text", () => {
    const [first, second, third] = ["<0xE2>", "<0x82>", "<0xAC>"].map(sentencePieceId);
    const text = incrementalText(sentencePiece!, Int32Array.of(a, first!, second!));
    expect(text.push(Int32Array.of(third!, b)) + text.end()).toBe("€ b");
  });
});
