import type { InferenceSession, Tensor } from "onnxruntime-common";
import { ModelShapeError } from "../../errors.ts";
import { emptyArray } from "../cache-layout.ts";
import { createInference, type InferenceOptions } from "../create-inference.ts";
import type { Runtime } from "../environment/environment.ts";
import type { IdType } from "../graph-signature.ts";
import { idTensor } from "../id-tensor.ts";
import type { GraphFiles } from "../model-files.ts";
import type { ModelFolder } from "../model-folder.ts";
import { queueOf, releaseInTurn } from "../runtime-queue.ts";
import { checkType, embeddedInputs, type Embeddings } from "./embeddings.ts";

export interface EmbeddingOptions extends InferenceOptions {
  /** The inputs of the decoder. */
  readonly decoder: readonly InferenceSession.ValueMetadata[];
  /** Name of the input of token ids. */
  readonly ids: string;
}

/** Runs the embedding graph for each pass, as for a text without images or sounds. On WebGPU its outputs stay on the GPU. */
export async function graphEmbeddings(
  runtime: Runtime,
  folder: ModelFolder,
  graph: GraphFiles,
  { decoder, ids, ...options }: EmbeddingOptions,
): Promise<Embeddings> {
  const source = folder.describe(graph.path);
  const inference = await createInference(runtime, folder, graph, options);
  const release = (): Promise<void> => releaseInTurn(queueOf(runtime.ort), () => inference.release());
  try {
    const type = typeOfIds(source, inference.inputMetadata, ids);
    const inputs = embeddedInputs(source, decoder, inference.outputNames);
    for (const output of inference.outputMetadata) {
      const input = inputs.find(({ name }) => name === output.name);
      if (input && output.isTensor) checkType(source, input, output.type);
    }
    const names = inputs.map(({ name }) => name);
    const features = noFeatures(runtime.ort, source, inference.inputMetadata, ids);
    return {
      names,
      async read(tokens) {
        const feeds = { ...features, [ids]: idTensor(runtime.ort, type, tokens.length, (index) => tokens[index]!) };
        return inference.run(feeds, names);
      },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** @throws ModelShapeError unless token ids are an input. */
function typeOfIds(source: string, inputs: readonly InferenceSession.ValueMetadata[], ids: string): IdType {
  const input = inputs.find(({ name }) => name === ids);
  if (input?.isTensor && (input.type === "int64" || input.type === "int32")) return input.type;
  const actual = inputs.map((each) => (each.isTensor ? `${each.name} ${each.type}` : each.name)).join(", ");
  throw new ModelShapeError({ source, tensor: ids, expected: "an input of the embedding graph, int64 or int32", actual });
}

/** Names of inputs with the features of images or sounds, one row each, which take the place of tokens. */
const FEATURES = /features$/;

/** Returns the features of a text, which has none, by input name. @throws ModelShapeError for any other input beside the ids. */
function noFeatures(
  ort: Runtime["ort"],
  source: string,
  inputs: readonly InferenceSession.ValueMetadata[],
  ids: string,
): Record<string, Tensor> {
  const features: Record<string, Tensor> = {};
  for (const input of inputs) {
    if (input.name === ids) continue;
    const [rows, ...sizes] = input.isTensor && FEATURES.test(input.name) ? input.shape : [];
    const type = input.isTensor && (input.type === "float32" || input.type === "float16") ? input.type : undefined;
    if (typeof rows !== "string" || !type || !sizes.every((size) => typeof size === "number")) {
      const expected = `${ids}, or features with an open number of rows`;
      throw new ModelShapeError({ source, tensor: `input ${input.name}`, expected, actual: "an input of unknown meaning" });
    }
    features[input.name] = new ort.Tensor(type as "float32", emptyArray(type, 0) as Float32Array, [0, ...sizes]);
  }
  return features;
}
