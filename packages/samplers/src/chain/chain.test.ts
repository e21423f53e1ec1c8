import { InvalidOptionError, type LogitsProcessor, seededRandom, softmax } from "@decodekit/core";
import { drawToken } from "@decodekit/core/toolkit";
import { describe, expect, test } from "vitest";
import {
  chain,
  dry,
  dynamicTemperature,
  epsilonCutoff,
  etaCutoff,
  forcedTokensAt,
  frequencyPenalty,
  hf,
  llamaCpp,
  logitBias,
  minP,
  normalise,
  pLess,
  presencePenalty,
  repetitionPenalty,
  suppressTokens,
  temperature,
  topH,
  topK,
  topNSigma,
  topP,
  typical,
  vllm,
  xtc,
} from "../index.ts";

const context = { tokens: Int32Array.of(1, 2, 3, 1, 2, 3, 1, 2), promptLength: 2 };

/** A row of which a tenth is forbidden. */
function randomRow(seed: number, vocabSize: number, scale = 8): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: vocabSize }, () => (random.bernoulli(0.1) ? -Infinity : scale * (random.uniform() - 0.5)));
}

/** Makes a processor with random settings. */
const factories: readonly ((uniform: () => number) => LogitsProcessor)[] = [
  (u) => temperature(0.2 + 2 * u()),
  (u) => dynamicTemperature({ range: u(), temperature: 1 }),
  (u) => topK(1 + Math.floor(400 * u())),
  (u) => topK(1 + Math.floor(20 * u()), { ties: "all", minKeep: 3 }),
  (u) => topP(0.05 + 0.9 * u()),
  (u) => topP(0.05 + 0.9 * u(), { minKeep: 5 }),
  (u) => minP(0.3 * u()),
  (u) => minP(u(), { minKeep: 4 }),
  (u) => typical(0.1 + 0.85 * u()),
  (u) => epsilonCutoff(0.001 + 0.02 * u()),
  (u) => etaCutoff(0.001 + 0.1 * u(), { minKeep: 2 }),
  (u) => topNSigma(0.3 + 2 * u()),
  (u) => topH(0.1 + 0.8 * u()),
  () => pLess(),
  (u) => repetitionPenalty(0.5 + u()),
  (u) => frequencyPenalty(u(), { lastN: 4 }),
  (u) => presencePenalty(u(), { of: "output" }),
  () => dry({ multiplier: 0.8 }),
  (u) => logitBias({ 4: u(), 9: -u() }),
  () => suppressTokens([0, 7]),
  () => normalise(),
  () => forcedTokensAt({ 3: 1 }),
];

describe("a chain of random processors", () => {
  const random = seededRandom(5);
  const uniform = (): number => random.uniform();
  const cases = Array.from({ length: 150 }, (_, index) => {
    const processors = Array.from({ length: 1 + Math.floor(6 * uniform()) }, () =>
      factories[Math.floor(factories.length * uniform())]!(uniform),
    );
    return [chain(processors).toString(), processors, index] as const;
  });

  test.each(cases)("%s: each on the whole row, one after another, gives the same", (_, processors, index) => {
    const vocabSize = [17, 300, 2000][index % 3]!;
    const row = randomRow(index, vocabSize);
    const original = row.slice();
    const sampler = chain(processors);
    const distribution = sampler.distribution(row, context);
    expect(row).toEqual(original);

    const whole = row.slice();
    for (const process of processors) process(whole, context);
    expect(distribution).toEqual(softmax(whole));

    for (let draw = 0; draw < 5; draw++) {
      const seed = 100 * index + draw;
      const token = drawToken(sampler, row, context, () => seededRandom(seed));
      expect(token).toBe(sampler.pick(distribution, seededRandom(seed)));
    }
    expect(row).toEqual(original);
  });
});

describe.each([5, 256, 257, 1000, 5000])("the %s most likely tokens", (count) => {
  test.each([
    ["random logits", (u: number) => 10 * u],
    ["many ties", (u: number) => Math.floor(10 * u)],
    ["a few far above", (u: number) => (u > 0.999 ? 1e6 * u : u)],
    ["all equal", () => 1],
  ])("are those of a full sort: %s", (_, logitOf) => {
    const random = seededRandom(count);
    const row = Float32Array.from({ length: 4000 }, () => (random.bernoulli(0.05) ? -Infinity : logitOf(random.uniform())));
    const sorted = [...row.keys()].filter((token) => row[token]! > -Infinity).toSorted((a, b) => row[b]! - row[a]! || a - b);
    const expected = sorted.slice(0, count).toSorted((a, b) => a - b);
    topK(count)(row, context);
    expect([...row.keys()].filter((token) => row[token]! > -Infinity)).toEqual(expected);
  });
});

