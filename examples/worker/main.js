// The model runs in a worker: a timer on this thread keeps running while text is generated.
import { Worker } from "node:worker_threads";
import { generate, loadModel, terminate } from "@decodekit/core/worker";
import { stories } from "@decodekit/tiny-models";

const worker = new Worker(new URL("./model-worker.js", import.meta.url));
const model = await loadModel(stories, { worker });

let ticks = 0;
const timer = setInterval(() => ticks++, 5);
const generation = generate(model, "Tom had a red ball.", { decoder: { plugin: "greedy" }, maxNewTokens: 100 });
for await (const piece of generation.textStream) process.stdout.write(piece);
clearInterval(timer);

const { statistics } = await generation.result;
console.log(`\n\n${statistics.tokens} tokens; the timer on this thread ran ${ticks} times meanwhile`);
await terminate(worker);
