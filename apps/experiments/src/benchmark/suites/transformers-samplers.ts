import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { MeasuredSampler } from "./measured-sampler.ts";

interface SamplerModule {
  readonly LogitsSampler: { getSampler(config: object): (logits: object) => Promise<unknown> };
}

interface TensorModule {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
}

interface ProcessModule {
  readonly LogitsProcessorList: new () => { push(processor: object): void } & ((ids: bigint[][], logits: object) => object);
  readonly TemperatureLogitsWarper: new (temperature: number) => object;
}

const library = "transformers.js";

/**
 * Returns the samplers of transformers.js. It does not export them, and has no top-p: its `TopPLogitsWarper` changes nothing, so that
 * `top_p` has no effect. They are read from its published sources.
 */
export async function transformersSamplers(): Promise<readonly MeasuredSampler[]> {
  const sources = new URL("../src/", pathToFileURL(createRequire(import.meta.url).resolve("@huggingface/transformers")));
  const read = (file: string): Promise<unknown> => import(new URL(file, sources).href);
  const { LogitsSampler } = (await read("generation/logits_sampler.js")) as SamplerModule;
  const { LogitsProcessorList, TemperatureLogitsWarper } = (await read("generation/logits_process.js")) as ProcessModule;
  const { Tensor } = (await read("utils/tensor.js")) as TensorModule;

  const tensorOf = (row: Float32Array): object => new Tensor("float32", row, [1, row.length]);
  const rowOf = (logits: object): object => (logits as readonly object[])[0]!;
  const greedy = LogitsSampler.getSampler({ do_sample: false, num_beams: 1 });
  const drawn = LogitsSampler.getSampler({ do_sample: true, num_beams: 1, top_k: 0 });
  const drawnOfFifty = LogitsSampler.getSampler({ do_sample: true, num_beams: 1, top_k: 50 });
  const warpers = new LogitsProcessorList();
  warpers.push(new TemperatureLogitsWarper(0.8));
  const ids = [[0n]];
  return [
    { library, sampler: "greedy", pick: (row) => greedy(rowOf(tensorOf(row))) },
    { library, sampler: "temperature 0.8", pick: (row) => drawn(rowOf(warpers(ids, tensorOf(row)))) },
    { library, sampler: "temperature 0.8, top-k 50", pick: (row) => drawnOfFifty(rowOf(warpers(ids, tensorOf(row)))) },
  ];
}
