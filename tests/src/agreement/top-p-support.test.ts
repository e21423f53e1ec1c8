import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { topPSampler } from "@decodekit/top-p";
import { expect, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };

test("top-p keeps the tokens that Hugging Face transformers keeps, at every step", async () => {
  const model = await loadModel(stories);
  for (const { prompt, promptTokens, greedyTokens, topP } of golden.prompts) {
    const session = await model.causal.createSession();
    const steps = topP[0]!.supports.length;
    const tokens = Int32Array.of(...promptTokens, ...greedyTokens.slice(0, steps - 1));
    const logits = await session.forward(tokens, { rows: steps });
    for (const { p, temperature, supports } of topP) {
      const sampler = topPSampler({ p, temperature });
      for (const [step, support] of supports.entries()) {
        const context = { tokens: tokens.subarray(0, promptTokens.length + step), promptLength: promptTokens.length };
        const kept = [...sampler.distribution(logits.row(step), context).entries()]
          .filter(([, probability]) => probability > 0)
          .map(([token]) => token);
        expect(kept, `"${prompt}", p ${p}, temperature ${temperature}, step ${step}`).toEqual(support);
      }
    }
    await session.dispose();
  }
  await model.dispose();
});
