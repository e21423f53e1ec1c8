import { generate } from "@decodekit/core";
import type { Execution, ModelFiles } from "@decodekit/core/onnx";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative } from "@decodekit/speculative";
import { storiesDraft } from "@decodekit/tiny-models";
import { expect } from "vitest";
import { expectCacheEquality } from "./expect-cache-equality.ts";

const PROMPT = "Once upon a time, there was a little girl named Lily. She";

/** Checks that a model in two graphs gives the logits of the whole one, and decodes the same tokens with and without speculation. */
export async function expectSplitAgreement(split: ModelFiles, execution: Execution, tolerance: number): Promise<void> {
  // A software GPU is slow.
  const [newTokens, cases] = execution === "webgpu" ? [12, 1] : [40, 4];
  const whole = await loadModel(storiesDraft, { execution });
  const tokens = whole.tokenizer.encode(PROMPT);
  const session = await whole.causal.createSession();
  const expected = await session.forward(tokens, { rows: "all" });
  const greedyTokens = [...(await generate(whole, PROMPT, { decoder: greedy(), maxNewTokens: newTokens }).result).tokens];
  for (const rewriting of [true, false]) {
    const model = await loadModel(split, { execution, rewriting });
    const each = await model.causal.createSession();
    const actual = await each.forward(tokens, { rows: "all" });
    for (let row = 0; row < tokens.length; row++) {
      const difference = Math.max(...actual.row(row).map((logit, token) => Math.abs(logit - expected.row(row)[token]!)));
      expect(difference, `row ${row}, rewriting ${rewriting}`).toBeLessThanOrEqual(tolerance);
    }
    await each.dispose();
    for (const decoder of [greedy(), speculative({ drafter: promptLookup(), draftLength: 4 })]) {
      const result = await generate(model, PROMPT, { decoder, maxNewTokens: newTokens }).result;
      expect([...result.tokens], decoder.name).toEqual(greedyTokens);
    }
    await expectCacheEquality(model.causal, cases, { samePasses: tolerance, otherPasses: Math.max(tolerance, 1e-5) });
    await model.dispose();
  }
  await session.dispose();
  await whole.dispose();
}
