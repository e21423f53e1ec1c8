// Each of these once went wrong without an error, or with one that did not help.
import { InvalidOptionError, type LogitsProcessor, softmax } from "@decodekit/core";
import { memoryModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import {
  allowedTokens,
  badWords,
  chain,
  dynamicTemperature,
  exponentialLengthPenalty,
  forcedTokensAt,
  llamaCpp,
  logitBias,
  mirostat,
  suppressAtBegin,
  suppressTokens,
  temperature,
  topK,
  vllm,
  watermark,
  withGuidance,
  xtc,
} from "./index.ts";
import { SurpriseHistory } from "./mirostat/surprise-history.ts";

const contextOf = (tokens: readonly number[], promptLength = 0) => ({ tokens: Int32Array.from(tokens), promptLength });
const keptIn = (values: ArrayLike<number>): readonly number[] =>
  Array.from(values).flatMap((probability, token) => (probability > 0 ? [token] : []));

describe("a history of surprises", () => {
  const large = (): Float32Array => new Float32Array(2 ** 20).fill(1);

  test("keeps 64 MiB of what may follow, and the states of older positions", () => {
    const history = new SurpriseHistory({ where: "test", start: 8, next: (state, surprise) => state - surprise });
    const text = Array.from({ length: 24 }, (_, index) => index);
    for (let length = 0; length < text.length; length++) {
      const context = contextOf(text.slice(0, length));
      history.remember(context, history.stateAt(context), { tokens: undefined, bits: large() });
    }
    expect(history.stateAt(contextOf(text.slice(0, 3)))).toBe(5);
    expect(history.stateAt(contextOf([...text.slice(0, 23), 7]))).toBe(-16);
    expect(() => history.stateAt(contextOf([0, 1, 9]))).toThrow(/in order/u);
  });

  test("names the likely cause of a missing row", () => {
    expect(() => mirostat()(Float32Array.of(1, 2), contextOf([0, 1], 0))).toThrow("withProcessors needs promptLength");
  });
});

describe("presets", () => {
  test("llama.cpp's mirostat has no dynamic temperature", () => {
    expect(String(llamaCpp({ mirostat: 2, dynatemp_range: 0.5 }))).toBe("temperature(0.8) → mirostat(tau 5, eta 0.1)");
  });

  test("llama.cpp's min_keep holds for XTC, and top_p 0 keeps the most likely token", () => {
    const row = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);
    const options = { top_k: 0, top_p: 1, min_p: 0, temperature: 1, xtc_probability: 1, xtc_threshold: 0.15 };
    expect(keptIn(llamaCpp(options).distribution(row, contextOf([])))).toEqual([2, 3]);
    expect(keptIn(llamaCpp({ ...options, min_keep: 3 }).distribution(row, contextOf([])))).toEqual([0, 1, 2, 3]);
    expect(String(llamaCpp({ top_p: 0, min_p: 0, top_k: 0, temperature: 1 }))).toBe("top-k(1) → temperature(1)");
  });

  test("vLLM's bad words are of the output, its biases at most 100, and its temperatures at least 0.01", () => {
    const row = Float32Array.of(0, 0, 0, 0);
    const forbids = (tokens: readonly number[]): boolean => vllm({ bad_words: [[1, 2]] }).distribution(row, contextOf(tokens, 2))[2] === 0;
    expect([forbids([0, 1]), forbids([0, 1, 1])]).toEqual([false, true]);
    const biased = vllm({ logit_bias: { 0: 1000, 1: 100 } }).distribution(row, contextOf([0]));
    expect(biased[0]).toBe(biased[1]);
    expect([0, 0.005, 0.02].map((value) => String(vllm({ temperature: value })))).toEqual([
      "temperature(0)",
      "temperature(0.01)",
      "temperature(0.02)",
    ]);
  });
});

describe("numbers", () => {
  test.each([1e-4, 1e-38, 1e-300])("a temperature of %s is nearly greedy", (value) => {
    const row = Float32Array.of(30, -4, 29.9);
    temperature(value)(row, contextOf([]));
    expect(softmax(row)[0]).toBeCloseTo(1, 12);
  });

  test("a dynamic temperature near 0 does not overflow", () => {
    const row = Float32Array.of(30, -4);
    dynamicTemperature({ temperature: 1, range: 1, exponent: 30 })(row, contextOf([]));
    expect([...softmax(row)]).toEqual([1, 0]);
  });

  test("a length penalty is at most the largest float32", () => {
    const row = Float32Array.of(5, 1);
    exponentialLengthPenalty({ start: 0, factor: 2, stopTokens: [0] })(row, contextOf(Array.from({ length: 200 }, () => 1)));
    expect(softmax(row)[0]).toBe(1);
  });

  test("NaN behind a step that keeps few tokens is an error", () => {
    const spoil: LogitsProcessor = (row) => void (row[3] = NaN);
    const row = Float32Array.of(1, 2, 3, 4);
    expect(() => chain([topK(3), spoil]).distribution(row, contextOf([]))).toThrow("NaN for token 3");
    expect(() => chain([allowedTokens([0, 1])]).distribution(Float32Array.of(NaN, 1, 2), contextOf([]))).toThrow("NaN for token 0");
  });
});

describe("arguments", () => {
  test.each<[string, () => unknown]>([
    ["a bias that is not a number", () => logitBias({ 3: "5" as never })],
    ["a bias of false", () => llamaCpp({ logit_bias: { 3: false as never } })],
    ["no tokens to suppress", () => suppressTokens(undefined as never)],
    ["no tokens to suppress at the beginning", () => suppressAtBegin(undefined as never)],
    ["mirostat after XTC", () => chain([xtc({ probability: 0.5 }), mirostat()])],
  ])("%s: an error of the factory", (_, create) => {
    expect(create).toThrow(InvalidOptionError);
  });

  test("mirostat may come before XTC", () => {
    expect(String(chain([mirostat(), xtc({ probability: 0.5 })]))).toBe("mirostat(tau 5, eta 0.1) → xtc(0.5, threshold 0.1)");
  });

  test("a watermark without a green token is an error", () => {
    expect(() => watermark()(Float32Array.of(1, 2, 3), contextOf([1]))).toThrow(
      /ratio must be large enough that one of 3 tokens is green/u,
    );
  });

  test("lists that change later change nothing", () => {
    const [allowed, sequence, positions] = [[0, 1], [2], new Map([[0, 1]])];
    const processors = [allowedTokens(allowed), badWords([sequence]), forcedTokensAt(positions)];
    allowed.push(2);
    sequence[0] = 0;
    positions.set(0, 2);
    const results = processors.map((process) => {
      const row = Float32Array.of(1, 1, 1);
      process(row, contextOf([]));
      return [...row.keys()].filter((token) => row[token]! > -Infinity);
    });
    expect(results).toEqual([[0, 1], [0, 1], [1]]);
  });

  test("a guided model is as long as its unconditional session allows", () => {
    const model = memoryModel({ vocabSize: 4, contextLength: 12, logitsAfter: () => new Float32Array(4) });
    const guided = (unconditional?: Int32Array): number => withGuidance(model, { scale: 2, promptLength: 2, unconditional }).contextLength;
    expect([guided(), guided(Int32Array.of(1)), guided(Int32Array.of(1, 2, 3, 1, 2, 3))]).toEqual([12, 12, 8]);
  });
});