describe("labels", () => {
  test("show the order and the settings of a preset", () => {
    expect(String(hf({ temperature: 0.8, top_p: 0.9 }))).toBe("temperature(0.8) → top-k(50) → top-p(0.9)");
    expect(String(llamaCpp())).toBe("top-k(40) → top-p(0.95) → min-p(0.05) → temperature(0.8)");
    expect(String(vllm({ temperature: 0.8, top_p: 0.9, min_p: 0.1 }))).toBe("temperature(0.8) → min-p(0.1) → top-p(0.9)");
    expect(String(llamaCpp({ mirostat: 2 }))).toBe("temperature(0.8) → mirostat(tau 5, eta 0.1)");
    expect(String(chain([function mine() {}, () => undefined, xtc({ probability: 0.5 })]))).toBe(
      "mine → a processor without a name → xtc(0.5, threshold 0.1)",
    );
    expect(String(chain([]))).toBe("no processors");
  });

  test("the samplers of llama.cpp can be chosen and reordered", () => {
    expect(String(llamaCpp({ samplers: ["temperature", "top_k"] }))).toBe("temperature(0.8) → top-k(40)");
    expect(() => llamaCpp({ samplers: ["top_a" as never] })).toThrow(/samplers must be an array of "penalties"/u);
  });
});

test("the same options mean different distributions in different systems", () => {
  const row = randomRow(3, 50, 12);
  const [ofHf, ofLlamaCpp] = [
    hf({ temperature: 2, top_p: 0.8, top_k: 0 }),
    llamaCpp({ temperature: 2, top_p: 0.8, top_k: 0, min_p: 0 }),
  ].map((sampler) => sampler.distribution(row, context).filter((probability) => probability > 0).length);
  expect(ofHf).toBeGreaterThan(ofLlamaCpp!);
});

describe("bad input", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["a chain of something else", () => chain("top-k" as never), /processors must be an array of functions/u],
    ["top-k 0", () => topK(0), /topK: k must be an integer >= 1, got 0/u],
    ["an unknown setting", () => topK(3, { tie: "all" } as never), /option "tie"/u],
    ["min-p above 1", () => minP(1.2), /minP: minP must be a number in \[0, 1\], got 1.2/u],
    ["a threshold of XTC above a half", () => xtc({ probability: 1, threshold: 0.6 }), /xtc: threshold must be a number in \(0, 0.5\]/u],
    [
      "an option that transformers does not have",
      () => hf({ repeat_penalty: 1.1 } as never),
      /hf: option "repeat_penalty" must be one of its/u,
    ],
    ["min_new_tokens without stop tokens", () => hf({ min_new_tokens: 3 }), /eos_token_id must be given with min_new_tokens/u],
    ["forced_eos_token_id without a length", () => hf({ forced_eos_token_id: 3 }), /max_length must be given with/u],
    ["min_tokens without stop tokens", () => vllm({ min_tokens: 3 }), /stop_token_ids must be given with min_tokens/u],
    ["a negative temperature", () => temperature(-1), /temperature must be a number >= 0/u],
  ])("%s", (_, create, message) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(message);
  });

  test("a token outside the vocabulary is an error of the row, and the next row works", () => {
    const sampler = chain([logitBias({ 20: 1 })]);
    expect(() => sampler.distribution(randomRow(1, 10), context)).toThrow(
      "logitBias: tokens must be in [0, 9], the model's vocabulary, got 20",
    );
    expect(sampler.distribution(randomRow(1, 30), context)).toHaveLength(30);
  });

  test.each([topK(3), topP(0.9), minP(0.1), typical(0.5), epsilonCutoff(0.1), topNSigma(1), topH(0.5), pLess(), xtc({ probability: 1 })])(
    "a row without a distribution: $label",
    (process) => {
      for (const row of [Float32Array.of(NaN, 1), Float32Array.of(Infinity, 1), Float32Array.of(-Infinity, -Infinity)])
        expect(() => process(row, context)).toThrow(expect.objectContaining({ code: "INVALID_LOGITS" }) as Error);
    },
  );
});
