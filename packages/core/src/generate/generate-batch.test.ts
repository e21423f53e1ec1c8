import { describe, expect, test } from "vitest";
import type { LanguageModel } from "../contracts/language-model.ts";
import { autoregressive } from "../decode/autoregressive.ts";
import { withPrefixCache } from "../decorate/with-prefix-cache.ts";
import { seededRandom } from "../random/random.ts";
import { greedySampler } from "../sampling/greedy-sampler.ts";
import { temperatureSampler } from "../sampling/temperature-sampler.ts";
import { byteTokenizer } from "../testing/byte-tokenizer.ts";
import { failingModel } from "../testing/failing-model.ts";
import type { TestModel } from "../testing/memory-model.ts";
import { randomTable } from "../testing/random-table.ts";
import { tableModel } from "../testing/table-model.ts";
import { generate } from "./generate.ts";
import { generateBatch } from "./generate-batch.ts";
import type { Generation } from "./generation.ts";

const VOCAB = 8;
const tokenizer = byteTokenizer();
const sample = autoregressive({ name: "sample", sampler: temperatureSampler(1) });
const greedy = autoregressive({ name: "greedy", sampler: greedySampler });
const ids = (digits: string): Int32Array => Int32Array.from(digits, Number);

function letters(): LanguageModel & { readonly causal: TestModel } {
  const causal = tableModel({ vocabSize: VOCAB, probabilities: randomTable(seededRandom(1), VOCAB) });
  return { name: "letters", causal, tokenizer, stopTokens: [] };
}
const results = (batch: readonly Generation[]) => Promise.all(batch.map(({ result }) => result));
const readBy = ({ causal }: { readonly causal: TestModel }): number => causal.passes().reduce((sum, pass) => sum + pass.positions, 0);

describe("a batch of prompts", () => {
  const prompts = ["1234560", "1234561", "12345", "7777", "1234561"].map(ids);

  test("returns what generate returns for each, with the seed of its place", async () => {
    const options = { decoder: sample, maxNewTokens: 6, logProbabilities: 2 };
    const batch = await results(generateBatch(letters(), prompts, { ...options, seed: 10 }));
    for (const [index, prompt] of prompts.entries()) {
      const { statistics: _, ...alone } = await generate(letters(), prompt, { ...options, seed: 10 + index }).result;
      expect(batch[index]).toMatchObject(alone);
    }
    expect(batch[1]!.tokens).not.toEqual(batch[4]!.tokens);
  });

  test("reads what prompts share once, and frees it at the end", async () => {
    const model = letters();
    await results(generateBatch(model, prompts, { decoder: greedy, maxNewTokens: 1 }));
    // Of what is shared 12345, then 6, then 1; of each prompt what is left, at least its last token.
    expect(readBy(model)).toBe(5 + 1 + 1 + (1 + 1 + 1 + 4 + 1));
    expect(model.causal.openSessions()).toBe(0);
    const apart = letters();
    for (const prompt of prompts) await generate(apart, prompt, { decoder: greedy, maxNewTokens: 1 }).result;
    expect(readBy(apart)).toBe(prompts.reduce((sum, { length }) => sum + length, 0));
  });

  test("keeps it in the prefix cache of a model that has one", async () => {
    const model = letters();
    const cached = withPrefixCache(model);
    await results(generateBatch(cached, prompts, { decoder: greedy, maxNewTokens: 1 }));
    expect(cached.prefixCache.statistics().sequences).toBeGreaterThan(0);
    await cached.prefixCache.clear();
    expect(model.causal.openSessions()).toBe(0);
  });

  test("decodes at most `concurrency` of them at the same time, in the order in which they are read", async () => {
    let [running, most] = [0, 0];
    const order: number[] = [];
    const decoder = {
      ...greedy,
      async *decode(...[models, prompt, options]: Parameters<typeof greedy.decode>) {
        order.push(prompt[0]!);
        most = Math.max(most, ++running);
        try {
          yield* greedy.decode(models, prompt, options);
        } finally {
          running--;
        }
      },
    };
    await results(generateBatch(letters(), ["1", "2", "3", "4", "5"].map(ids), { decoder, maxNewTokens: 3, concurrency: 2 }));
    expect([most, running, order]).toEqual([2, 0, [1, 2, 3, 4, 5]]);
  });

  test("goes on after an error of one prompt, and an abort ends all that wait", async () => {
    const model = letters();
    const long = new Int32Array(100).fill(1);
    const settled = await Promise.allSettled(
      generateBatch(model, [long, ids("12")], { decoder: greedy, maxNewTokens: 2, concurrency: 1 }).map(({ result }) => result),
    );
    expect(settled).toMatchObject([{ reason: { code: "CONTEXT_LENGTH" } }, { value: { finishReason: "length" } }]);
    const abort = new AbortController();
    const batch = generateBatch(model, prompts, { decoder: greedy, maxNewTokens: 50, concurrency: 1, signal: abort.signal });
    const ended = results(batch);
    for await (const event of batch[0]!.events) if (event.type === "tokens-commit") abort.abort();
    expect(new Set((await ended).map(({ finishReason }) => finishReason))).toEqual(new Set(["abort"]));
    expect(model.causal.openSessions()).toBe(0);
  });

  test("leaves failures of passes to the decodes, and models that cannot fork alone", async () => {
    const model = letters();
    const failing = { ...model, causal: failingModel(model.causal, { pass: 0, error: new Error("no memory") }) };
    const settled = await Promise.allSettled(
      generateBatch(failing, prompts.slice(0, 2), { decoder: greedy, maxNewTokens: 1 }).map(({ result }) => result),
    );
    expect(settled.filter(({ status }) => status === "rejected").length).toBeLessThan(2);
    const noForks = letters();
    const causal = { ...noForks.causal, capabilities: { ...noForks.causal.capabilities, fork: false } };
    const texts = await results(generateBatch({ ...noForks, causal }, prompts, { decoder: greedy, maxNewTokens: 2 }));
    expect(texts.map(({ tokens }) => tokens.length)).toEqual([2, 2, 2, 2, 2]);
  });

  test.each([
    ["no prompts", () => generateBatch(letters(), [], { decoder: greedy }), /prompts must be an array of at least 1 prompt/u],
    ["a random source", () => generateBatch(letters(), prompts, { decoder: greedy, random: seededRandom(1) } as never), /random/u],
    ["an unknown option", () => generateBatch(letters(), prompts, { decoder: greedy, parallel: 2 } as never), /parallel/u],
    ["a concurrency of 0", () => generateBatch(letters(), prompts, { decoder: greedy, concurrency: 0 }), /concurrency/u],
    ["messages without a template", () => generateBatch(letters(), [[{ role: "user" }]], { decoder: greedy }), /chat template/u],
  ])("refuses %s", (_what, call, message) => expect(call).toThrow(message));
});
