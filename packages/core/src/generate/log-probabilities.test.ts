import { describe, expect, test } from "vitest";
import { autoregressive } from "../decode/autoregressive.ts";
import { defineDecoder } from "../decode/define-decoder.ts";
import type { Decoder, TokensCommitEvent } from "../contracts/decoder.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { LogitsProcessor } from "../contracts/sampler.ts";
import { seededRandom } from "../random/random.ts";
import { argmax } from "../sampling/argmax.ts";
import { greedySampler } from "../sampling/greedy-sampler.ts";
import { logSoftmax } from "../sampling/softmax.ts";
import { temperatureSampler } from "../sampling/temperature-sampler.ts";
import { byteTokenizer } from "../testing/byte-tokenizer.ts";
import { memoryMaskedModel } from "../testing/memory-masked-model.ts";
import { memoryModel } from "../testing/memory-model.ts";
import type { Warning } from "../warnings.ts";
import type { GenerateOptions } from "./generate-options.ts";
import type { GenerateResult } from "./generation.ts";
import { generate } from "./generate.ts";
import { committedBy, inChunks } from "./scripted-for-tests.ts";

const tokenizer = byteTokenizer();
const VOCAB = tokenizer.vocabSize;

/** Logits that depend on the whole prefix. Only the tokens 97 to 104 are possible, so that the output is text. */
function rowAfter(prefix: ArrayLike<number>): Float32Array {
  const random = seededRandom(Array.from(prefix).reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, 5));
  const row = new Float32Array(VOCAB).fill(-Infinity);
  for (let token = 97; token < 105; token++) row[token] = 4 * random.uniform();
  return row;
}

const causal = memoryModel({ vocabSize: VOCAB, contextLength: 64, tree: true, logitsAfter: rowAfter });
const model: LanguageModel = { name: "rows", causal, tokenizer, stopTokens: [] };
const prompt = Int32Array.of(100, 101, 102);
const greedy = autoregressive({ name: "greedy", sampler: greedySampler });
const sampled = autoregressive({ name: "sampled", sampler: temperatureSampler(3) });

const avoidLast: LogitsProcessor = (row, { tokens }) => void (row[tokens.at(-1)!] = -Infinity);

/** Proposes two tokens per pass and keeps those that greedy decoding has: in a tree with a second, wrong path. */
const treeOfTwo: Decoder<"causal"> = defineDecoder({
  name: "tree",
  requires: ["causal"],
  async *run(context) {
    const target = await context.openSession("causal");
    let next = argmax((yield* target.forward(context.tokens, "prefill", "all")).row(context.promptLength - 1));
    for (;;) {
      const finishReason = yield* context.commit(Int32Array.of(next));
      if (finishReason) return finishReason;
      const guess = argmax(rowAfter(context.tokens));
      const wrong = guess === 97 ? 98 : 97;
      const logits = yield* target.forwardTree(Int32Array.of(next, wrong, guess), Int32Array.of(-1, 0, 0), "verify");
      await target.session.keepPath!(Int32Array.of(0, 2));
      next = argmax(logits.row(2));
      const end = yield* context.commit(Int32Array.of(guess));
      if (end) return end;
    }
  },
});

/** Reads the prompt in pieces, and two tokens too many in each pass, which it takes back before it commits. */
const rewinding: Decoder<"causal"> = defineDecoder({
  name: "rewinding",
  requires: ["causal"],
  async *run(context) {
    const target = await context.openSession("causal");
    yield* target.forward(context.tokens.subarray(0, 1), "prefill");
    for (let input = context.tokens.subarray(1); ;) {
      const logits = yield* target.forward(Int32Array.of(...input, 97, 98), "verify", 3);
      await target.session.rewindTo(context.tokens.length);
      input = Int32Array.of(argmax(logits.row(0)));
      const finishReason = yield* context.commit(input);
      if (finishReason) return finishReason;
    }
  },
});

/** Checks log-probabilities and alternatives against the rows after the committed tokens, computed independently. */
function expectByDefinition(result: GenerateResult, count: number, processors: readonly LogitsProcessor[] = []): void {
  const { tokens, logProbabilities, alternatives } = result;
  expect(logProbabilities).toHaveLength(tokens.length);
  expect(alternatives?.tokens.length ?? 0).toBe(count * tokens.length);
  for (const [place, token] of tokens.entries()) {
    const before = Int32Array.of(...prompt, ...tokens.subarray(0, place));
    const row = rowAfter(before);
    for (const processor of processors) processor(row, { tokens: before, promptLength: prompt.length });
    const all = logSoftmax(row);
    expect(logProbabilities![place]).toBeCloseTo(all[token]!, 5);
    const ranked = [...all.keys()].filter((each) => all[each]! > -Infinity).toSorted((a, b) => all[b]! - all[a]! || a - b);
    for (let rank = 0; rank < count; rank++) {
      const likely = ranked[rank];
      expect(alternatives!.tokens[place * count + rank]).toBe(likely ?? -1);
      expect(alternatives!.logProbabilities[place * count + rank]).toBeCloseTo(likely === undefined ? -Infinity : all[likely]!, 5);
    }
  }
}

const resultWith = (options: Partial<GenerateOptions<"causal">>, decoder: Decoder<"causal"> = greedy): Promise<GenerateResult> =>
  generate(model, prompt, { decoder, maxNewTokens: 9, ...options }).result;

const decoders: Readonly<Record<string, Decoder<"causal">>> = { greedy, sampled, treeOfTwo, rewinding, "in chunks": inChunks(4) };

