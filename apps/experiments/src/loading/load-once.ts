// Loads a model with one library, decodes, and prints what it cost as JSON. A process of its own, since the peak of memory is a process's.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import type { Tensor } from "@huggingface/transformers";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Cost, Job } from "./job.ts";

const job = JSON.parse(process.argv[2]!) as Job;
const started = performance.now();
const decoded = await (job.library === "decodekit" ? withDecodekit(job) : withTransformers(job));
const cost: Cost = {
  seconds: (performance.now() - started) / 1000,
  secondsToFirst: (decoded.firstToken - started) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  tokens: [...decoded.tokens],
};
console.log(JSON.stringify(cost));
process.exit(0);

interface Decoded {
  /** When the first token was there. */
  readonly firstToken: number;
  readonly tokens: Iterable<number>;
}

async function withDecodekit({ folder, modelFile, execution, prompt, newTokens, rewriting }: Job): Promise<Decoded> {
  const model = await loadModel(folder, { execution, modelFile, rewriting });
  const generation = generate(model, prompt, { decoder: greedy(), maxNewTokens: newTokens, stopTokens: [] });
  let firstToken = 0;
  for await (const event of generation.events) if (event.type === "tokens-commit") firstToken ||= performance.now();
  const { tokens } = await generation.result;
  return { firstToken, tokens };
}

async function withTransformers({ folder, modelFile, execution, prompt, newTokens, externalData }: Job): Promise<Decoded> {
  // transformers.js takes the runtime that it finds here.
  if (execution === "wasm") Object.assign(globalThis, { [Symbol.for("onnxruntime")]: await import("onnxruntime-web") });
  const { AutoModelForCausalLM, AutoTokenizer, env } = await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  env.localModelPath = path.dirname(folder);
  // The runtime's own files, in place of those of a CDN.
  if (execution === "wasm") delete env.backends.onnx.wasm!.wasmPaths;
  const name = path.basename(folder);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const data = `${path.join(folder, modelFile)}_data`;
  const wasmOptions = {
    executionProviders: ["wasm"],
    ...(externalData && { externalData: [{ path: path.basename(data), data: readFileSync(data) }] }),
  };
  const model = await AutoModelForCausalLM.from_pretrained(name, {
    dtype: "fp32", // which adds nothing to the file's name
    subfolder: path.dirname(modelFile).replace(/^\.$/, ""),
    model_file_name: path.basename(modelFile, ".onnx"),
    ...(execution === "wasm"
      ? { device: "auto", session_options: wasmOptions }
      : { device: "cpu", ...(externalData && { use_external_data_format: true }) }),
  });
  const inputs = tokenizer(prompt) as { input_ids: Tensor };
  const length = inputs.input_ids.dims.at(-1)!;
  let firstToken = 0;
  // The first call is for the prompt.
  const streamer = { put: (tokens: bigint[][]) => tokens[0]!.length === 1 && (firstToken ||= performance.now()), end: () => undefined };
  const limits = { max_new_tokens: newTokens, min_new_tokens: newTokens, do_sample: false };
  const output = (await model.generate({ ...inputs, ...limits, streamer } as never)) as Tensor;
  const all = (output.tolist() as bigint[][])[0]!.map(Number);
  return { firstToken, tokens: all.slice(length) };
}
