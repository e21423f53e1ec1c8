export { DeviceLostError, ExecutionUnavailableError, ModelLoadError, ModelShapeError } from "../errors.ts";
export { fromGenerationConfig, type GenerationConfigOptions, type GenerationDefaults } from "./generation-config.ts";
export { loadModel, type OnnxLanguageModel } from "./load-model.ts";
export type {
  AbsentFile,
  Dtype,
  Execution,
  LoadModelOptions,
  LoadProgress,
  ModelFiles,
  ModelSource,
  ModelStore,
  OpenOptions,
  StoredFile,
  StoreProgress,
} from "./model-source.ts";
