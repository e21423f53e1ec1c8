import type { InferenceSession, Tensor } from "onnxruntime-common";
import { ModelShapeError } from "../../errors.ts";
import { shapeOf } from "../cache-layout.ts";

/** What turns tokens into the inputs of a decoder whose embeddings are a graph of their own. */
export interface Embeddings {
  /** Names of the decoder's inputs that stand for tokens. */
  readonly names: readonly string[];
  /** Returns these inputs for `tokens`, by name. The caller disposes them. */
  read(tokens: Int32Array): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** An input of the decoder, with the output of the embedding graph that it takes. */
export type EmbeddedInput = InferenceSession.TensorValueMetadata;

/** The input of a decoder that reads embeddings in place of token ids. */
export const INPUTS_EMBEDS = "inputs_embeds";

/**
 * Returns the inputs of a decoder that have the names of the embedding graph's outputs.
 * @throws ModelShapeError if the hidden states are not among them.
 */
export function embeddedInputs(
  source: string,
  decoder: readonly InferenceSession.ValueMetadata[],
  outputs: readonly string[],
): readonly EmbeddedInput[] {
  const inputs = decoder.filter((input): input is EmbeddedInput => input.isTensor && outputs.includes(input.name));
  if (inputs.some(({ name }) => name === INPUTS_EMBEDS)) return inputs;
  const expected = "an output, since the decoder reads it";
  throw new ModelShapeError({ source, tensor: INPUTS_EMBEDS, expected, actual: `none (the graph has ${outputs.join(", ")})` });
}

/** @throws ModelShapeError if the embedding graph returns another type than the decoder reads. */
export function checkType(source: string, input: EmbeddedInput, type: string): void {
  if (input.type === type) return;
  const expected = `${input.type} ${shapeOf(input)}, as the decoder reads`;
  const actual = `${type}: pass the path of another embed_tokens file as embeddingsFile`;
  throw new ModelShapeError({ source, tensor: input.name, expected, actual });
}
