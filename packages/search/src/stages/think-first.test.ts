import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { autoregressive } from "@decodekit/core";
import { byteTokenizer, collectDecode, randomTable, tableModel } from "@decodekit/core/testing";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { describe, expect, test } from "vitest";
import { generateInStages, type GenerateInStagesOptions } from "./generate-in-stages.ts";
import { thinkFirstPlugin } from "./think-first-plugin.ts";
import { thinkFirst, type ThinkFirstOptions } from "./think-first.ts";

const PROMPT = Int32Array.of(1, 0);
const VOCAB = 8;
/** Token t is followed by t + 1, and the last one by 0. */
const next = Array.from({ length: VOCAB }, (_, token) =>
  Array.from({ length: VOCAB }, (_unused, other) => (other === (token + 1) % VOCAB ? 0.86 : 0.02)),
);
const model = () => tableModel({ probabilities: next });

async function decode(
  options: ThinkFirstOptions,
  decodeOptions: { readonly maxNewTokens?: number; readonly stopTokens?: readonly number[] } = {},
) {
  const causal = model();
  const collected = await collectDecode(thinkFirst(options).decode({ causal }, PROMPT, { maxNewTokens: 10, ...decodeOptions }));
  expect(causal.openSessions()).toBe(0);
  return { ...collected, tokens: [...collected.tokens], passes: causal.passes().map(({ positions }) => positions) };
}

describe("the stages", () => {
  test("the budget ends the scratch text, the separator follows, and the answer continues it", async () => {
    const { tokens, finishReason, passes } = await decode({ scratchTokens: 3, separator: [5, 5] }, { maxNewTokens: 8 });
    expect(tokens).toEqual([1, 2, 3, 5, 5, 6, 7, 0]);
    expect(finishReason).toBe("length");
    // The separator is read together with the last token of the scratch text.
    expect(passes).toEqual([2, 1, 1, 3, 1, 1]);
  });

  test("a stop token ends the scratch text and is not read, another one ends the answer", async () => {
    const { tokens, finishReason } = await decode({ separator: [7] }, { stopTokens: [3] });
    expect(tokens).toEqual([1, 2, 7, 0, 1, 2]);
    expect(finishReason).toBe("stop");
  });

  test("tokens of its own end the scratch text", async () => {
    const { tokens } = await decode({ separator: [7], scratchStopTokens: [2] }, { maxNewTokens: 5 });
    expect(tokens).toEqual([1, 7, 0, 1, 2]);
  });

  test("without a scratch text, prompt and separator are one pass", async () => {
    const { tokens, passes } = await decode({ scratchTokens: 0, separator: [4] }, { maxNewTokens: 3 });
    expect(tokens).toEqual([4, 5, 6]);
    expect(passes).toEqual([3, 1]);
  });

  test("a limit within the separator ends the decode", async () => {
    expect(await decode({ scratchTokens: 1, separator: [5, 6, 7] }, { maxNewTokens: 3 })).toMatchObject({
      tokens: [1, 5, 6],
      finishReason: "length",
    });
  });

  test("a separator that would end the decode, or that the model cannot read, is refused", async () => {
    await expect(decode({ separator: [3] }, { stopTokens: [3] })).rejects.toThrow(
      'thinkFirst: separator must be without stop tokens, got "one with 3".',
    );
    await expect(decode({ separator: [VOCAB] })).rejects.toThrow("thinkFirst: separator[0] must be a token id in [0, 8), got 8.");
  });
});

test.each([0, 1, 3, 20])("without a separator it is plain decoding, with %i scratch tokens", async (scratchTokens) => {
  const sampler = temperatureSampler(1, 0.9);
  for (const seed of [1, 2, 3]) {
    const models = { causal: tableModel({ probabilities: randomTable(seededRandom(seed), VOCAB) }) };
    const options = { maxNewTokens: 12, seed, stopTokens: [3] };
    const plain = await collectDecode(autoregressive({ name: "plain", sampler }).decode(models, PROMPT, options));
    const staged = await collectDecode(thinkFirst({ scratchTokens, scratchSampler: sampler, sampler }).decode(models, PROMPT, options));
    expect(staged.tokens).toEqual(plain.tokens);
    expect(staged.finishReason).toBe(plain.finishReason);
  }
});

