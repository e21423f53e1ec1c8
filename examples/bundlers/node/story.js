// Prints a story as it grows.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models/stories";

const model = await loadModel(stories);
const prompt = "Once upon a time, there was a little girl named Lily.";
process.stdout.write(prompt);
for await (const text of generate(model, prompt, { decoder: greedy(), maxNewTokens: 64 }).textStream) process.stdout.write(text);
console.log();
await model.dispose();
