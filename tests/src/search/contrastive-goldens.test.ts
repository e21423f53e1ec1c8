import { readFileSync } from "node:fs";
import { argmax, generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { withPrefixCache, withProcessors } from "@decodekit/core/toolkit";
import { contrastiveSearch } from "@decodekit/search";
import { stories } from "@decodekit/tiny-models";
import { describe, expect, test } from "vitest";

interface GoldenSearch {
  readonly prompt: readonly number[];
  readonly newTokens: number;
  readonly k: number;
  readonly alpha: number;
  readonly tokens: readonly number[];
}

const file = new URL("../../../packages/search/golden/contrastive-stories.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly GoldenSearch[] };

describe.each(["wasm", "native"] as const)("the story model with its hidden states, on %s", async (execution) => {
  const model = await loadModel(stories, { execution, hiddenStates: true });

  test.each(cases.map((golden, index) => ({ index, ...golden })))(
    "contrastive search chooses transformers' tokens, case $index: k $k, alpha $alpha",
    async ({ prompt, newTokens, k, alpha, tokens }) => {
      const decoder = contrastiveSearch({ k, alpha });
      const options = { decoder, maxNewTokens: newTokens, stopTokens: [] };
      expect([...(await generate(model, Int32Array.from(prompt), options).result).tokens]).toEqual(tokens);
    },
  );

  test("a pass returns the states of all of its tokens, however they are grouped, and the rows of a graph without them", async () => {
    const tokens = Int32Array.from({ length: 300 }, (_, index) => 5 + ((index * 37) % 4000));
    const plain = await loadModel(stories, { execution });
    expect([model.causal.capabilities.hiddenStates, plain.causal.capabilities.hiddenStates]).toEqual([true, undefined]);
    const [whole, parts, other] = await Promise.all([model, model, plain].map(({ causal }) => causal.createSession()));
    const logits = await whole!.forward(tokens);
    const { size, values } = logits.hiddenStates!;
    expect([size, values.length]).toEqual([192, 300 * 192]);
    expect(argmax(logits.row(0))).toBe(argmax((await other!.forward(tokens)).row(0)));
    await parts!.forward(tokens.subarray(0, 290));
    const fork = await parts!.fork!();
    const rest = (await fork.forward(tokens.subarray(290))).hiddenStates!.values;
    expect(rest).toHaveLength(10 * size);
    for (const [index, value] of rest.entries()) expect(Math.abs(value - values[290 * size + index]!)).toBeLessThan(1e-2);
    for (const session of [whole!, parts!, other!, fork]) await session.dispose();
    await plain.dispose();
  });

  test("a graph that is not rewritten returns none, which a warning says", async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: { readonly message: string }): void => void warnings.push(message);
    const asItIs = await loadModel(stories, { execution, hiddenStates: true, rewriting: false, onWarning });
    expect(asItIs.causal.capabilities.hiddenStates).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("passes return none of the hidden states")]);
    await asItIs.dispose();
  });

  test("processors keep the states; a prefix cache, which reads only the rest of a prompt, does not claim to", async () => {
    const session = await withProcessors(model.causal, [() => undefined]).createSession();
    expect((await session.forward(Int32Array.of(0, 5))).hiddenStates!.values).toHaveLength(2 * 192);
    await session.dispose();
    expect(withPrefixCache(model.causal).capabilities.hiddenStates).toBe(false);
  });
});
