// Prints text as it is generated. Ctrl+C ends the decode; what was generated stays.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { topP } from "@decodekit/top-p";
import { stories } from "@decodekit/tiny-models";

const prompt = process.argv[2] ?? "Once upon a time";
const controller = new AbortController();
process.once("SIGINT", () => controller.abort());

const model = await loadModel(stories);
const generation = generate(model, prompt, {
  decoder: topP({ p: 0.9, temperature: 0.8 }),
  maxNewTokens: 120,
  seed: 7,
  signal: controller.signal,
});

process.stdout.write(prompt);
for await (const piece of generation.textStream) process.stdout.write(piece);
const { finishReason, statistics } = await generation.result;
console.log(`\n\n${finishReason}: ${statistics.tokens} tokens, ${Math.round(statistics.tokensPerSecond)} per second`);
await model.dispose();
