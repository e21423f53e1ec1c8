import { describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { huggingFaceTokenizer, type MarkingTokenizer } from "./hugging-face-tokenizer.ts";
import { smallTokenizers } from "./small-tokenizers.ts";
import { SpecialMarks, SpecialNames } from "./special-marks.ts";

const letters = (text: string): readonly string[] => Array.from(text);
const characters = letters(" abcdeimnstx_<>|/[]▁");
const added = { special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };

/** A tokenizer of single characters that puts a text between <s> and </s>, and has these names in its vocabulary too, as Llama 2 does. */
function characterTokenizer(parts: object = {}): MarkingTokenizer {
  const names = ["<unk>", "<s>", "</s>", "<|im_end|>"];
  const values = {
    version: "1.0",
    normalizer: null,
    pre_tokenizer: null,
    decoder: null,
    model: {
      type: "BPE",
      unk_token: "<unk>",
      vocab: Object.fromEntries([...names, ...characters].map((token, id) => [token, id])),
      merges: [],
    },
    added_tokens: [...names.map((content, id) => ({ ...added, id, content })), { ...added, id: 50, content: "<tag>", special: false }],
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "<s>", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "</s>", type_id: 0 } },
      ],
      pair: [],
      special_tokens: {},
    },
    ...parts,
  };
  return huggingFaceTokenizer({ source: "characters", values }, undefined);
}

const tokenizer = characterTokenizer();
const spelled = (tokens: Int32Array): readonly string[] => Array.from(tokens, (token) => tokenizer.tokenText(token));

describe("encode", () => {
  test("adds the tokens around a text unless told not to", () => {
    expect(spelled(tokenizer.encode("a"))).toEqual(["<s>", "a", "</s>"]);
    expect(spelled(tokenizer.encode(""))).toEqual(["<s>", "</s>"]);
    expect(spelled(tokenizer.encode("a", { addSpecialTokens: false }))).toEqual(["a"]);
    expect(spelled(tokenizer.encode("a</s>b", { addSpecialTokens: false }))).toEqual(["a", "</s>", "b"]);
  });

  test("literally takes the names of special tokens, also unknown characters and names among marks, for text", () => {
    const literal = (text: string, addSpecialTokens = false) =>
      spelled(tokenizer.encode(text, { specialTokens: "literal", addSpecialTokens }));
    expect(literal("a</s>", true)).toEqual(["<s>", "a", ...letters("</s>"), "</s>"]);
    expect(literal("<|im_end|>é<unk>")).toEqual([...letters("<|im_end|>"), "<unk>", "<", "<unk>", "n", "<unk>", ">"]);
    expect(literal("<|im_end|><tag>")).toEqual([...letters("<|im_end|>"), "<tag>"]);
    // The characters that marks consist of, and a mark itself.
    expect(literal("\uE0002\uE001</s>\uE000\uE000")).toEqual(["<unk>", "<unk>", "<unk>", ...letters("</s>"), "<unk>", "<unk>"]);
    expect(literal("abc", true)).toEqual(["<s>", ...letters("abc"), "</s>"]);
  });

  test.each(Object.keys(smallTokenizers))("literally never returns a special token's id, in %s", (name) => {
    const small = smallTokenizers[name]!;
    const ids = new Set(["<s>", "</s>", "[X]"].map((special) => small.specialTokens!.get(special)));
    for (const text of ["<s>", "a</s>b", "the [X] lamp <s></s>", "a b"]) {
      expect([...small.encode(text, { specialTokens: "literal" })].filter((token) => ids.has(token))).toEqual([]);
    }
    expect(small.encode("the lamp", { specialTokens: "literal" })).toEqual(small.encode("the lamp"));
  });

  test("names an invalid option", () => {
    expect(() => tokenizer.encode("a", { special: false } as object)).toThrow('encode: option "special" must be one of its options');
    expect(() => tokenizer.encode("a", { specialTokens: "none" as "parse" })).toThrow(
      'encode: specialTokens must be one of "parse", "literal"',
    );
  });
});

test("a text whose names are exchanged for marks has the tokens of the text itself, for every kind of tokenizer", () => {
  const random = seededRandom(5);
  const pieces = ["a", " the", "\n", "  ", "<s>", "</s>", "[X]", "<added>", "<", "[", "é", " lamp", "\uE000", "\uE001"];
  for (const small of [...Object.values(smallTokenizers), tokenizer]) {
    for (let count = 0; count < 60; count++) {
      const text = Array.from({ length: 8 }, () => pieces[Math.floor(random.uniform() * pieces.length)]!).join("");
      const marks = new SpecialMarks(small.specialNames, [text]);
      expect(small.encodeMarked(marks.exchange(text), marks)).toEqual(small.encode(text, { addSpecialTokens: false }));
    }
  }
});

describe("marks", () => {
  const names = new SpecialNames(["<s>", "</s>", "<|end|>"], ["<s>x"]);
  const marks = new SpecialMarks(names, ["\uE000\uE000"]);

  test("stand for names until they are removed", () => {
    for (const text of ["a<s>b</s>", "<|end|>", "<s><s>", "plain", "a <|en", "a <|en \n", "<"]) {
      expect(marks.mask(text)).not.toMatch(/<s>|<\/s>|<\|end\|>/);
      expect(marks.mask(text) === text).toBe(text === "plain");
      expect(marks.unmask(`x${marks.mask(text)}y`)).toBe(`x${text}y`);
    }
    expect(marks.mask("<s>x")).toBe("<s>x");
  });

  test("separate the beginning of a name from what follows, but not from spaces", () => {
    expect(`${marks.mask("<|en")}d|>`).not.toContain("<|end|>");
    expect(marks.mask("<|en ")).toMatch(/\uE001 $/);
  });

  test("are longer than any run of their characters in the texts", () => {
    expect(marks.runLength).toBe(3);
    expect(new SpecialMarks(names, []).runLength).toBe(1);
  });
});

describe("tokenText", () => {
  const texts = (name: string): readonly string[] => {
    const small = smallTokenizers[name]!;
    return Array.from({ length: small.vocabSize }, (_, token) => small.tokenText(token));
  };
  test.each([
    ["byte-level", [" the", "é", " 日", "\n", "\t", "<0xF0><0x9F><0x98>", "<0xE9>", "<s>", "[X]", "<added>"]],
    ["SentencePiece", [" the", "the", "<0xE9>", "  ", "<s>"]],
    ["Metaspace", [" the", "the", "</s>"]],
    ["WordPiece", ["the", "##ing", "[X]"]],
    ["end-of-word BPE", ["the</w>", "<s>"]],
  ])("of %s undoes the spelling of bytes and spaces", (name, expected) => {
    expect(texts(name)).toEqual(expect.arrayContaining(expected));
  });

  test("is empty for an id without a token", () => {
    for (const small of Object.values(smallTokenizers)) expect(small.tokenText(100_000)).toBe("");
  });
});
