import type { InferenceSession } from "onnxruntime-common";
import { ModelShapeError } from "../../errors.ts";
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

/** Runs the embedding graph for each pass. On WebGPU its outputs stay on the GPU. */
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
    return {
      names,
      async read(tokens) {
        const feeds = { [ids]: idTensor(runtime.ort, type, tokens.length, (index) => tokens[index]!) };
        return inference.run(feeds, names);
      },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** @throws ModelShapeError unless token ids are the only input. */
function typeOfIds(source: string, inputs: readonly InferenceSession.ValueMetadata[], ids: string): IdType {
  const [input, other] = inputs;
  if (input?.isTensor && input.name === ids && !other && (input.type === "int64" || input.type === "int32")) return input.type;
  const actual = inputs.map((each) => (each.isTensor ? `${each.name} ${each.type}` : each.name)).join(", ");
  throw new ModelShapeError({ source, tensor: ids, expected: "the only input of an embedding graph, int64 or int32", actual });
}
