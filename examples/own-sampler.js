// Min-p: keeps the tokens that are at least `minP` times as likely as the likeliest one (arXiv:2407.01082).
import { autoregressive, generate, softmax } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";

/** @returns {import("@decodekit/core").Sampler} */
export function minPSampler(minP) {
  return {
    name: `min-p ${minP}`,
    distribution(row) {
      const probabilities = softmax(row);
      const limit = minP * probabilities.reduce((max, probability) => Math.max(max, probability), 0);
      const kept = probabilities.map((probability) => (probability >= limit ? probability : 0));
      const sum = kept.reduce((total, probability) => total + probability, 0);
      return kept.map((probability) => probability / sum);
    },
    pick: (probabilities, random) => random.categorical(probabilities),
  };
}

const model = await loadModel(stories);
const prompt = "Lily found a small key.";
for (const minP of [0.02, 0.2]) {
  const decoder = autoregressive({ name: "min-p", sampler: minPSampler(minP) });
  const { text } = await generate(model, prompt, { decoder, seed: 3, maxNewTokens: 60 }).result;
  console.log(`minP ${minP}: ${prompt}${text}\n`);
}
await model.dispose();
