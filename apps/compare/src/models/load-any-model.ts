import type { ModelSource } from "@decodekit/core/onnx";
import { loadMaskedModel, loadModel, type LoadWorkerModelOptions, type WorkerModel } from "@decodekit/core/worker";

export type LoadAnyOptions = Pick<
  LoadWorkerModelOptions,
  "worker" | "execution" | "dtype" | "modelFile" | "threads" | "onProgress" | "onWarning" | "signal"
>;

/**
 * Loads a model of either kind. Only its files tell whether it predicts the next token or masked tokens; `isMasked`: whether the latter is known.
 * @throws the errors of `loadModel` and `loadMaskedModel`; for a model of neither kind, those of `loadModel`.
 */
export async function loadAnyModel(source: ModelSource, isMasked: boolean, options: LoadAnyOptions): Promise<WorkerModel> {
  if (isMasked) return loadMaskedModel(source, options);
  try {
    return await loadModel(source, options);
  } catch (error) {
    if (!isOtherShape(error)) throw error;
    return loadMaskedModel(source, options).catch((second: unknown) => {
      throw isOtherShape(second) ? error : second;
    });
  }
}

/** Whether a graph is not of the kind that was asked for. */
function isOtherShape(error: unknown): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === "MODEL_SHAPE";
}
