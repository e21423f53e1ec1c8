import { greedySampler, InvalidOptionError, type RandomSource, type Sampler, seededRandom } from "@decodekit/core";
import { byteTokenizer, collectDecode, randomTable, tableModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { bestOfN, type BestOfNOptions } from "./best-of-n.ts";
import { sampleBestOfN } from "./sample-best-of-n.ts";
import { lastTokens, selfConsistency, type SelfConsistencyOptions } from "./self-consistency.ts";
import { voteOnAnswers } from "./vote-on-answers.ts";
import { countVotes } from "./votes.ts";

const PROMPT = Int32Array.of(1, 0);
const model = () => tableModel({ probabilities: randomTable(seededRandom(3), 6) });

describe("drawing", () => {
  test("the token of sample i at position p draws from random.fork(i).fork(p)", async () => {
    const paths: string[] = [];
    const source = (path: readonly number[]): RandomSource => ({
      ...seededRandom(0),
      fork: (key) => source([...path, key]),
      categorical(weights) {
        paths.push(path.join("."));
        return seededRandom(path.reduce((sum, key) => 31 * sum + key, 7)).categorical(weights);
      },
    });
    const decode = bestOfN({ n: 2 }).decode({ causal: model() }, PROMPT, { maxNewTokens: 3, random: source([]) });
    await collectDecode(decode);
    expect(paths).toEqual(["0.2", "0.3", "0.4", "1.2", "1.3", "1.4"]);
  });

  test("the sampler of the draws is told", () => {
    const sampler: Sampler = {
      ...greedySampler,
      name: "own",
      distribution: (row) => greedySampler.distribution(row, { tokens: PROMPT, promptLength: 1 }),
    };
    expect([bestOfN({ sampler }).sampler, selfConsistency({ sampler }).sampler]).toEqual([sampler, sampler]);
  });

  test.each([
    ["bestOfN", (n: number) => bestOfN({ n })],
    ["selfConsistency", (n: number) => selfConsistency({ n })],
  ])("%s reads the prompt once, and keeps at most two sessions open", async (_name, create) => {
    for (const [n, expected] of [
      [1, 1],
      [4, 2],
    ] as const) {
      const causal = model();
      let most = 0;
      for await (const _ of create(n).decode({ causal }, PROMPT, { maxNewTokens: 5 })) most = Math.max(most, causal.openSessions());
      expect(most).toBe(expected);
      expect(causal.openSessions()).toBe(0);
      const passes = causal.passes().map(({ positions }) => positions);
      expect(passes).toEqual([PROMPT.length, ...Array.from({ length: 4 * n }, () => 1)]);
    }
  });

  test("an abort between samples disposes every session", async () => {
    const causal = model();
    const controller = new AbortController();
    const decode = bestOfN({ n: 4 }).decode({ causal }, PROMPT, { maxNewTokens: 5, signal: controller.signal });
    for await (const event of decode) {
      if (event.type === "tokens-propose") controller.abort(new Error("enough"));
      if (event.type === "decode-end") expect(event.finishReason).toBe("abort");
      expect(event.type).not.toBe("tokens-commit");
    }
    expect(causal.openSessions()).toBe(0);
  });
});

test("votes are counted in descending order, the first answer first among equals", () => {
  expect(countVotes(["b", undefined, "a", "c", "a", "b", undefined])).toEqual([
    { answer: "b", count: 2, samples: [0, 5] },
    { answer: "a", count: 2, samples: [2, 4] },
    { answer: "c", count: 1, samples: [3] },
  ]);
  expect(countVotes([undefined])).toEqual([]);
});

describe("as functions", () => {
  const tokenizer = byteTokenizer();
  const languageModel = () => ({
    name: "test",
    tokenizer,
    stopTokens: [tokenizer.vocabSize - 1],
    causal: tableModel({ probabilities: randomTable(seededRandom(3), tokenizer.vocabSize) }),
  });

  test("sampleBestOfN returns all samples with scores; the best is the output of the decoder", async () => {
    const given = languageModel();
    const { best, samples, finishReason, statistics } = await sampleBestOfN(given, "ab", { n: 4, maxNewTokens: 6, seed: 5 });
    const prompt = tokenizer.encode("ab");
    const options = { maxNewTokens: 6, seed: 5, stopTokens: given.stopTokens };
    const { tokens } = await collectDecode(bestOfN({ n: 4 }).decode(given, prompt, options));
    expect(best).toBe(samples.reduce((first, sample) => (sample.score > first.score ? sample : first)));
    expect(best!.tokens).toEqual(tokens);
    expect(best!.text).toBe(tokenizer.decode(tokens));
    expect(samples.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    for (const { score, logProbability, length } of samples) expect(score).toBe(logProbability / length);
    expect(finishReason).toBe(best!.finishReason);
    expect(statistics.tokens).toBe(tokens.length);
  });

  test("voteOnAnswers votes on texts", async () => {
    const given = languageModel();
    const answer = (text: string): string | undefined => (text.codePointAt(0)! % 2 === 0 ? "even" : "odd");
    const result = await voteOnAnswers(given, "ab", { n: 5, answer, maxNewTokens: 3, seed: 1 });
    const count = result.samples.filter((sample) => answer(sample.text) === result.answer).length;
    expect(count).toBeGreaterThanOrEqual(3);
    expect(result.votes[0]).toEqual({
      answer: result.answer,
      count,
      samples: result.samples.filter((sample) => sample.answer === result.answer).map(({ index }) => index),
    });
    const whole = await voteOnAnswers(given, "ab", { n: 2, maxNewTokens: 3 });
    expect(whole.samples.map((sample) => sample.answer)).toEqual(whole.samples.map(({ text }) => text));
  });

  test("after an abort there are no samples", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    expect(await sampleBestOfN(languageModel(), "ab", { signal })).toMatchObject({ best: undefined, samples: [], finishReason: "abort" });
    expect(await voteOnAnswers(languageModel(), "ab", { signal })).toMatchObject({ answer: undefined, votes: [], finishReason: "abort" });
  });

  test("stop strings are refused", async () => {
    const options = { stopStrings: ["."] } as BestOfNOptions;
    await expect(sampleBestOfN(languageModel(), "ab", options)).rejects.toThrow(
      "sampleBestOfN: stopStrings must be left out: a search compares whole texts, as tokens, got an array of 1.",
    );
  });
});

test.each([
  { options: { n: 0 }, message: "bestOfN: n must be an integer >= 1, got 0." },
  { options: { sampler: {} as Sampler }, message: "bestOfN: sampler must be a Sampler, for example topPSampler(), got an object." },
  {
    options: { sampler: greedySampler },
    message: 'bestOfN: sampler must be one that draws: the samples of a greedy sampler are all the same, got "greedy".',
  },
  { options: { score: 1 as never }, message: "bestOfN: score must be a function, got 1." },
  { options: { best: 2 } as BestOfNOptions, message: 'bestOfN: option "best" must be one of its options (n, sampler, score), got 2.' },
])("bestOfN rejects $options", ({ options, message }) => {
  expect(() => bestOfN(options)).toThrow(InvalidOptionError);
  expect(() => bestOfN(options)).toThrow(message);
});

test.each([
  { options: { n: 1.5 }, message: "selfConsistency: n must be an integer >= 1, got 1.5." },
  { options: { answer: "x" as never }, message: 'selfConsistency: answer must be a function, got "x".' },
  {
    options: { sampler: greedySampler },
    message: 'selfConsistency: sampler must be one that draws: the samples of a greedy sampler are all the same, got "greedy".',
  },
  {
    options: { votes: 2 } as SelfConsistencyOptions,
    message: 'selfConsistency: option "votes" must be one of its options (n, sampler, answer), got 2.',
  },
])("selfConsistency rejects $options", ({ options, message }) => {
  expect(() => selfConsistency(options)).toThrow(InvalidOptionError);
  expect(() => selfConsistency(options)).toThrow(message);
});

test("what functions return is checked", async () => {
  const decode = (decoder: ReturnType<typeof bestOfN>) => collectDecode(decoder.decode({ causal: model() }, PROMPT, { maxNewTokens: 2 }));
  await expect(decode(bestOfN({ score: () => NaN }))).rejects.toThrow("bestOfN: score must be a function that returns numbers, got NaN.");
  await expect(decode(selfConsistency({ answer: () => 1 as never }))).rejects.toThrow(
    "selfConsistency: answer must be a function that returns a string or undefined, got 1.",
  );
  expect(() => lastTokens(0)).toThrow("lastTokens: count must be an integer >= 1, got 0.");
});

test("a model that cannot fork is refused", async () => {
  const causal = { ...model(), capabilities: { rewind: true, fork: false, tree: false } };
  for (const decoder of [bestOfN(), selfConsistency()])
    await expect(collectDecode(decoder.decode({ causal }, PROMPT, { maxNewTokens: 2 }))).rejects.toThrow("able to fork its sessions");
});
