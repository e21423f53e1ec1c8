import { describe, expect, test } from "vitest";
import type { DecodeEvent, Decoder } from "../contracts/decoder.ts";
import { generate } from "./generate.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import { memoryMaskedModel } from "../testing/memory-masked-model.ts";

import { committedBy, decoder, inChunks, PROMPT, read, resultOf, scripted, tokenizer } from "./scripted-for-tests.ts";

describe("text", () => {
  test.each([1, 2, 3, 7])("comes in whole characters, %d tokens at a time", async (size) => {
    const text = "Grüße, 日本 😀🤝!";
    const generation = generate(scripted(text), PROMPT, { decoder: inChunks(size) });
    const pieces = await read(generation.textStream);
    expect(pieces.join("")).toBe(text);
    expect(pieces.filter((piece) => piece === "" || /\uFFFD|\p{Surrogate}/u.test(piece))).toEqual([]);
    expect(await generation.result).toMatchObject({ text, finishReason: "stop" });
  });

  test.each([
    { stopStrings: ["END"], text: "one " },
    { stopStrings: ["\n\n", "END"], text: "one " },
    { stopStrings: ["two", "wo"], text: "one END " },
    { stopStrings: ["never"], text: "one END two" },
    { stopStrings: ["two", "e"], text: "on" },
    { stopStrings: ["o!", "two!"], text: "one END two" },
  ])("ends before the stop strings $stopStrings, however many tokens are committed at once", async ({ stopStrings, text }) => {
    for (const size of [1, 2, 3, 5, 20]) {
      const model = scripted("one END two");
      const generation = generate(model, PROMPT, { decoder: inChunks(size), stopStrings });
      expect((await read(generation.textStream)).join("")).toBe(text);
      const { finishReason, ...result } = await generation.result;
      expect(result.text).toBe(text);
      expect(finishReason).toBe("stop");
      // The tokens with one token per commit, the last of which completes the stop string.
      const one = await generate(scripted("one END two"), PROMPT, { decoder: inChunks(1), stopStrings }).result;
      expect(result.tokens).toEqual(one.tokens);
      expect(result.statistics.tokens).toBe(one.tokens.length);
      expect((await committedBy(generation)).flatMap(({ tokens }) => [...tokens])).toEqual([...one.tokens]);
      expect(model.causal.openSessions()).toBe(0);
    }
  });

  test("ends at the model's stop tokens, or at given ones instead", async () => {
    expect(await resultOf(scripted("a.b"))).toMatchObject({ text: "a.b", finishReason: "stop" });
    expect(await resultOf(scripted("a.b"), { stopTokens: [".".charCodeAt(0)] })).toMatchObject({ text: "a", finishReason: "stop" });
    expect(await resultOf(scripted("ab"), { stopTokens: [], maxNewTokens: 5 })).toMatchObject({ text: "abab", finishReason: "length" });
  });

  test("ends after maxNewTokens, an unfinished character shown as U+FFFD", async () => {
    expect(await resultOf(scripted("ab€"), { maxNewTokens: 4 })).toMatchObject({ text: "ab\uFFFD", finishReason: "length" });
    expect(await resultOf(scripted("ab€"), { maxNewTokens: 0 })).toMatchObject({ text: "", finishReason: "length" });
    expect(await resultOf(scripted("ab€"), { maxNewTokens: 4, stopStrings: ["\uFFFD"] })).toMatchObject({
      text: "ab",
      finishReason: "stop",
    });
    const long = await resultOf(scripted("x".repeat(200)));
    expect(long.tokens).toHaveLength(128);
  });

  test("uses a prompt of tokens unchanged", async () => {
    const { tokens } = await generate(scripted("ab", 2), Int32Array.of(7, 8), { decoder }).result;
    expect([...tokens]).toEqual([...tokenizer.encode("ab").subarray(1)]);
  });
});

describe("events and statistics", () => {
  test("are those of the decode", async () => {
    const generation = generate(scripted("abc"), PROMPT, { decoder });
    const events = await read(generation.events);
    const types = events.map((event) => (event.type === "forward-end" ? event.phase : event.type));
    const step = ["tokens-commit", "decode"];
    expect(types).toEqual(["decode-start", "prefill", ...step, ...step, ...step, "decode-end"]);
    const { statistics, tokens } = await generation.result;
    expect(statistics).toMatchObject({
      tokens: 3,
      passes: { prefill: 1, decode: 3, draft: 0, verify: 0, refine: 0 },
      drafted: 0,
      accepted: 0,
      revisions: 0,
    });
    expect(tokens).toHaveLength(3);
    expect(statistics.timeToFirstTokenMilliseconds).toBeGreaterThanOrEqual(statistics.prefillMilliseconds);
  });

  test("count no revision when a token replaces the model's mask token", async () => {
    const MASK = 3;
    const unmasking: Decoder<"causal"> = {
      ...decoder,
      async *decode(_, prompt): AsyncGenerator<DecodeEvent, void, void> {
        yield { type: "decode-start", promptLength: prompt.length };
        for (const token of [MASK, 97, 98]) yield { type: "tokens-propose", start: prompt.length, tokens: Int32Array.of(token) };
        yield { type: "decode-end", finishReason: "length" };
      },
    };
    const masked = memoryMaskedModel({ vocabSize: 258, contextLength: 8, maskTokenId: MASK, logitsAt: () => new Float32Array(258) });
    const revisionsWith = async (model: LanguageModel) =>
      (await generate(model, PROMPT, { decoder: unmasking }).result).statistics.revisions;
    expect(await revisionsWith({ ...scripted(""), masked })).toBe(1);
    expect(await revisionsWith(scripted(""))).toBe(2);
  });

  test("end with decode-end also when a stop string ends the text", async () => {
    const events = await read(generate(scripted("abcdef"), PROMPT, { decoder, stopStrings: ["c"] }).events);
    expect(events.at(-1)).toEqual({ type: "decode-end", finishReason: "stop" });
    expect(events.filter(({ type }) => type === "tokens-commit")).toHaveLength(3);
  });
});
