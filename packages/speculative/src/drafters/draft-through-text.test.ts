import { autoregressive, greedySampler, InvalidOptionError, type Tokenizer } from "@decodekit/core";
import { byteTokenizer, collectDecode, tableModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { speculative } from "../speculative.ts";
import { draftModel } from "./draft-model.ts";

const bytes = byteTokenizer();

/** The bytes of "abc", two at a time where they are neighbours in the alphabet: ids 0 to 2 are a, b, c, 3 is "ab", 4 is "bc". */
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
};

/** A byte model that says abcabc… */
const after: Readonly<Record<string, string>> = { a: "b", b: "c", c: "a" };
const byteRows = Array.from({ length: bytes.vocabSize }, (_, token) => {
  const row = Array.from({ length: bytes.vocabSize }, () => 0);
  row[(after[String.fromCharCode(token)] ?? "a").charCodeAt(0)] = 1;
  return row;
});
/** A model of pairs that says ab, c, ab, c, … */
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
  "$name: a draft model with another tokenizer gives the plain output in fewer passes",
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

test("what it is given is checked", () => {
  expect(() => draftModel({ tokenizers: { target: pairs } as never })).toThrow(InvalidOptionError);
  const through = draftModel({ tokenizers: { target: bytes, draft: pairs } });
  expect(through.gives).toBe("tokens");
  expect(() => speculative({ drafter: through, verify: "ratio" })).toThrow("verify");
});
