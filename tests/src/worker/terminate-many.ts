// node terminate-many.js MODEL_FILES WORKER_SCRIPT PLUGIN TIMEOUT COUNT: terminates COUNT workers, one after another, each in the middle
// of a native decode, and prints the outcomes of the decodes. They are printed at the end, so a process that is killed prints nothing.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { ModelFiles } from "@decodekit/core/onnx";
import { generate, loadModel, terminate } from "@decodekit/core/worker";

const [files = "", script = "", plugin = "", timeout = "", count = ""] = process.argv.slice(2);
const outcomes: string[] = [];
for (let index = 0; index < Number(count); index++) {
  const worker = new Worker(script);
  const model = await loadModel(JSON.parse(files) as ModelFiles, { worker, execution: "native" });
  const generation = generate(model, "Once upon a time", { decoder: { plugin }, maxNewTokens: 400, stopTokens: [] });
  const ended = generation.result.then(
    ({ finishReason }) => finishReason,
    (error: Error) => error.name,
  );
  const events = generation.events[Symbol.asyncIterator]();
  // A decoder that never yields its thread sends no event, so wait a while instead.
  await Promise.race([events.next(), new Promise((resolve) => setTimeout(resolve, 200))]);
  const exited = once(worker, "exit");
  await terminate(worker, { timeout: Number(timeout) });
  await exited;
  outcomes.push(await ended);
}
console.log(JSON.stringify(outcomes));
