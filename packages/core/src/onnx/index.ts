export { DeviceLostError, ExecutionUnavailableError, ModelLoadError, ModelShapeError, PassError } from "../errors.ts";
export { fromGenerationConfig, type GenerationConfigOptions, type GenerationDefaults } from "./generation-config.ts";
export { loadMaskedModel, type OnnxMaskedModel } from "./load-masked-model.ts";
export { loadModel, type OnnxLanguageModel } from "./load-model.ts";
export type {
  AbsentFile,
  Dtype,
  Execution,
  LoadMaskedModelOptions,
  LoadModelOptions,
  LoadProgress,
  MaskedTensor,
  ModelFiles,
  ModelSource,
  ModelStore,
  OpenOptions,
  StoredFile,
  StoreProgress,
} from "./model-source.ts";
