import type { LanguageModel } from "@decodekit/core";
import type { ChosenFile } from "@decodekit/core/onnx";
import { rowConsistencyOf } from "./losslessness.ts";
import type { ModelReport } from "./report.ts";

/** A language model and, if known, the facts about its files that the report contains. `loadModel` returns all of them. */
export interface ComparedModel extends LanguageModel {
  /** The file that holds the graph. */
  readonly file?: ChosenFile | undefined;
  /** Number of weights in the graph. */
  readonly parameters?: number | undefined;
  /** "webgpu", "wasm" or "native". */
  readonly execution?: string | undefined;
  /** Size of the graph and its external data, in bytes. */
  readonly bytes?: number | undefined;
}

/** A model here or in a worker, where its tokenizer is out of reach. */
type ReportedModel = Omit<ComparedModel, "tokenizer" | "stopTokens" | "chat"> & Partial<Pick<ComparedModel, "tokenizer">>;

/** Returns what a report says of a model. */
export function modelReport({ name, tokenizer, causal, masked, file, parameters, execution, bytes }: ReportedModel): ModelReport {
  return {
    name,
    file: file ? { path: file.path, dtype: file.dtype ?? null, reason: file.reason } : null,
    parameters: parameters ?? null,
    vocabSize: causal?.vocabSize ?? masked?.vocabSize ?? tokenizer?.vocabSize ?? 0,
    execution: execution ?? null,
    rowConsistency: rowConsistencyOf(causal),
    bytes: bytes ?? null,
  };
}
