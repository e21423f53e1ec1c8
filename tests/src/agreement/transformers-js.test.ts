import { fileURLToPath } from "node:url";
import { AutoModelForCausalLM, AutoTokenizer, env, type Tensor } from "@huggingface/transformers";
import { expect, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };

test("transformers.js loads the shipped folder and returns the same greedy tokens", async () => {
  env.allowRemoteModels = false;
  env.localModelPath = fileURLToPath(new URL("../../../packages/tiny-models/models", import.meta.url));
  const tokenizer = await AutoTokenizer.from_pretrained("stories");
  const model = await AutoModelForCausalLM.from_pretrained("stories", { dtype: "fp32", device: "cpu" });
  for (const { prompt, promptTokens, greedyTokens } of golden.prompts) {
    const inputs = tokenizer(prompt) as { input_ids: Tensor };
    expect(inputs.input_ids.tolist()[0].map(Number), prompt).toEqual(promptTokens);
    const output = (await model.generate({ ...inputs, max_new_tokens: greedyTokens.length, do_sample: false })) as Tensor;
    expect(output.tolist()[0].map(Number).slice(promptTokens.length), prompt).toEqual(greedyTokens);
  }
  await model.dispose();
});
