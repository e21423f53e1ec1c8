import { describe, expect, test } from "vitest";
import { autoregressive } from "./autoregressive.ts";
import type { DecodeEvent, Decoder, TokensCommitEvent } from "./decoder.ts";
import { InvalidOptionError, MissingModelError } from "./errors.ts";
import { generate, type GenerateResult, type Generation } from "./generate.ts";
import type { GenerateOptions } from "./generate-options.ts";
import { greedySampler } from "./greedy-sampler.ts";
import type { LanguageModel } from "./language-model.ts";
import { runDecode } from "./run-decode.ts";
import { byteTokenizer } from "./testing/byte-tokenizer.ts";
import { failingModel } from "./testing/failing-model.ts";
import { memoryMaskedModel } from "./testing/memory-masked-model.ts";
import type { TestModel } from "./testing/memory-model.ts";
import { tableModel } from "./testing/table-model.ts";

const tokenizer = byteTokenizer();
const PROMPT = "Say: ";
const PROMPT_LENGTH = 1 + PROMPT.length;

/** A model that answers every prompt of the same length with `text` and then ends. */
function scripted(text: string, promptLength = PROMPT_LENGTH): LanguageModel & { readonly causal: TestModel } {
  const script = [...tokenizer.encode(text).subarray(1), tokenizer.endToken];
  const causal = tableModel({
    vocabSize: tokenizer.vocabSize,
    probabilities: (prefix) =>
      Array.from({ length: tokenizer.vocabSize }, (_, token) => (token === script[(prefix.length - promptLength) % script.length] ? 1 : 0)),
    contextLength: 256,
  });
  return { name: "scripted", causal, tokenizer, stopTokens: [tokenizer.endToken] };
}

/** Greedy, committing `size` tokens at a time. */
function inChunks(size: number): Decoder<"causal"> {
  const decoder: Decoder<"causal"> = {
    name: "chunks",
    requires: ["causal"],
    decode: (models, prompt, options) =>
      runDecode(decoder, models, prompt, options, async function* (run) {
        const target = await run.openSession("causal");
        const tokens: number[] = [];
        for (let input = prompt; ;) {
          input = Int32Array.of(greedySampler.pick(Float64Array.from((yield* target.forward(input, "decode")).row(0)), run.random));
          tokens.push(input[0]!);
          if (tokens.length < size && tokens.length < run.remaining) continue;
          const finishReason = yield* run.commit(Int32Array.from(tokens.splice(0)));
          if (finishReason) return finishReason;
        }
      }),
  };
  return decoder;
}

/** The commits of a generation. */
async function committedBy({ events }: Generation): Promise<readonly TokensCommitEvent[]> {
  return (await read(events)).filter((event): event is TokensCommitEvent => event.type === "tokens-commit");
}

const decoder = autoregressive({ name: "greedy", sampler: greedySampler });

