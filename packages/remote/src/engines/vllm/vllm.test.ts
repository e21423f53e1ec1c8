import { testModel } from "@decodekit/conformance";
import { autoregressive, type CausalModel, type Decoder, greedySampler } from "@decodekit/core";
import { byteTokenizer, collectDecode } from "@decodekit/core/testing";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { promptLookup, speculative } from "@decodekit/speculative";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { localModel, rowsForTest } from "../../model-for-tests.ts";
import { vllm } from "./vllm.ts";
import { vllmForTest } from "./vllm-for-tests.ts";

const PROMPT = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6);
const VOCAB_SIZE = 400;
const rows = rowsForTest(VOCAB_SIZE);

const tokensOf = async (decoder: Decoder<"causal">, causal: CausalModel, seed: number): Promise<Int32Array> =>
  (await collectDecode(decoder.decode({ causal }, PROMPT, { maxNewTokens: 40, seed }))).tokens;

describe("the contract of causal models, where it gives whole rows", async () => {
  const server = await vllmForTest(afterAll, rows, -1);
  testModel(test, await vllm({ url: server.url, vocabSize: VOCAB_SIZE }), { tolerance: 0 });
});

const sampler = temperatureSampler(1, 0.9);
const decoders: Readonly<Record<string, () => Decoder<"causal">>> = {
  greedy: () => autoregressive({ name: "greedy", sampler: greedySampler }),
  "prompt lookup": () => speculative({ drafter: promptLookup() }),
};

test.each(Object.keys(decoders))("20 logits of a row are enough for %s", async (name) => {
  const server = await vllmForTest(onTestFinished, rows);
  const model = await vllm({ url: server.url, vocabSize: VOCAB_SIZE });
  expect(model.facts).toMatchObject({ engine: "vllm", model: "org/model", mostLogits: 20, rowDifference: 0 });
  for (const seed of [0, 1])
    expect(await tokensOf(decoders[name]!(), model, seed)).toEqual(await tokensOf(decoders[name]!(), localModel(rows), seed));
});

test.each([20, -1])("top-p is the local one with %d logits, or says that it needs more", async (maxLogprobs) => {
  const server = await vllmForTest(onTestFinished, rows, maxLogprobs);
  const model = await vllm({ url: server.url, vocabSize: VOCAB_SIZE });
  const decoder = autoregressive({ name: "top-p", sampler });
  const outcomes = await Promise.all(
    [0, 1, 2, 3, 4, 5, 6, 7].map(async (seed) => {
      const local = await tokensOf(decoder, localModel(rows), seed);
      const remote = await tokensOf(decoder, model, seed).catch((error: unknown) => error as { reason: string });
      if (remote instanceof Int32Array) expect(remote).toEqual(local);
      return remote instanceof Int32Array ? "same" : remote.reason;
    }),
  );
  expect(new Set(outcomes)).toEqual(maxLogprobs === -1 ? new Set(["same"]) : new Set(["same", "parts-only"]));
});

test("whole rows that the server does not give are an error that says so", async () => {
  const server = await vllmForTest(onTestFinished, rows);
  const model = await vllm({ url: server.url, vocabSize: VOCAB_SIZE });
  const session = await model.createSession();
  await expect(session.forward(PROMPT)).rejects.toMatchObject({ code: "REMOTE", reason: "parts-only" });
  expect(session.length).toBe(0);
  expect((await session.forward(PROMPT, { reads: { top: 1, tokensOnly: true } })).part!(0).tokens.length).toBe(1);
});

test("a limit of the server that is stated is not looked for", async () => {
  const server = await vllmForTest(onTestFinished, rows, 64);
  expect((await vllm({ url: server.url, vocabSize: VOCAB_SIZE, mostLogits: 64 })).facts.mostLogits).toBe(64);
  await expect(vllm({ url: server.url, vocabSize: VOCAB_SIZE, mostLogits: 65 })).rejects.toThrow("greater than max allowed: 64");
});

test("a model that the server does not have is refused with those that it has", async () => {
  const server = await vllmForTest(onTestFinished, rows);
  const failure = vllm({ url: server.url, vocabSize: VOCAB_SIZE, model: "other" });
  await expect(failure).rejects.toMatchObject({ reason: "not-found" });
  await expect(failure).rejects.toThrow("the server has no model other, but org/model");
});

test.each([20, -1])("logits in place of log-probabilities are refused, with %d of a row", async (maxLogprobs) => {
  const server = await vllmForTest(onTestFinished, rows, maxLogprobs);
  server.mode = "raw_logits";
  await expect(vllm({ url: server.url, vocabSize: VOCAB_SIZE, retries: 0 })).rejects.toMatchObject({ reason: "invalid-answer" });
});

test("a vocabulary that is smaller than the server's is noticed where whole rows show it", async () => {
  const server = await vllmForTest(onTestFinished, { ...rows, rowAfter: () => new Float32Array(VOCAB_SIZE) }, -1);
  const failure = vllm({ url: server.url, vocabSize: VOCAB_SIZE / 2 });
  await expect(failure).rejects.toMatchObject({ reason: "invalid-answer" });
});

test("the tokenizer of the server is compared", async () => {
  const server = await vllmForTest(onTestFinished, rows);
  await vllm({ url: server.url, vocabSize: VOCAB_SIZE, tokenizer: byteTokenizer() });
  const tokenizer = { ...byteTokenizer(), encode: () => Int32Array.of(1, 2, 3) };
  await expect(vllm({ url: server.url, vocabSize: VOCAB_SIZE, tokenizer })).rejects.toMatchObject({ reason: "wrong-model" });
});
