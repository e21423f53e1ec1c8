import type { Warning } from "@decodekit/core";
import type { ModelSource, OnnxLanguageModel } from "@decodekit/core/onnx";
import type * as Ort from "onnxruntime-common";

/** A graph as onnxruntime opens it: a path, or its bytes with those of its external data. */
interface GraphContent {
  readonly graph: string | Uint8Array;
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** How transformers.js finds the model. */
interface TransformersModel {
  readonly localModelPath: string;
  readonly name: string;
}

/** The process or page in which contenders are measured, on one file of one model. */
export interface Place {
  readonly execution: "native" | "wasm";
  readonly source: ModelSource;
  /** Path of the graph within the model's folder. */
  readonly file: string;
  readonly threads: number;
  /** Whether the graph's weights lie in a file beside it. */
  readonly hasExternalData: boolean;
  readonly transformers: TransformersModel;
  /** Returns the runtime that decodekit uses here, with its threads set. */
  readonly runtime: () => Promise<typeof Ort>;
  readonly readGraph: () => Promise<GraphContent>;
  /** Loads the model with decodekit. The caller disposes it. */
  readonly load: () => Promise<OnnxLanguageModel>;
  /** Collects young garbage, so that a timed run pays little for earlier ones. */
  readonly collectGarbage: () => void;
}

/** For `onWarning` of `loadModel`: a result with another number of threads than it says must not come about. */
export function refuseOtherThreads({ option, message }: Warning): void {
  if (option === "threads") throw new Error(message);
}
