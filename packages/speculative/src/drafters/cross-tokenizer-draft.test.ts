import { autoregressive, draftFrom, greedySampler, InvalidOptionError, defineDecoder, type Tokenizer } from "@decodekit/core";
import { byteTokenizer, collectDecode, memoryModel, tableModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { speculative } from "../speculative.ts";
import { draftModel } from "./draft-model.ts";

const bytes = byteTokenizer();

/** Splits "abc" into letters, or pairs of neighbours in the alphabet: ids 0 to 2 are a, b, c, 3 is "ab", 4 is "bc". */
const PIECES = ["a", "b", "c", "ab", "bc"];
const pairs: Tokenizer = {
  vocabSize: PIECES.length,
  encode(text) {
    const tokens: number[] = [];
    for (let place = 0; place < text.length; place += PIECES[tokens.at(-1)!]!.length) {
      const pair = PIECES.indexOf(text.slice(place, place + 2));
      tokens.push(pair >= 3 ? pair : PIECES.indexOf(text[place]!));
    }
    return Int32Array.from(tokens);
  },
  decode: (tokens) => [...tokens].map((token) => PIECES[token]).join(""),
  tokenText: (token) => PIECES[token] ?? "",
};

/** A byte model that continues abcabc… */
const after: Readonly<Record<string, string>> = { a: "b", b: "c", c: "a" };
const byteRows = Array.from({ length: bytes.vocabSize }, (_, token) => {
  const row = Array.from({ length: bytes.vocabSize }, () => 0);
  row[(after[String.fromCharCode(token)] ?? "a").charCodeAt(0)] = 1;
  return row;
});
/** A model of pairs that continues ab, c, ab, c, … */
const pairRows = PIECES.map((piece) => {
  const row = PIECES.map(() => 0);
  row[piece.endsWith("c") ? 3 : piece.endsWith("b") ? 2 : 1] = 1;
  return row;
});
const options = { maxNewTokens: 24 };

test.each([
  { name: "bytes drafted by pairs", target: bytes, draft: pairs, targetRows: byteRows, draftRows: pairRows },
  { name: "pairs drafted by bytes", target: pairs, draft: bytes, targetRows: pairRows, draftRows: byteRows },
])(
  "$name: a draft model with another tokenizer produces the plain output in fewer passes",
  async ({ target, draft, targetRows, draftRows }) => {
    const models = { causal: tableModel({ probabilities: targetRows }), draft: tableModel({ probabilities: draftRows }) };
    const prompt = target.encode("abca");
    const plain = await collectDecode(autoregressive({ name: "plain", sampler: greedySampler }).decode(models, prompt, options));
    const decoder = speculative({ drafter: draftModel({ tokenizers: { target, draft } }), draftLength: 4 });
    const { tokens, events } = await collectDecode(decoder.decode(models, prompt, options));
    expect([...tokens]).toEqual([...plain.tokens]);
    const rounds = events.flatMap((event) => (event.type === "draft-verify" ? [event] : []));
    expect(rounds.length).toBeLessThan(12);
    // The end of a draft may cut a pair in two.
    expect(rounds.every(({ drafted, accepted }) => accepted >= drafted - 1)).toBe(true);
    expect(models.causal.openSessions() + models.draft.openSessions()).toBe(0);
  },
);

test("checks its options", () => {
  expect(() => draftModel({ tokenizers: { target: pairs } as never })).toThrow(InvalidOptionError);
  const through = draftModel({ tokenizers: { target: bytes, draft: pairs } });
  expect(through.draftKind).toBe("tokens");
  expect(() => speculative({ drafter: through, verify: "ratio" })).toThrow("verify");
});

/** A tokenizer of the pieces, one character each, "" for a special token; `encode` as given. */
function tokenizerOf(pieces: readonly string[], encode: (text: string, addSpecialTokens: boolean) => readonly number[]): Tokenizer {
  return {
    vocabSize: pieces.length,
    encode: (text, { addSpecialTokens = true } = {}) => Int32Array.from(encode(text, addSpecialTokens)),
    decode: (tokens) => [...tokens].map((token) => pieces[token]).join(""),
    tokenText: (token) => pieces[token] ?? "",
  };
}

const letters = ["a", "b", "c", ""];
const END = 3;
const single = tokenizerOf(letters, (text) => text.split("").map((letter) => letters.indexOf(letter)));
/** Letters have other ids at the beginning of a text, as after the space that SentencePiece adds there. */
const beginning = tokenizerOf(["a", "b", "c", "a", "b", "c"], (text) =>
  text.split("").map((letter, place) => letters.indexOf(letter) + (place > 0 ? 3 : 0)),
);
/** Words; the first one has no space. */
const words: Tokenizer = {
  vocabSize: 2,
  encode: (text) => Int32Array.from(text === "" ? [] : text.split(" "), (word) => ["a", "b"].indexOf(word)),
  decode: (tokens) => [...tokens].map((token) => ["a", "b"][token]).join(" "),
  tokenText: (token) => ["a", "b"][token] ?? "",
};
/** "ab" is one token, and every text begins with token 4. */
const merging = tokenizerOf(["a", "b", "c", "ab", ""], (text, addSpecialTokens) => {
  const ids: Readonly<Record<string, number>> = { a: 0, b: 1, c: 2, ab: 3 };
  return [...(addSpecialTokens ? [4] : []), ...(text.match(/ab|./g) ?? []).map((piece) => ids[piece]!)];
});
/** Letters, between a token that begins every text and one that ends it. */
const enclosing = tokenizerOf([...letters.slice(0, 3), "", ""], (text, addSpecialTokens) => {
  const ids = text.split("").map((letter) => letters.indexOf(letter));
  return addSpecialTokens ? [3, ...ids, 4] : ids;
});

/** "ab" is one token, and every text is between two tokens. */
const mergingEnclosed = tokenizerOf(["a", "b", "c", "ab", "", ""], (text, addSpecialTokens) => {
  const ids = [...merging.encode(text, { addSpecialTokens: false })];
  return addSpecialTokens ? [4, ...ids, 5] : ids;
});

/** The draft of a model that writes `script` after the prompt, its number of passes, and the prompt in the model's tokens. */
async function draftOf(
  { target, draft }: { readonly target: Tokenizer; readonly draft: Tokenizer },
  prompt: readonly number[],
  script: readonly number[],
) {
  let known: readonly number[] | undefined;
  const model = memoryModel({
    vocabSize: draft.vocabSize,
    contextLength: 64,
    logitsAfter(prefix) {
      known ??= [...prefix];
      const next = script[prefix.length - known.length];
      return new Float32Array(draft.vocabSize).fill(0, 0).fill(9, next, next! + 1);
    },
  });
  let tokens: readonly number[] = [];
  const decoder = defineDecoder({
    name: "drafts",
    requires: ["draft"],
    async *run(context) {
      const session = await draftModel({ tokenizers: { target, draft } }).start({
        models: context.models,
        prompt: Int32Array.from(prompt),
        vocabSize: target.vocabSize,
        stopTokens: new Set(),
        sampler: greedySampler,
        usesProbabilities: false,
        signal: undefined,
        openSession: (role) => context.openSession(role),
        openMaskedSession: () => expect.unreachable(),
      });
      tokens = [...(yield* draftFrom(session, { max: script.length, maxDepth: script.length, random: context.random })).tokens];
      return "length";
    },
  });
  await collectDecode(decoder.decode({ draft: model }, Int32Array.from(prompt), { maxNewTokens: 1 }));
  return { tokens, passes: model.passes().length, known };
}

describe("the draft", () => {
  test("is the draft model's text in the target's tokens", async () => {
    expect(await draftOf({ target: single, draft: merging }, [2], [3, 2])).toMatchObject({ tokens: [0, 1], passes: 2 });
  });

  test("continues a text that the draft model's tokenizer would end with a token, and keeps out the tokens around a text", async () => {
    expect(await draftOf({ target: bytes, draft: enclosing }, [97, 98], [2, 0])).toMatchObject({ known: [3, 0, 1], tokens: [99, 97] });
    expect((await draftOf({ target: enclosing, draft: single }, [3, 0], [1, 2])).tokens).toEqual([1, 2]);
    expect((await draftOf({ target: mergingEnclosed, draft: single }, [4, 0], [1, 2])).tokens).toEqual([1, 2]);
  });

  test("ends before a special token of the draft model, even if that is its first token", async () => {
    expect((await draftOf({ target: bytes, draft: single }, [97], [1, 2, END, 0])).tokens).toEqual([98, 99]);
    expect((await draftOf({ target: bytes, draft: single }, [97], [END, 0])).tokens).toEqual([]);
  });

  test("has no incomplete character", async () => {
    const [first, second] = new TextEncoder().encode("é") as unknown as [number, number];
    expect((await draftOf({ target: bytes, draft: bytes }, [97], [98, first])).tokens).toEqual([98]);
    expect((await draftOf({ target: bytes, draft: bytes }, [97], [first, second])).tokens).toEqual([first, second]);
    expect((await draftOf({ target: bytes, draft: bytes }, [97], [first])).tokens).toEqual([]);
  });

  test("is empty, without a pass, while there is no text", async () => {
    expect(await draftOf({ target: single, draft: words }, [END], [1])).toEqual({ tokens: [], passes: 0 });
  });

  test("has the space before its first word, and is split as a continuation", async () => {
    expect((await draftOf({ target: bytes, draft: words }, [97], [1, 0])).tokens).toEqual([32, 98]);
    expect((await draftOf({ target: beginning, draft: bytes }, [0], [98, 99])).tokens).toEqual([4, 5]);
  });

  test("is split by itself, as a continuation, where it would merge with the existing text", async () => {
    expect((await draftOf({ target: merging, draft: bytes }, [4, 2, 0], [98, 99])).tokens).toEqual([1, 2]);
  });
});
