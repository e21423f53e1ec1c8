// Runs llama.cpp and compares its probabilities with those of our chains on the same logits.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { llamaCpp, type LlamaCppOptions } from "@decodekit/samplers";
import type { LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CACHE = process.env["DECODEKIT_CACHE"] ?? fileURLToPath(new URL("../../../../tests/.cache", import.meta.url));
/** The weights that the chat model of the tests was made from; scripts/real-model.mjs keeps them. */
const GGUF = path.join(CACHE, "smollm2-gguf", "SmolLM2-135M-Instruct.Q4_1.gguf");
const TEXT = "The cat sat on the mat. The dog sat on the mat. The cat sat on the";
/** What nothing is cut off with. */
const OPEN = { temperature: 1, topK: 0, topP: 1, minP: 0 } as const satisfies SequenceEvaluateOptions;
const OURS_OPEN = { temperature: 1, top_k: 0, top_p: 1, min_p: 0 } as const satisfies LlamaCppOptions;

describe.skipIf(!existsSync(GGUF))("a running llama.cpp", () => {
  let model: LlamaModel;
  let sequence: LlamaContextSequence;
  let stop: () => Promise<void>;
  let tokens: Token[];
  let row: Float32Array;

  beforeAll(async () => {
    const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
    const how = { gpu: false, build: "never", skipDownload: true, progressLogs: false } as const;
    const llama = await getLlama({ ...how, logLevel: LlamaLogLevel.error, maxThreads: 1 });
    stop = () => llama.dispose();
    model = await llama.loadModel({ modelPath: GGUF, gpuLayers: 0 });
    sequence = (await model.createContext({ contextSize: 512, threads: 1, sequences: 1 })).getSequence();
    tokens = model.tokenize(TEXT);
    row = await logitsAfter(tokens);
  }, 120_000);
  afterAll(() => stop());

  async function next(prefix: readonly Token[], what: { logits?: true; probabilities?: true }, options: SequenceEvaluateOptions) {
    await sequence.clearHistory();
    const results = await sequence.controlledEvaluate([
      ...prefix.slice(0, -1),
      [prefix.at(-1)!, { generateNext: { ...what, token: true, options } }],
    ]);
    return results.at(-1)!.next;
  }

  async function logitsAfter(prefix: readonly Token[]): Promise<Float32Array> {
    return dense((await next(prefix, { logits: true }, OPEN)).logits!, -Infinity);
  }

  function dense(values: ReadonlyMap<Token, number>, fill: number): Float32Array {
    const all = new Float32Array(Math.max(...values.keys(), ...(row ? [row.length - 1] : [])) + 1).fill(fill);
    for (const [token, value] of values) all[token] = value;
    return all;
  }

  function expectSame(theirs: ReadonlyMap<Token, number>, ours: Float64Array): void {
    const expected = dense(theirs, 0);
    // llama.cpp adds its weights up in float32: over the whole vocabulary its probabilities sum to 1.0001.
    const sum = expected.reduce((total, probability) => total + probability, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(2e-4);
    const worst = ours.reduce((most, probability, token) => Math.max(most, Math.abs(probability - expected[token]! / sum)), 0);
    expect(worst).toBeLessThan(1e-5);
    const keptIn = (values: ArrayLike<number>): readonly number[] =>
      Array.from(values).flatMap((value, token) => (value > 0 ? [token] : []));
    expect(keptIn(ours)).toEqual(keptIn(expected));
  }

  test.each<[string, SequenceEvaluateOptions, LlamaCppOptions]>([
    ["defaults", { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 }, {}],
    ["temperature", { ...OPEN, temperature: 1.5 }, { ...OURS_OPEN, temperature: 1.5 }],
    ["top-k", { ...OPEN, topK: 5 }, { ...OURS_OPEN, top_k: 5 }],
    ["top-k and top-p, then temperature", { temperature: 1.7, topK: 40, topP: 0.7, minP: 0 }, { temperature: 1.7, top_p: 0.7, min_p: 0 }],
    ["min-p, then temperature", { ...OPEN, temperature: 0.6, minP: 0.1 }, { ...OURS_OPEN, temperature: 0.6, min_p: 0.1 }],
    [
      "XTC that always drops",
      { ...OPEN, topK: 40, xtc: { probability: 1, threshold: 0.05 } },
      { ...OURS_OPEN, top_k: 40, xtc_probability: 1, xtc_threshold: 0.05 },
    ],
  ])("%s", async (_, theirs, ours) => {
    const { probabilities } = await next(tokens, { probabilities: true }, theirs);
    expectSame(probabilities!, llamaCpp(ours).distribution(row, { tokens: Int32Array.from(tokens), promptLength: 0 }));
  });

  test.each<[string, { penalty: number; frequencyPenalty: number; presencePenalty: number }, LlamaCppOptions]>([
    ["repetition penalty", { penalty: 1.4, frequencyPenalty: 0, presencePenalty: 0 }, { repeat_penalty: 1.4 }],
    [
      "all penalties",
      { penalty: 1.2, frequencyPenalty: 0.6, presencePenalty: 0.3 },
      { repeat_penalty: 1.2, frequency_penalty: 0.6, presence_penalty: 0.3 },
    ],
  ])("%s", async (_, penalties, ours) => {
    const { probabilities } = await next(
      tokens,
      { probabilities: true },
      { ...OPEN, repeatPenalty: { punishTokens: tokens, ...penalties } },
    );
    const context = { tokens: Int32Array.from(tokens), promptLength: 0 };
    expectSame(probabilities!, llamaCpp({ ...OURS_OPEN, ...ours }).distribution(row, context));
  });

  test("DRY, on every token of a text that repeats itself", async () => {
    // node-llama-cpp counts the tokens that it generates, not those of the prompt, and none at all without lastTokens.
    const dryRepeatPenalty = { strength: 0.4, base: 1.2, allowedLength: 1, lastTokens: 64, sequenceBreakers: ["\n"] };
    const steps: { readonly token: Token; readonly probabilities: Map<Token, number> }[] = [];
    await sequence.clearHistory();
    const metadata = { probabilities: true } as const;
    const prompt = model.tokenize("red green blue red green blue red green blue red green blue red green blue red green");
    const options = { ...OPEN, topK: 3, seed: 1, dryRepeatPenalty, yieldEogToken: true };
    for await (const { token, probabilities } of sequence.evaluateWithMetadata(prompt, metadata, options)) {
      steps.push({ token, probabilities });
      if (steps.length === 24) break;
    }
    const chain = llamaCpp({
      ...OURS_OPEN,
      top_k: 3,
      dry_multiplier: 0.4,
      dry_base: 1.2,
      dry_allowed_length: 1,
      dry_penalty_last_n: 64,
      dry_sequence_breakers: [model.tokenize("\n")],
    });
    const plain = llamaCpp({ ...OURS_OPEN, top_k: 3 });
    let penalised = 0;
    for (const [index, { probabilities }] of steps.entries()) {
      const generated = steps.slice(0, index).map(({ token }) => token);
      const logits = await logitsAfter([...prompt, ...generated]);
      const context = { tokens: Int32Array.from(generated), promptLength: 0 };
      const ours = chain.distribution(logits, context);
      expectSame(probabilities, ours);
      if (plain.distribution(logits, context).some((probability, token) => Math.abs(probability - ours[token]!) > 0.01)) penalised++;
    }
    expect(penalised).toBeGreaterThan(2);
  });
});
