import { huggingFaceTokenizer, type MarkingTokenizer } from "./hugging-face-tokenizer.ts";

// Tokenizers for tests, one of each common kind: a few words, all bytes if the kind has bytes, and the special tokens <s>, </s> and [X].
// The ids of MISSING are not in the vocabulary.

export const MISSING = 2;

const WORDS = ["a", "b", "the", "lamp", "é", "日", "😀", "\n", "  "];

const bytesOf = (text: string): readonly number[] => [...new TextEncoder().encode(text)];

/** GPT-2's alphabet: a printable character for each byte. Printable Latin-1 characters stand for themselves, the others start at 256. */
const byteAlphabet: readonly string[] = (() => {
  let next = 256;
  const isPrintable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
})();

function tokenizerOf(source: string, values: Readonly<Record<string, unknown>>): MarkingTokenizer {
  return huggingFaceTokenizer({ source, values }, undefined);
}

function definition(tokens: readonly string[], parts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const special = ["<s>", "</s>", "[X]"];
  const first = tokens.length + MISSING;
  return {
    version: "1.0",
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    added_tokens: [
      ...special.map((content, index) => ({ id: first + index, content, special: true })),
      { id: first + special.length, content: "<added>", special: false },
    ].map((token) => ({ ...token, single_word: false, lstrip: false, rstrip: false, normalized: false })),
    ...parts,
  };
}

const vocabOf = (tokens: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));

/** Byte-level BPE: GPT-2, Llama 3, Qwen, SmolLM. */
function byteLevel(): MarkingTokenizer {
  const spelled = (text: string): string =>
    bytesOf(text)
      .map((byte) => byteAlphabet[byte])
      .join("");
  const tokens = [
    ...new Set([...byteAlphabet, ...WORDS.map(spelled), ...WORDS.map((word) => spelled(` ${word}`)), spelled("😀").slice(0, 3)]),
  ];
  return tokenizerOf(
    "byte-level",
    definition(tokens, { model: { type: "BPE", vocab: vocabOf(tokens), merges: [] }, decoder: { type: "ByteLevel" } }),
  );
}

const byteTokens = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const sentencePieces = [...new Set(["<unk>", ...byteTokens, "▁", "▁▁", ...WORDS, ...WORDS.map((word) => `▁${word}`)])];

/** Returns the id of a token such as "▁a" or "<0x41>" of the SentencePiece tokenizer. */
export const sentencePieceId = (piece: string): number => sentencePieces.indexOf(piece);

/** SentencePiece BPE with bytes for characters outside the vocabulary: Llama 2, Mistral, Gemma. */
function sentencePiece(): MarkingTokenizer {
  const decoders = [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
    { type: "Strip", content: " ", start: 1, stop: 0 },
  ];
  const model = { type: "BPE", unk_token: "<unk>", byte_fallback: true, fuse_unk: true, vocab: vocabOf(sentencePieces), merges: [] };
  return tokenizerOf("sentencepiece", definition(sentencePieces, { model, decoder: { type: "Sequence", decoders } }));
}

/** SentencePiece Unigram with Metaspace: T5, ALBERT, XLM-R. */
function metaspace(): MarkingTokenizer {
  const tokens = [...new Set(["<unk>", "▁", ...WORDS, ...WORDS.map((word) => `▁${word}`)])];
  const model = { type: "Unigram", unk_id: 0, vocab: tokens.map((token, id) => [token, -id]) };
  return tokenizerOf(
    "metaspace",
    definition(tokens, { model, decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always" } }),
  );
}

/** WordPiece: BERT. */
function wordPiece(): MarkingTokenizer {
  const tokens = [
    ...new Set(["[UNK]", ...WORDS.filter((word) => word.trim() !== ""), "'", ".", ",", "!", "?", "s", "n't", "##s", "##ing", "##é"]),
  ];
  const model = {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: vocabOf(tokens),
  };
  return tokenizerOf("wordpiece", definition(tokens, { model, decoder: { type: "WordPiece", prefix: "##", cleanup: true } }));
}

/** BPE with marked ends of words: CLIP, XLM. */
function endOfWord(): MarkingTokenizer {
  const tokens = [...new Set(["<unk>", ...WORDS, ...WORDS.map((word) => `${word.trim() || "x"}</w>`)])];
  const model = { type: "BPE", unk_token: "<unk>", vocab: vocabOf(tokens), merges: [] };
  return tokenizerOf("end-of-word", definition(tokens, { model, decoder: { type: "BPEDecoder", suffix: "</w>" } }));
}

export const smallTokenizers: Readonly<Record<string, MarkingTokenizer>> = {
  "byte-level": byteLevel(),
  SentencePiece: sentencePiece(),
  Metaspace: metaspace(),
  WordPiece: wordPiece(),
  "end-of-word BPE": endOfWord(),
};
