import { loadModel, type LoadModelOptions, type OnnxLanguageModel } from "@decodekit/core/onnx";
import type { Kind } from "./kinds.ts";
import { folderOf } from "./present-kinds.ts";

/** Loads a kind of file, with the warnings that loading gives. */
export async function loadWithWarnings(
  kind: Kind,
  options: LoadModelOptions,
): Promise<{ readonly model: OnnxLanguageModel; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const onWarning = ({ message }: { readonly message: string }): void => void warnings.push(message);
  return { model: await loadModel(folderOf(kind), { ...options, onWarning }), warnings };
}
