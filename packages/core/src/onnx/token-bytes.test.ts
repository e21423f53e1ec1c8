/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { huggingFaceTokenizer, type MarkingTokenizer } from "./hugging-face-tokenizer.ts";
import { sentencePieceId, smallTokenizers } from "./small-tokenizers.ts";

const stories = (): MarkingTokenizer => {
  const url = new URL("../../../tiny-models/models/stories/tokenizer.json", import.meta.url);
  return huggingFaceTokenizer({ source: url.href, values: JSON.parse(readFileSync(url, "utf8")) as Record<string, unknown> }, undefined);
};

describe.each(["byte-level", "SentencePiece", "Metaspace", "stories"])("the tokens of %s", (name) => {
  const tokenizer = name === "stories" ? stories() : smallTokenizers[name]!;

  test("have the bytes of their text", () => {
    const random = seededRandom(3);
    // A text begins with this token, since a tokenizer may take the space away from its first one.
    const first = tokenizer.encode("a", { addSpecialTokens: false });
    const before = tokenizer.decode(first);
    for (let sample = 0; sample < 300; sample++) {
      const tokens = Int32Array.from({ length: 1 + Math.floor(8 * random.uniform()) }, () =>
        Math.floor(random.uniform() * tokenizer.vocabSize),
      );
      const bytes = [...tokens].flatMap((token) => [...(tokenizer.tokenBytes!(token) ?? [])]);
      // Bytes that are not UTF-8 become any number of replacement characters.
      const shown = (text: string): string => text.replaceAll(/\uFFFD+/g, "\uFFFD");
      const text = tokenizer.decode(Int32Array.of(...first, ...tokens));
      expect(shown(text)).toBe(shown(before + new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes))));
    }
  });

  test("are undefined for special tokens and ids without a token", () => {
    for (const token of tokenizer.specialTokens!.values()) expect(tokenizer.tokenBytes!(token)).toBeUndefined();
    expect(tokenizer.tokenBytes!(100_000)).toBeUndefined();
  });
});

test("byte tokens are their byte", () => {
  expect(smallTokenizers["SentencePiece"]!.tokenBytes!(sentencePieceId("<0xE9>"))).toEqual(Uint8Array.of(0xe9));
});

test.each(["WordPiece", "end-of-word BPE"])("a tokenizer of %s, whose texts depend on neighbours, has none", (name) => {
  expect("tokenBytes" in smallTokenizers[name]!).toBe(false);
});
