import { expect, test } from "vitest";
import { byteTokenizer } from "./testing/byte-tokenizer.ts";
import { incrementalText } from "./text-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";

const tokenizer = byteTokenizer();
const bytes = (text: string): Int32Array => tokenizer.encode(text).subarray(1);

/** What comes out when the tokens go in `size` at a time. */
function pieces(tokens: Int32Array, size: number, text = incrementalText(tokenizer)): readonly string[] {
  const texts: string[] = [];
  for (let start = 0; start < tokens.length; start += size) texts.push(text.push(tokens.subarray(start, start + size)));
  return [...texts, text.end()];
}

test("a character comes out with its last byte", () => {
  expect(pieces(bytes("aé€😀b"), 1)).toEqual(["a", "", "é", "", "", "€", "", "", "", "😀", "b", ""]);
});

test("no piece holds half a character, whatever the size of the pieces", () => {
  const text = "Grüße 👩‍👩‍👧 日本語 \u{1F600}\u{1F601} end";
  for (let size = 1; size < 12; size++) {
    const texts = pieces(bytes(text), size);
    expect(texts.join("")).toBe(text);
    expect(texts.filter((piece) => /\uFFFD|\p{Surrogate}/u.test(piece))).toEqual([]);
  }
});

test("an unfinished character comes out as U+FFFD at the end", () => {
  expect(pieces(bytes("a😀").subarray(0, 3), 1)).toEqual(["a", "", "", "\uFFFD"]);
});

test("bytes that are no character come out as U+FFFD once it is certain that they are none", () => {
  expect(pieces(Int32Array.of(0x61, 0xff, 0x62), 1)).toEqual(["a", "", "\uFFFDb", ""]);
});

test("special tokens give no text", () => {
  expect(pieces(Int32Array.of(tokenizer.beginToken, 0x61, tokenizer.endToken), 1)).toEqual(["", "a", "", ""]);
});

test("a tokenizer that puts spaces between its tokens gets them", () => {
  const words = ["once", "upon", "a", "time"];
  const spacing: Tokenizer = {
    vocabSize: words.length,
    encode: () => Int32Array.of(0, 1, 2, 3),
    decode: (tokens) => Array.from(tokens, (token) => words[token]).join(" "),
  };
  expect(pieces(spacing.encode(""), 1, incrementalText(spacing))).toEqual(["once", " upon", " a", " time", ""]);
});
