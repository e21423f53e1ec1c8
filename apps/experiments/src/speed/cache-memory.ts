// The memory of the process before and after turns, aborted decodes and forks at a long context, with a prefix cache.
import path from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    "model-file": { type: "string", default: "onnx/model.onnx" },
    execution: { type: "string", default: "native" },
    context: { type: "string", default: "2048" },
    turns: { type: "string", default: "16" },
    aborts: { type: "string", default: "200" },
    forks: { type: "string", default: "50" },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const context = Number(values.context);
setFlagsFromString("--expose-gc");
const collectAll = runInNewContext("gc") as () => void;

const execution = values.execution as "native" | "wasm";
const model = withPrefixCache(await loadModel(path.resolve(values.model), { execution, modelFile: values["model-file"] }));
const tokens = Int32Array.from({ length: context }, (_, index) => (index * 7919) % model.causal.vocabSize);
const decode = async (length: number, signal?: AbortSignal): Promise<void> => {
  await generate(model, tokens.subarray(0, length), { decoder: greedy(), maxNewTokens: 4, stopTokens: [], signal }).result;
};

await decode(context);
await show("one decode");
await model.prefixCache.clear();
const turns = Number(values.turns);
for (let turn = 1; turn <= turns; turn++) await decode(Math.round((context * turn) / turns));
await show(`${turns} turns`);
for (let abort = 0; abort < Number(values.aborts); abort++) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 1);
  await decode(context, controller.signal);
  clearTimeout(timer);
}
await show(`${values.aborts} aborted decodes`);
const session = await model.causal.createSession();
await session.forward(tokens);
for (let index = 0; index < Number(values.forks); index++) {
  const fork = await session.fork!();
  await fork.forward(Int32Array.of(2000 + index));
  await fork.dispose();
}
await session.dispose();
await show(`${values.forks} forks`);
await model.prefixCache.clear();
await show("clearing the prefix cache");
await model.dispose();
await show("disposing the model");

async function show(what: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  collectAll();
  const { rss, arrayBuffers } = process.memoryUsage();
  const { sequences, bytes } = model.prefixCache.statistics();
  const megabytes = (count: number): string => `${(count / 1e6).toFixed(0)} MB`;
  const kept = `${sequences} sequences kept in ${megabytes(bytes)}`;
  console.log(`after ${what}: ${megabytes(rss)} resident, ${megabytes(arrayBuffers)} in array buffers, ${kept}`);
}