describe("generateInStages", () => {
  const tokenizer = byteTokenizer();
  const text = (bytes: string): number => bytes.codePointAt(0)!;
  /** Letters follow each other; "." follows "d". */
  const causal = tableModel({
    vocabSize: tokenizer.vocabSize,
    probabilities(prefix) {
      const last = prefix.at(-1)!;
      const row = new Float64Array(tokenizer.vocabSize);
      row[last === text("d") ? tokenizer.endToken : last === text(" ") ? text("x") : last + 1] = 1;
      return row;
    },
  });
  const given = { name: "test", tokenizer, stopTokens: [tokenizer.endToken], causal };

  test("keeps scratch text, separator and answer apart", async () => {
    const result = await generateInStages(given, "a", { separator: " so ", scratchTokens: 5, answerTokens: 2 });
    expect(result).toMatchObject({ scratch: { text: "bcd", finishReason: "stop" }, answer: { text: "xy" }, finishReason: "length" });
    expect([...result.scratch.tokens]).toEqual(["b", "c", "d"].map(text));
    expect(result.statistics.tokens).toBe(3 + 4 + 2);
    const cut = await generateInStages(given, "a", { separator: " ", scratchTokens: 2, answerTokens: 1 });
    expect(cut).toMatchObject({ scratch: { text: "bc", finishReason: "length" }, answer: { text: "x" } });
  });

  test("after an abort there is what was written until then", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const result = await generateInStages(given, "a", { signal });
    expect(result).toMatchObject({ scratch: { text: "", finishReason: "abort" }, answer: { text: "" }, finishReason: "abort" });
  });

  test.each([
    { options: { answerTokens: 0 }, message: "generateInStages: answerTokens must be an integer >= 1, got 0." },
    { options: { scratchTokens: -1 }, message: "generateInStages: scratchTokens must be an integer >= 0, got -1." },
    { options: { separator: 3 as never }, message: "generateInStages: separator must be a string, got 3." },
    {
      options: { maxNewTokens: 3 } as GenerateInStagesOptions,
      message: "generateInStages: maxNewTokens must be left out (use scratchTokens and answerTokens), got 3.",
    },
  ])("rejects $options", async ({ options, message }) => {
    await expect(generateInStages(given, "a", options)).rejects.toThrow(message);
  });
});

test.each([
  { options: { scratchTokens: 1.5 }, message: "thinkFirst: scratchTokens must be an integer >= 0, got 1.5." },
  { options: { separator: [-1] }, message: "thinkFirst: separator must be tokens: a list of integers >= 0, got an array of 1." },
  { options: { sampler: 1 as never }, message: "thinkFirst: sampler must be a Sampler, for example topPSampler(), got 1." },
  {
    options: { budget: 3 } as ThinkFirstOptions,
    message:
      'thinkFirst: option "budget" must be one of its options (scratchTokens, answerTokens, separator, scratchStopTokens, scratchSampler, sampler), got 3.',
  },
])("rejects $options when it is called", ({ options, message }) => {
  expect(() => thinkFirst(options)).toThrow(InvalidOptionError);
  expect(() => thinkFirst(options)).toThrow(message);
});

test("the plugin takes the separator as ids", async () => {
  const decoder = thinkFirstPlugin.create({ scratchTokens: 2, separator: "5 6" });
  const { tokens } = await collectDecode(decoder.decode({ causal: model() }, PROMPT, { maxNewTokens: 5 }));
  expect([...tokens]).toEqual([1, 2, 5, 6, 7]);
  expect(() => thinkFirstPlugin.create({ separator: "so" })).toThrow(
    'thinkFirst: separator must be ids of tokens with spaces between them, got "so".',
  );
});
