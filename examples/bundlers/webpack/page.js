// The model runs in the page: a pass on the CPU blocks its thread.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models/stories";

const output = document.querySelector("#page");
const prompt = "Once upon a time, there was a little girl named Lily.";
const model = await loadModel(stories);
output.textContent = prompt;
for await (const text of generate(model, prompt, { decoder: greedy(), maxNewTokens: 64 }).textStream) output.textContent += text;
await model.dispose();
