import type { LanguageModel } from "../contracts/language-model.ts";
import type { CausalModel } from "../contracts/model.ts";
import type { ChosenFile, Execution } from "./model-source.ts";

/** A model loaded from ONNX files, with its tokenizer. */
export interface OnnxLanguageModel extends LanguageModel {
  readonly causal: CausalModel;
  /** The execution that the model runs on. */
  readonly execution: Execution;
  /** The file that was opened, and why. */
  readonly file: ChosenFile;
  /** Number of elements of the graph's weights. */
  readonly parameters: number;
  /** Size of the graph and its external data, in bytes. */
  readonly bytes: number;
  /** Frees the model; its sessions throw DisposedError from then on. Later calls do nothing. */
  dispose(): Promise<void>;
  /** The same, for `await using model = await …`. */
  [Symbol.asyncDispose](): Promise<void>;
}
