// The model runs in a worker: the page stays free.
import { generate, loadModel, terminate } from "@decodekit/core/worker";
import { stories } from "@decodekit/tiny-models/stories";

const output = document.querySelector("#worker");
const prompt = "Once upon a time, there was a little girl named Lily.";
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const model = await loadModel(stories, { worker });
output.textContent = prompt;
for await (const text of generate(model, prompt, { decoder: { plugin: "greedy" }, maxNewTokens: 64 }).textStream)
  output.textContent += text;
await terminate(worker);
