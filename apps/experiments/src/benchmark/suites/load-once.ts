// Loads a model with one library, decodes, and prints what it cost as JSON. A process of its own, since the peak of memory is a process's.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { hub } from "@decodekit/hub";
import type { Tensor } from "@huggingface/transformers";
import { importTransformers, loadWith } from "../contenders/transformers-js.ts";
import { nodePlace } from "../place/node-place.ts";
import type { HubJob, LoadingCost, LoadingJob } from "./loading-job.ts";

const job = JSON.parse(process.argv[2]!) as LoadingJob | HubJob;
const started = performance.now();
const decoded = await run(job);
const cost: LoadingCost = {
  seconds: (performance.now() - started) / 1000,
  firstTokenSeconds: (decoded.firstToken - started) / 1000,
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

async function run(each: LoadingJob | HubJob): Promise<Decoded> {
  if (each.library === "hub") return fromHub(each);
  return each.library === "decodekit" ? withDecodekit(each) : withTransformers(each);
}

async function fromHub({ endpoint, repository, cache, modelFile, execution, threads }: HubJob): Promise<Decoded> {
  await loadModel(hub(repository, { endpoint, cache }), { execution, threads, modelFile });
  return { firstToken: performance.now(), tokens: [] };
}

async function withDecodekit({ folder, modelFile, execution, threads, prompt, newTokens, rewriting }: LoadingJob): Promise<Decoded> {
  const model = await loadModel(folder, { execution, threads, modelFile, rewriting });
  const generation = generate(model, prompt, { decoder: greedy(), maxNewTokens: newTokens, stopTokens: [] });
  let firstToken = 0;
  for await (const event of generation.events) if (event.type === "tokens-commit") firstToken ||= performance.now();
  const { tokens } = await generation.result;
  return { firstToken, tokens };
}

async function withTransformers({ folder, modelFile, execution, threads, prompt, newTokens }: LoadingJob): Promise<Decoded> {
  const settings = { folder, threads, embedded: false, tokens: newTokens, prompts: 1, quick: false };
  const place = nodePlace({ suite: "loading", where: execution, file: modelFile, settings, done: [] });
  const transformers = await importTransformers(place);
  const tokenizer = await transformers.AutoTokenizer.from_pretrained(place.transformers.name);
  const model = await loadWith(transformers, place);
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
