import type { InferenceSession } from "onnxruntime-common";
import { DeviceLostError, ModelLoadError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphBytes } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";
import { queueOf } from "./runtime-queue.ts";
import { watchDevice } from "./watch-device.ts";

/** Makes a graph ready to run. @throws ModelLoadError when the runtime refuses it. */
export async function createInference(
  { ort, execution, executionProviders }: Runtime,
  folder: ModelFolder,
  { path, bytes, externalData }: GraphBytes,
  threads: number | undefined,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders,
    logSeverityLevel: 3,
    ...(execution === "webgpu" && { preferredOutputLocation: "gpu-buffer" as const }),
    ...(execution === "native" && threads !== undefined && { intraOpNumThreads: threads }),
    ...(execution !== "native" && externalData.length > 0 && { externalData }),
  };
  // The native runtime finds external data only beside a file that it opens itself.
  const localPath = execution === "native" && externalData.length > 0 ? folder.localPath(path) : undefined;
  try {
    const inference = await queueOf(ort).enqueue(() =>
      localPath === undefined ? ort.InferenceSession.create(bytes, options) : ort.InferenceSession.create(localPath, options),
    );
    if (execution === "webgpu") await watchDevice(ort, queueOf(ort));
    return inference;
  } catch (error) {
    if (error instanceof DeviceLostError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelLoadError(folder.describe(path), `could not be loaded on ${execution} (${reason}).`, error);
  }
}
