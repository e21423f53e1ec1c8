import { describe, expect, expectTypeOf, test, vi } from "vitest";
import { autoregressive } from "../decode/autoregressive.ts";
import type { ChatTemplate } from "../contracts/chat.ts";
import type { Decoder } from "../contracts/decoder.ts";
import { InvalidOptionError } from "../errors.ts";
import { generate } from "./generate.ts";
import type { GenerateOptions } from "./generate-options.ts";
import { greedySampler } from "../sampling/greedy-sampler.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import { seededRandom } from "../random/random.ts";
import { defineDecoder } from "../decode/define-decoder.ts";
import { byteTokenizer } from "../testing/byte-tokenizer.ts";
import { countingModel } from "../testing/counting-model.ts";
import type { Warning } from "../warnings.ts";

const tokenizer = { ...byteTokenizer(), specialTokens: new Map([["<|end|>", 257]]) };
const causal = countingModel({ vocabSize: tokenizer.vocabSize, contextLength: 400 });
const model: LanguageModel = { name: "counting", causal, tokenizer, stopTokens: [] };
const decoder = autoregressive({ name: "greedy", sampler: greedySampler });

/** Returns the error that `generate` throws at once for these options, or this prompt. */
function refusal(options: Readonly<Record<string, unknown>>, prompt: unknown = "a"): InvalidOptionError {
  try {
    generate(model, prompt as string, options as unknown as GenerateOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return error as InvalidOptionError;
  }
  throw new Error("generate refused nothing");
}

describe("generate refuses at once", () => {
  test.each(["temperature", "stop", "max_new_tokens", "abortSignal", "toString"])("the unknown option %s", (option) => {
    const { message, actual } = refusal({ decoder, [option]: 2 });
    expect(actual).toBe(2);
    expect(message).toBe(
      `generate: option "${option}" must be one of its options (decoder, maxNewTokens, stopTokens, stopStrings, chat, draft, processors, logProbabilities, seed, random, signal, onWarning); ` +
        "sampling options, such as temperature, belong to the decoder, got 2.",
    );
  });

  test.each<[option: keyof GenerateOptions, values: readonly unknown[], expected: string]>([
    ["decoder", [undefined, null, "greedy", {}, { decode: 1 }, () => decoder], "a decoder, such as greedy() of @decodekit/greedy"],
    ["maxNewTokens", [-1, 0.5, NaN, "5", null], "an integer >= 0"],
    ["stopTokens", [5, "5", ["5"], [0.5], {}, null], "a list of token ids"],
    ["stopStrings", ["a", [""], [5], [undefined], {}, null], "a list of strings of at least 1 character"],
    ["chat", [null, "tools", []], "an object"],
    ["draft", [null, {}, { causal: undefined }, "model"], "a model with a causal model"],
    ["processors", [() => undefined, [1], {}, null], "an array of functions"],
    ["logProbabilities", [-1, 0.5, tokenizer.vocabSize + 1, "1", true, null], `an integer in [0, ${tokenizer.vocabSize}]`],
    ["seed", [-1, 0.5, 2 ** 53, "1", null], "an integer in [0, 2^53)"],
    ["random", [Math.random, {}, { uniform: Math.random }, null], "a random source, such as seededRandom(1)"],
    ["signal", [{}, true, null, new AbortController(), new EventTarget()], "an AbortSignal"],
    ["onWarning", [true, {}, null], "a function"],
  ])("%s of a wrong type or out of range", (option, values, expected) => {
    for (const actual of values) {
      const error = refusal({ decoder, [option]: actual });
      expect(error).toMatchObject({ code: "INVALID_OPTION", where: "generate", option, expected, actual });
    }
  });

  test.each([[1], [null], [[1, 2]], [[]], [[{}]], [[{ role: 1 }]], [new Uint32Array(2)]])(
    "a prompt that is neither text nor an Int32Array nor messages: %s",
    (prompt) => {
      expect(refusal({ decoder }, prompt)).toMatchObject({
        option: "prompt",
        expected: "text, tokens in an Int32Array, or at least one message with a role",
        actual: prompt,
      });
    },
  );

  test("options that are not an object", () => {
    expect(refusal(undefined as never)).toMatchObject({ option: "options", expected: "an object" });
  });

  test("and accepts every option that it has, and typed arrays as lists of tokens", async () => {
    const options: Required<GenerateOptions> = {
      decoder,
      maxNewTokens: 3,
      stopTokens: [100],
      stopStrings: ["zz"],
      chat: {},
      draft: { causal },
      processors: [],
      logProbabilities: 0,
      seed: 1,
      random: seededRandom(1),
      signal: new AbortController().signal,
      onWarning: () => undefined,
    };
    expect((await generate(model, "a", options).result).text).toBe("bc");
    const typed = { decoder, stopTokens: Int32Array.of(100) as unknown as readonly number[] };
    expect((await generate(model, "a", typed).result).text).toBe("bc");
  });
});

describe("an option without effect", () => {
  const warningsOf = (options: Partial<GenerateOptions<"causal">>): readonly Warning[] => {
    const warnings: Warning[] = [];
    generate(model, "a", { decoder, ...options, onWarning: (warning) => warnings.push(warning) });
    return warnings;
  };

  test("causes a warning: a draft model for a decoder that uses none, a seed beside a random source, a stop string that contains a special token", () => {
    expect(warningsOf({ draft: model })).toEqual([
      { where: "generate", option: "draft", message: "draft has no effect: the decoder greedy uses no draft model." },
    ]);
    expect(warningsOf({ seed: 1, random: seededRandom(2) })).toEqual([
      { where: "generate", option: "seed", message: "seed has no effect, since random is given. Leave one of them out." },
    ]);
    expect(warningsOf({ stopStrings: ["b", "<|end|>", "c<|end|>"] })).toEqual([
      {
        where: "generate",
        option: "stopStrings",
        message: 'the stop string "c<|end|>" contains a special token, which is never part of the text. Pass "<|end|>" by itself.',
      },
    ]);
    expect(warningsOf({ seed: 1, stopStrings: ["<|end|>"] })).toEqual([]);
    expect(warningsOf({ random: seededRandom(2) })).toEqual([]);
  });

  test("causes a warning: chat options for a prompt that is no conversation", () => {
    expect(warningsOf({ chat: {} })).toEqual([
      { where: "generate", option: "chat", message: "chat has no effect: the prompt is not a list of messages." },
    ]);
  });

  test("a draft model for a decoder that needs one causes no warning", () => {
    const drafting = { ...decoder, requires: ["causal", "draft"] } as unknown as Decoder;
    const warnings: Warning[] = [];
    generate(model, "a", { decoder: drafting, draft: model, onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual([]);
  });

  test("is written to the console by default", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    try {
      generate(model, "a", { decoder, draft: model });
      expect(warn.mock.calls).toEqual([["decodekit: generate: draft has no effect: the decoder greedy uses no draft model."]]);
    } finally {
      warn.mockRestore();
    }
  });
});

test("messages become the tokens of the model's chat template, with the given options", async () => {
  const received: unknown[] = [];
  const chat: ChatTemplate = {
    names: ["default"],
    render: () => "",
    encode(messages, options) {
      received.push(messages, options);
      return Int32Array.of(97, 98);
    },
  };
  const messages = [{ role: "user", content: "hi" }];
  const options = { decoder, maxNewTokens: 2, chat: { tools: [{}] }, onWarning: () => expect.unreachable() };
  expect((await generate({ ...model, chat }, messages, options).result).text).toBe("cd");
  expect(received).toEqual([messages, { tools: [{}] }]);
  expect(() => generate(model, messages, { decoder })).toThrow(
    "counting: the model has no chat template. Write the conversation as text, or use a model for chats.",
  );
});

test("a stop string that is a special token ends the text at that token, with the model's stop tokens or given ones", async () => {
  const towards = Int32Array.of(254);
  const until = (options: Partial<GenerateOptions<"causal">>) => generate(model, towards, { decoder, maxNewTokens: 8, ...options }).result;
  expect(await until({ stopStrings: ["<|end|>"] })).toMatchObject({ tokens: Int32Array.of(255, 256), finishReason: "stop" });
  expect(await until({ stopStrings: ["<|end|>"], stopTokens: [256] })).toMatchObject({ tokens: Int32Array.of(255), finishReason: "stop" });
  expect(await until({})).toMatchObject({ finishReason: "length" });
});

test("the draft model is the given one, or else the model's own", async () => {
  const used: string[] = [];
  const named = (name: string) => ({ ...causal, createSession: () => (used.push(name), causal.createSession()) });
  const drafting = defineDecoder({
    name: "drafting",
    requires: ["causal", "draft"],
    async *run(context) {
      const draft = await context.openSession("draft");
      yield* draft.forward(context.tokens, "draft");
      return "length";
    },
  });
  const withDraft = { ...model, draft: named("the model's own") };
  await generate(withDraft, "a", { decoder: drafting }).result;
  await generate(withDraft, "a", { decoder: drafting, draft: { causal: named("given") } }).result;
  expect(used).toEqual(["the model's own", "given"]);
});

test("a decoder of fixed length is not limited by the default, but by a given limit", async () => {
  const fixed = defineDecoder({
    name: "fixed",
    requires: ["causal"],
    outputLength: 129,
    async *run(context) {
      return (yield* context.commit(new Int32Array(129).fill(65))) ?? "length";
    },
  });
  expect((await generate(model, "a", { decoder: fixed }).result).tokens).toHaveLength(129);
  expect((await generate(model, "a", { decoder: fixed, maxNewTokens: 5 }).result).tokens).toHaveLength(5);
  expect((await generate(model, "a", { decoder }).result).tokens).toHaveLength(128);
});

test("a sampler derived from the greedy one draws from its own distribution", async () => {
  const second = {
    ...greedySampler,
    distribution: (row: Float32Array) =>
      greedySampler.distribution(
        row.map((_, token) => row.at(token - 1)!),
        { tokens: new Int32Array(), promptLength: 0 },
      ),
  };
  const skipping = autoregressive({ name: "second", sampler: second });
  expect((await generate(model, "a", { decoder: skipping, maxNewTokens: 3 }).result).text).toBe("ceg");
  const lowest = autoregressive({ name: "lowest", sampler: { ...greedySampler, pick: () => 66 } });
  expect((await generate(model, "a", { decoder: lowest, maxNewTokens: 3 }).result).text).toBe("BBB");
});

test("GenerateOptions names the model roles of its decoder", () => {
  expectTypeOf<GenerateOptions<"causal">["decoder"]>().toEqualTypeOf<Decoder<"causal">>();
});
