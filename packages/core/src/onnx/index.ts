export type { Dtype } from "../contracts/dtype.ts";
export { DeviceLostError, ExecutionUnavailableError, ModelLoadError, ModelShapeError, PassError } from "../errors.ts";
export {
  fromTransformers,
  type FromTransformersOptions,
  type LoadedTransformers,
  type TransformersLanguageModel,
  type TransformersModel,
  type TransformersTokenizer,
} from "./from-transformers.ts";
export { fromGenerationConfig, type GenerationConfigOptions, type GenerationDefaults } from "./generation-config.ts";
export { loadMaskedModel, type OnnxMaskedModel } from "./load-masked-model.ts";
export { loadModel } from "./load-model.ts";
export { type LoadedTokenizer, loadTokenizer, type LoadTokenizerOptions } from "./load-tokenizer.ts";
export type { OnnxLanguageModel } from "./onnx-language-model.ts";
export { modelStore } from "./model-store.ts";
export type {
  AbsentFile,
  ChosenFile,
  Execution,
  LoadMaskedModelOptions,
  LoadModelOptions,
  LoadProgress,
  CausalTensor,
  MaskedTensor,
  ModelFiles,
  ModelSource,
  ModelStore,
  OpenOptions,
  StoredFile,
  StoreProgress,
  WasmPaths,
} from "./model-source.ts";
