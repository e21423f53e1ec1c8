import { InvalidOptionError, seededRandom, softmax } from "@decodekit/core";
import { collectDecode, memoryModel, type TestModel } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import { describe, expect, test } from "vitest";
import { contrastiveSearch, type ContrastiveSearchOptions } from "./contrastive-search.ts";
import { StateDirections } from "./state-directions.ts";

const VOCAB = 6;
const STOP = 5;
const PROMPT = [2, 0, 3];

/** A row of logits and a hidden state that depend on the whole sequence. */
function valuesAfter(sequence: readonly number[], seed: number): { readonly row: Float32Array; readonly state: Float32Array } {
  const own = sequence.reduce((source, token) => source.fork(token), seededRandom(seed));
  const state = Float32Array.from({ length: 3 }, () => own.uniform() - 0.3);
  return { row: Float32Array.from({ length: VOCAB }, () => 2 * own.uniform()), state };
}

function modelOf(seed: number, tree: boolean): TestModel {
  return memoryModel({
    vocabSize: VOCAB,
    contextLength: 20,
    tree,
    logitsAfter: (prefix) => valuesAfter([...prefix], seed).row,
    hiddenStateAfter: (prefix) => valuesAfter([...prefix], seed).state,
  });
}

/** The definition: equation 5 of the paper, with all states computed again for each token. */
function byDefinition(seed: number, { k, alpha }: { readonly k: number; readonly alpha: number }, newTokens: number): readonly number[] {
  const cosine = (a: Float32Array, b: Float32Array): number => {
    const product = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, index) => sum + value * y[index]!, 0);
    return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
  };
  const text = [...PROMPT];
  while (text.length < PROMPT.length + newTokens) {
    const before = text.map((_, index) => valuesAfter(text.slice(0, index + 1), seed).state);
    const candidates = Array.from(softmax(valuesAfter(text, seed).row), (probability, token) => ({ token, probability }))
      .toSorted((a, b) => b.probability - a.probability)
      .slice(0, k)
      .map(({ token, probability }) => {
        const { state } = valuesAfter([...text, token], seed);
        return { token, score: (1 - alpha) * probability - alpha * Math.max(...before.map((other) => cosine(state, other))) };
      });
    const { token } = candidates.toSorted((a, b) => b.score - a.score)[0]!;
    if (token === STOP) break;
    text.push(token);
  }
  return text.slice(PROMPT.length);
}

const settings = [1, 2, 4, 6].flatMap((k) => [0, 0.4, 0.9, 1].map((alpha) => ({ k, alpha })));

describe.each([true, false])("on a model that reads trees: %s", (tree) => {
  test.each(settings)("contrastiveSearch(%o) is what the definition chooses", async (options) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const causal = modelOf(seed, tree);
      const decode = contrastiveSearch(options).decode({ causal }, Int32Array.from(PROMPT), { maxNewTokens: 8, stopTokens: [STOP] });
      expect([...(await collectDecode(decode)).tokens]).toEqual(byDefinition(seed, options, 8));
      expect(causal.openSessions()).toBe(0);
    }
  });

  test("it takes one pass for each token, or one for each candidate, and ends within the context", async () => {
    const causal = modelOf(1, tree);
    let most = 0;
    const decode = contrastiveSearch({ k: 3 }).decode({ causal }, Int32Array.from(PROMPT), { maxNewTokens: 100 });
    for await (const _ of decode) most = Math.max(most, causal.openSessions());
    const newTokens = 20 - PROMPT.length;
    // The last two tokens leave too few positions for three nodes.
    const inTrees = tree ? newTokens - 2 : 0;
    expect(causal.passes().map(({ positions }) => positions)).toEqual([
      PROMPT.length,
      ...Array.from({ length: inTrees }, () => 3),
      ...Array.from({ length: 3 * (newTokens - inTrees) }, () => 1),
    ]);
    expect(most).toBe(3);
    expect(causal.openSessions()).toBe(0);
  });
});

test("with alpha 0 it is greedy decoding", async () => {
  const options = { maxNewTokens: 10, stopTokens: [STOP] };
  const models = { causal: modelOf(7, true) };
  const expected = await collectDecode(greedy().decode(models, Int32Array.from(PROMPT), options));
  const { tokens } = await collectDecode(contrastiveSearch({ alpha: 0 }).decode(models, Int32Array.from(PROMPT), options));
  expect(tokens).toEqual(expected.tokens);
});

test("an abort disposes every session", async () => {
  for (const tree of [true, false]) {
    const causal = modelOf(1, tree);
    const controller = new AbortController();
    const options = { maxNewTokens: 8, signal: controller.signal };
    for await (const event of contrastiveSearch().decode({ causal }, Int32Array.from(PROMPT), options)) {
      if (event.type === "tokens-commit") controller.abort(new Error("enough"));
      if (event.type === "decode-end") expect(event.finishReason).toBe("abort");
    }
    expect(causal.openSessions()).toBe(0);
  }
});

test("a state of length 0 is like no other", () => {
  const directions = new StateDirections();
  directions.append({ size: 2, values: Float32Array.of(0, 0, 3, 4) });
  expect(directions.largestCosine({ size: 2, values: Float32Array.of(0, 0, 4, 3) }, 0)).toBe(0);
  expect(directions.largestCosine({ size: 2, values: Float32Array.of(0, 0, 4, 3) }, 1)).toBeCloseTo(0.96, 6);
});

test("a model without hidden states, or that cannot fork, is refused", async () => {
  const { capabilities, ...model } = modelOf(1, false);
  for (const [lacking, message] of [
    [{ hiddenStates: false }, "able to return hidden states (capabilities.hiddenStates; load it with the option hiddenStates)"],
    [{ fork: false }, "able to fork its sessions (capabilities.fork)"],
  ] as const) {
    const causal = { ...model, capabilities: { ...capabilities, ...lacking } };
    const decode = contrastiveSearch().decode({ causal }, Int32Array.from(PROMPT), { maxNewTokens: 2 });
    await expect(collectDecode(decode)).rejects.toThrow(`contrastiveSearch: the causal model must be ${message}`);
  }
});

test.each([
  { options: { k: 0 }, message: "contrastiveSearch: k must be an integer >= 1, got 0." },
  { options: { alpha: 1.1 }, message: "contrastiveSearch: alpha must be a number in [0, 1], got 1.1." },
  {
    options: { penalty_alpha: 0.6 } as ContrastiveSearchOptions,
    message: 'contrastiveSearch: option "penalty_alpha" must be one of its options (k, alpha), got 0.6.',
  },
])("rejects $options when it is called", ({ options, message }) => {
  expect(() => contrastiveSearch(options)).toThrow(InvalidOptionError);
  expect(() => contrastiveSearch(options)).toThrow(message);
});