describe.each(Object.keys(decoders))("log-probabilities of %s", (name) => {
  test.each([0, 1, 3, 8, 20, VOCAB])("are those of the model's rows, with %i alternatives", async (count) => {
    expectByDefinition(await resultWith({ logProbabilities: count }, decoders[name]), count);
  });

  test("are those of the commits, and change nothing else", async () => {
    const options = { decoder: decoders[name]!, maxNewTokens: 9, seed: 3 };
    const generation = generate(model, prompt, { ...options, logProbabilities: 2 });
    const { logProbabilities, alternatives, tokens, text, finishReason } = await generation.result;
    const commits = await committedBy(generation);
    const joined = (values: (event: TokensCommitEvent) => ArrayLike<number>) => commits.flatMap((event) => Array.from(values(event)));
    expect(joined((event) => event.logProbabilities!)).toEqual([...logProbabilities!]);
    expect(joined((event) => event.alternatives!.tokens)).toEqual([...alternatives!.tokens]);
    expect(joined((event) => event.alternatives!.logProbabilities)).toEqual([...alternatives!.logProbabilities]);
    const plain = await generate(model, prompt, options).result;
    expect({ tokens, text, finishReason }).toEqual({ tokens: plain.tokens, text: plain.text, finishReason: plain.finishReason });
    expect("logProbabilities" in plain || "alternatives" in plain).toBe(false);
    expect([causal.openSessions(), causal.modifiedRows()]).toEqual([0, 0]);
  });
});

test("they are of the processed rows", async () => {
  const processors = [avoidLast];
  const result = await resultWith({ logProbabilities: 3, processors });
  expectByDefinition(result, 3, processors);
  expect(result.tokens.every((token, place) => token !== (result.tokens[place - 1] ?? prompt.at(-1)))).toBe(true);
});

test("a stop string cuts them like the tokens", async () => {
  const { text } = await resultWith({});
  const stop = text.slice(5, 7);
  const result = await resultWith({ logProbabilities: 2, stopStrings: [stop] }, inChunks(4));
  expect([result.finishReason, result.tokens.length < 9]).toEqual(["stop", true]);
  expectByDefinition(result, 2);
});

test("a token without a causal row has NaN, and no alternatives", async () => {
  const masked = memoryMaskedModel({ vocabSize: VOCAB, contextLength: 64, maskTokenId: 0, logitsAt: (_, __, index) => rowAfter([index]) });
  const pairs = defineDecoder<"causal" | "masked">({
    name: "pairs",
    requires: ["causal", "masked"],
    async *run(context) {
      const target = await context.openSession("causal");
      const token = argmax((yield* target.forward(context.tokens, "prefill")).row(0));
      return (yield* context.commit(Int32Array.of(token, 97))) ?? "length";
    },
  });
  const { logProbabilities, alternatives, tokens } = await generate({ ...model, masked }, prompt, { decoder: pairs, logProbabilities: 1 })
    .result;
  const [first, second] = logProbabilities!;
  expect([first! < 0, second]).toEqual([true, NaN]);
  expect([...alternatives!.tokens]).toEqual([tokens[0], -1]);
  expect(alternatives!.logProbabilities[1]).toBeNaN();
});

test("both options warn if the decoder uses no causal model", async () => {
  const masked = memoryMaskedModel({ vocabSize: VOCAB, contextLength: 64, maskTokenId: 0, logitsAt: (_, __, index) => rowAfter([index]) });
  const one = defineDecoder<"masked">({
    name: "one",
    requires: ["masked"],
    run: async function* (context) {
      return (yield* context.commit(Int32Array.of(97))) ?? "length";
    },
  });
  const warnings: Warning[] = [];
  const options = { decoder: one, processors: [avoidLast], logProbabilities: 0, onWarning: (warning: Warning) => warnings.push(warning) };
  const { name, stopTokens } = model;
  const { logProbabilities, tokens } = await generate({ name, stopTokens, tokenizer, masked }, prompt, options).result;
  expect([[...tokens], [...logProbabilities!]]).toEqual([[97], [NaN]]);
  expect(warnings.map(({ option, message }) => [option, message])).toEqual([
    ["processors", "processors has no effect: the decoder one uses no causal model."],
    ["logProbabilities", "logProbabilities has no effect: the decoder one uses no causal model."],
  ]);
});

describe("generate({ processors })", () => {
  test("gives every row the length of the prompt", async () => {
    const lengths = new Set<number>();
    await resultWith({ processors: [(_, { promptLength }) => void lengths.add(promptLength)] });
    expect([...lengths]).toEqual([prompt.length]);
  });

  test("passes on a processor's error to every reader, and disposes the sessions", async () => {
    const fail: LogitsProcessor = (_, { tokens }) => {
      if (tokens.length === 5) throw new RangeError("no such state");
    };
    const generation = generate(model, prompt, { decoder: greedy, processors: [fail] });
    await expect(generation.result).rejects.toThrow(RangeError);
    await expect(committedBy(generation)).rejects.toThrow("no such state");
    expect(causal.openSessions()).toBe(0);
  });

  test("ends with a reader that leaves, also before the first event", async () => {
    for (const count of [0, 3]) {
      let left = count;
      for await (const _ of generate(model, prompt, { decoder: greedy, processors: [avoidLast] }).events) if (left-- === 0) break;
      expect(causal.openSessions()).toBe(0);
    }
    const signal = AbortSignal.abort();
    expect((await resultWith({ processors: [avoidLast], signal })).finishReason).toBe("abort");
  });
});
