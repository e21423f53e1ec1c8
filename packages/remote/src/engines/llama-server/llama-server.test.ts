import { testModel } from "@decodekit/conformance";
import { autoregressive, type CausalModel, type Decoder, greedySampler } from "@decodekit/core";
import { byteTokenizer, collectDecode } from "@decodekit/core/testing";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { draftModel, judgedTree, promptLookup, speculative } from "@decodekit/speculative";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { localModel, rowsForTest } from "../../model-for-tests.ts";
import { llamaServer, type LlamaServerOptions } from "./llama-server.ts";
import { llamaServerForTest } from "./llama-server-for-tests.ts";

const PROMPT = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6);
const VOCAB_SIZE = 400;

type AnyDecoder = Decoder<"causal"> | Decoder<"causal" | "draft">;

const tokensOf = async (decoder: AnyDecoder, causal: CausalModel, seed = 0): Promise<Int32Array> => {
  const draft = localModel(rowsForTest(VOCAB_SIZE, 2));
  return (await collectDecode(decoder.decode({ causal, draft }, PROMPT, { maxNewTokens: 40, seed }))).tokens;
};

async function connect(options: Partial<LlamaServerOptions> = {}, rows = rowsForTest(VOCAB_SIZE)) {
  const server = await llamaServerForTest(onTestFinished, rows);
  return { server, model: await llamaServer({ url: server.url, ...options }) };
}

describe("the contract of causal models", async () => {
  const server = await llamaServerForTest(afterAll, rowsForTest(VOCAB_SIZE));
  testModel(test, await llamaServer({ url: server.url }), { tolerance: 0 });
});

const sampler = temperatureSampler(0.8, 0.9);
const decoders: Readonly<Record<string, () => AnyDecoder>> = {
  greedy: () => autoregressive({ name: "greedy", sampler: greedySampler }),
  "top-p": () => autoregressive({ name: "top-p", sampler }),
  "temperature without truncation, which needs whole rows": () => autoregressive({ name: "temperature", sampler: temperatureSampler(1.5) }),
  "prompt lookup": () => speculative({ drafter: promptLookup() }),
  "a draft model under top-p": () => speculative({ drafter: draftModel(), sampler, verify: "ratio" }),
  "block verification": () => speculative({ drafter: draftModel(), sampler, verify: "block" }),
  "prompt lookup under top-p": () => speculative({ drafter: promptLookup(), sampler }),
  "a tree": () => judgedTree(),
};

test.each(Object.keys(decoders))("%s writes what it writes on the local model", async (name) => {
  const { model, server } = await connect();
  const local = localModel(rowsForTest(VOCAB_SIZE));
  for (const seed of [0, 1, 2])
    expect(await tokensOf(decoders[name]!(), model, seed)).toEqual(await tokensOf(decoders[name]!(), local, seed));
  expect(server.calls.length).toBeGreaterThan(0);
});

describe("the tokenizer", () => {
  test("of the server is accepted", async () => {
    const { model } = await connect({ tokenizer: byteTokenizer() });
    expect(model.vocabSize).toBe(VOCAB_SIZE);
  });

  test("another one is refused", async () => {
    const tokenizer = { ...byteTokenizer(), encode: () => Int32Array.of(1, 2, 3) };
    await expect(connect({ tokenizer })).rejects.toMatchObject({ code: "REMOTE", reason: "wrong-model" });
  });
});

test("a request asks for the parts that are needed and for one token, with the key and the headers", async () => {
  const { model, server } = await connect({ apiKey: "secret-1", headers: { "x-tenant": "tenant-2" } });
  const session = await model.createSession();
  await session.forward(PROMPT, { rows: 3, reads: { top: 1, tokensOnly: true } });
  const { headers, bytes } = server.requests.at(-1)!;
  expect(headers).toMatchObject({ authorization: "Bearer secret-1", "x-tenant": "tenant-2" });
  const { prompt, ...body } = JSON.parse(Buffer.from(bytes).toString()) as { prompt: number[][] };
  expect(prompt).toEqual([[...PROMPT.subarray(0, 6)], [...PROMPT.subarray(0, 7)], [...PROMPT]]);
  expect(body).toMatchObject({ n_predict: 1, n_probs: 4, cache_prompt: true, samplers: ["top_k"], top_k: 1 });
});
