export { loadModel, type OnnxLanguageModel } from "./load-model.ts";
export type { Execution, LoadModelOptions, LoadProgress, ModelFiles, ModelSource } from "./model-source.ts";
