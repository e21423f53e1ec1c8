import type { Tensor } from "@huggingface/transformers";
import type { Place } from "../place/place.ts";
import { type Contender, digestOf } from "./contender.ts";

type Transformers = typeof import("@huggingface/transformers");

/** transformers.js on the same file and the same runtime. A process or page uses it on one execution only. */
export const transformersJs: Contender = {
  name: "transformers.js",
  async open(place) {
    const transformers = await importTransformers(place);
    const model = await loadWith(transformers, place);
    return {
      async decode({ tokens: prompt }, { maxNewTokens, stopTokens }) {
        const shape = [1, prompt.length];
        const inputs = {
          input_ids: new transformers.Tensor("int64", BigInt64Array.from(prompt, BigInt), shape),
          attention_mask: new transformers.Tensor("int64", new BigInt64Array(prompt.length).fill(1n), shape),
        };
        let firstToken = 0;
        // The first call is for the prompt.
        const streamer = {
          put: (tokens: bigint[][]) => tokens[0]!.length === 1 && (firstToken ||= performance.now()),
          end: () => undefined,
        };
        const ends = stopTokens.length > 0 ? { eos_token_id: [...stopTokens] } : { min_new_tokens: maxNewTokens };
        const started = performance.now();
        const options = { ...inputs, max_new_tokens: maxNewTokens, do_sample: false, streamer, ...ends };
        const output = (await model.generate(options as never)) as Tensor;
        const milliseconds = performance.now() - started;
        const all = (output.tolist() as bigint[][])[0]!.slice(prompt.length).map(Number);
        const tokens = stopTokens.includes(all.at(-1)!) ? all.slice(0, -1) : all;
        return { tokens: tokens.length, firstTokenMilliseconds: firstToken - started, milliseconds, digest: digestOf(tokens) };
      },
      close: async () => void (await model.dispose()),
    };
  },
};

/** Imports transformers.js so that it runs on the runtime of `place`, without requests to other hosts. */
export async function importTransformers(place: Pick<Place, "execution" | "runtime" | "transformers" | "threads">): Promise<Transformers> {
  // transformers.js takes the runtime that it finds here.
  if (place.execution === "wasm") Object.assign(globalThis, { [Symbol.for("onnxruntime")]: await place.runtime() });
  const transformers = await import("@huggingface/transformers");
  const { env } = transformers;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.localModelPath = place.transformers.localModelPath;
  const { wasm } = env.backends.onnx;
  if (place.execution === "wasm" && wasm) {
    // The runtime's own files, in place of those of a CDN.
    delete wasm.wasmPaths;
    wasm.numThreads = place.threads;
  }
  return transformers;
}

/** Loads the model of `place` with transformers.js. */
export async function loadWith(
  { AutoModelForCausalLM }: Transformers,
  place: Place,
): Promise<Awaited<ReturnType<Transformers["AutoModelForCausalLM"]["from_pretrained"]>>> {
  const { execution, file, threads, hasExternalData } = place;
  const parts = file.split("/");
  const externalData = execution === "wasm" && hasExternalData ? (await place.readGraph()).externalData : undefined;
  const wasm = { executionProviders: ["wasm"], ...(externalData && { externalData }) };
  return AutoModelForCausalLM.from_pretrained(place.transformers.name, {
    dtype: "fp32", // which adds nothing to the file's name
    subfolder: parts.slice(0, -1).join("/"),
    model_file_name: parts.at(-1)!.replace(/\.onnx$/u, ""),
    ...(execution === "wasm"
      ? { device: "auto", session_options: wasm }
      : {
          device: "cpu",
          session_options: { intraOpNumThreads: threads },
          ...(hasExternalData && { use_external_data_format: true }),
        }),
  });
}
