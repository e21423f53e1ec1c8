import { expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { byteTokenizer } from "./byte-tokenizer.ts";

const tokenizer = byteTokenizer();

test("a text is encoded as the begin token and its UTF-8 bytes", () => {
  expect([...tokenizer.encode("aé")]).toEqual([256, 0x61, 0xc3, 0xa9]);
  expect([...tokenizer.encode("")]).toEqual([tokenizer.beginToken]);
});

test.each(["", "plain", "Grüße 日本 😀", "\uFEFFbyte order mark"])("%j is decoded from its tokens", (text) => {
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
});

test("bytes that are not UTF-8 become U+FFFD, special tokens nothing", () => {
  expect(tokenizer.decode(Int32Array.of(0x61, 0xff, 0x62))).toBe("a\uFFFDb");
  expect(tokenizer.decode(Int32Array.of(0x61, 0xe2, 0x82))).toBe("a\uFFFD");
  expect(tokenizer.decode(Int32Array.of(tokenizer.beginToken, 0x61, tokenizer.endToken))).toBe("a");
});

test.each([-1, 258])("%d is not a token", (token) => {
  expect(() => tokenizer.decode(Int32Array.of(token))).toThrow(InvalidOptionError);
});

test("a byte is the byte of its token, and special tokens have none", () => {
  expect([0x61, 0xc3].map((token) => tokenizer.tokenBytes(token))).toEqual([Uint8Array.of(0x61), Uint8Array.of(0xc3)]);
  expect([tokenizer.beginToken, tokenizer.endToken, 300].map((token) => tokenizer.tokenBytes(token))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("leaves out the begin token on request, and shows tokens", () => {
  expect([...tokenizer.encode("a", { addSpecialTokens: false, specialTokens: "literal" })]).toEqual([97]);
  expect([97, 10, 0xc3, 256, 257, 300].map((token) => tokenizer.tokenText(token))).toEqual(["a", "\n", "<0xC3>", "<begin>", "<end>", ""]);
  expect(() => tokenizer.encode("a", { add: 1 } as object)).toThrow('option "add"');
});