async function read<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function resultOf(model: LanguageModel, options: Partial<GenerateOptions<"causal">> = {}): Promise<GenerateResult> {
  return generate(model, PROMPT, { decoder, ...options }).result;
}

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
      // Those of one token at a time, whose last one completes the stop string.
      const one = await generate(scripted("one END two"), PROMPT, { decoder: inChunks(1), stopStrings }).result;
      expect(result.tokens).toEqual(one.tokens);
      expect(result.statistics.tokens).toBe(one.tokens.length);
      expect((await committedBy(generation)).flatMap(({ tokens }) => [...tokens])).toEqual([...one.tokens]);
      expect(model.causal.openSessions()).toBe(0);
    }
  });

  test("ends at the model's stop tokens, or those given in their place", async () => {
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

  test("takes a prompt of tokens as it is", async () => {
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

  test("count no revision where a token takes the place of a mask of the model", async () => {
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

  test("end with decode-end also when a stop string ended the text", async () => {
    const events = await read(generate(scripted("abcdef"), PROMPT, { decoder, stopStrings: ["c"] }).events);
    expect(events.at(-1)).toEqual({ type: "decode-end", finishReason: "stop" });
    expect(events.filter(({ type }) => type === "tokens-commit")).toHaveLength(3);
  });
});

describe("a commit that goes on after a stop string", () => {
  /** Drafts and commits `text` at once, with a log-probability for each token. */
  const atOnce = (text: string): Decoder<"causal"> => {
    const tokens = tokenizer.encode(text).subarray(1);
    const logProbabilities = Float32Array.from(tokens, (_, index) => -index);
    const whole: Decoder<"causal"> = {
      name: "at once",
      requires: ["causal"],
      decode: (models, prompt, options) =>
        runDecode(whole, models, prompt, options, async function* (run) {
          yield { type: "tokens-propose", start: prompt.length, tokens };
          yield { type: "draft-verify", start: prompt.length, drafted: tokens.length, accepted: tokens.length };
          return (yield* run.commit(tokens, { logProbabilities })) ?? "length";
        }),
    };
    return whole;
  };
  const { length: start } = tokenizer.encode(PROMPT);

  test("is cut in tokens, log-probabilities, statistics and in what was accepted", async () => {
    const generation = generate(scripted(""), PROMPT, { decoder: atOnce("abcabc"), stopStrings: ["b"] });
    expect(await generation.result).toMatchObject({ text: "a", tokens: Int32Array.of(97, 98), finishReason: "stop" });
    expect((await generation.result).statistics).toMatchObject({ tokens: 2, drafted: 6, accepted: 2 });
    expect((await read(generation.events)).slice(2)).toEqual([
      { type: "draft-verify", start, drafted: 6, accepted: 2 },
      { type: "tokens-commit", start, tokens: Int32Array.of(97, 98), logProbabilities: Float32Array.of(-0, -1) },
      { type: "decode-end", finishReason: "stop" },
    ]);
  });

  test("stays whole where no stop string comes", async () => {
    for (const stopStrings of [[], ["z"]]) {
      const generation = generate(scripted(""), PROMPT, { decoder: atOnce("abc"), stopStrings });
      expect((await generation.result).statistics).toMatchObject({ tokens: 3, drafted: 3, accepted: 3 });
      expect(await read(generation.events)).toHaveLength(5);
      expect(await committedBy(generation)).toEqual([
        { type: "tokens-commit", start, tokens: Int32Array.of(97, 98, 99), logProbabilities: Float32Array.of(-0, -1, -2) },
      ]);
    }
  });

  test("a verified draft is told also when no commit follows it", async () => {
    const refused: Decoder<"causal"> = {
      ...atOnce("a"),
      async *decode(_, prompt): AsyncGenerator<DecodeEvent, void, void> {
        yield { type: "decode-start", promptLength: prompt.length };
        yield { type: "draft-verify", start: prompt.length, drafted: 2, accepted: 0 };
        yield { type: "draft-verify", start: prompt.length, drafted: 1, accepted: 0 };
        yield { type: "decode-end", finishReason: "length" };
      },
    };
    const { events } = generate(scripted(""), PROMPT, { decoder: refused, stopStrings: ["z"] });
    expect((await read(events)).map((event) => (event.type === "draft-verify" ? event.drafted : event.type))).toEqual([
      "decode-start",
      2,
      1,
      "decode-end",
    ]);
  });
});

describe("reading", () => {
  test("runs nothing before anything is read", async () => {
    const model = scripted("abc");
    const generation = generate(model, PROMPT, { decoder });
    await Promise.resolve();
    expect(model.causal.passes()).toEqual([]);
    await generation.result;
    expect(model.causal.passes().length).toBeGreaterThan(0);
  });

  test("decodes once, whoever reads, at the same time or later", async () => {
    const model = scripted("abc");
    const generation = generate(model, PROMPT, { decoder });
    const [texts, events, { text }] = await Promise.all([read(generation.textStream), read(generation.events), generation.result]);
    expect(texts.join("")).toBe(text);
    expect(model.causal.passes()).toHaveLength(4);
    expect(await read(generation.textStream)).toEqual(texts);
    expect(await read(generation.events)).toEqual(events);
    expect(await generation.result).toBe(await generation.result);
    expect(model.causal.passes()).toHaveLength(4);
  });

  test("leaving a stream ends the decode with abort and disposes its session", async () => {
    const model = scripted("abcdef");
    const generation = generate(model, PROMPT, { decoder });
    for await (const piece of generation.textStream) if (piece === "b") break;
    expect(model.causal.openSessions()).toBe(0);
    expect(await generation.result).toMatchObject({ text: "ab", finishReason: "abort" });
    expect((await read(generation.events)).at(-1)).toEqual({ type: "decode-end", finishReason: "abort" });
  });

  test("leaving one of two streams, or one stream when the result is asked for, ends nothing", async () => {
    const generation = generate(scripted("abcdef"), PROMPT, { decoder });
    const events = read(generation.events);
    for await (const _ of generation.textStream) break;
    expect((await events).at(-1)).toEqual({ type: "decode-end", finishReason: "stop" });
    const other = generate(scripted("abcdef"), PROMPT, { decoder });
    const result = other.result;
    for await (const _ of other.textStream) break;
    expect(await result).toMatchObject({ text: "abcdef", finishReason: "stop" });
  });

  test("a reader who comes while the last one leaves sees the end, whenever that is", async () => {
    for (let ticks = 0; ticks < 20; ticks++) {
      const generation = generate(scripted("abcdef"), PROMPT, { decoder });
      const first = generation.events[Symbol.asyncIterator]();
      await first.next();
      await first.next();
      const leaving = first.return?.();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      const [events] = await Promise.all([read(generation.events), leaving]);
      expect(events.at(-1)?.type).toBe("decode-end");
      expect(await generation.result).toBeDefined();
    }
  });

  test("a signal ends the decode with what there is", async () => {
    const controller = new AbortController();
    const generation = generate(scripted("abcdef"), PROMPT, { decoder, signal: controller.signal });
    for await (const piece of generation.textStream) if (piece === "c") controller.abort();
    expect(await generation.result).toMatchObject({ text: "abc", finishReason: "abort" });
  });

  test("two generations on one model do not disturb each other", async () => {
    const model = scripted("interleaved");
    const [first, second] = [generate(model, PROMPT, { decoder }), generate(model, PROMPT, { decoder: inChunks(3) })];
    const iterators = [first.textStream[Symbol.asyncIterator](), second.textStream[Symbol.asyncIterator]()] as const;
    const texts = ["", ""];
    for (let open = true; open;) {
      open = false;
      for (const [index, iterator] of iterators.entries()) {
        const next = await iterator.next();
        if (!next.done) [texts[index], open] = [texts[index] + next.value, true];
      }
    }
    expect(texts).toEqual(["interleaved", "interleaved"]);
    expect(model.causal.openSessions()).toBe(0);
  });
});

describe("errors", () => {
  test("reach every reader, after the text that came before", async () => {
    const model = scripted("abcdef");
    const error = new Error("the device was lost");
    const generation = generate({ ...model, causal: failingModel(model.causal, { pass: 2, error }) }, PROMPT, { decoder });
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of generation.textStream) pieces.push(piece);
    })();
    await expect(reading).rejects.toBe(error);
    expect(pieces).toEqual(["a", "b"]);
    await expect(generation.result).rejects.toBe(error);
    await expect(read(generation.events)).rejects.toBe(error);
    expect(model.causal.openSessions()).toBe(0);
    expect(await resultOf(model)).toMatchObject({ text: "abcdef" });
  });

  test("come at once for a wrong stop string and a missing model", () => {
    expect(() => generate(scripted("a"), PROMPT, { decoder, stopStrings: [""] })).toThrow(InvalidOptionError);
    const { causal: _, ...withoutModel } = scripted("a");
    expect(() => generate(withoutModel, PROMPT, { decoder })).toThrow(MissingModelError);
  });

  test("come to the reader for tokens outside the vocabulary", async () => {
    await expect(resultOf(scripted("a"), { stopTokens: [5, 9999] })).rejects.toMatchObject({ option: "stopTokens[1]", actual: 9999 });
    await expect(generate(scripted("a"), Int32Array.of(-1), { decoder }).result).rejects.toMatchObject({ option: "prompt[0]", actual: -1 });
  });

  test("come for a decoder that forgets to end", async () => {
    const endless: Decoder<"causal"> = {
      ...decoder,
      async *decode(_, prompt): AsyncGenerator<DecodeEvent, void, void> {
        yield { type: "decode-start", promptLength: prompt.length };
      },
    };
    await expect(resultOf(scripted("a"), { decoder: endless })).rejects.toThrow("without decode-end");
  });
});
