export { DeviceLostError, ExecutionUnavailableError, ModelLoadError, ModelShapeError, PassError, WorkerError } from "../errors.ts";
export { fromGenerationConfig, type GenerationConfigOptions, type GenerationDefaults } from "../onnx/generation-config.ts";
export type { Endpoint, NodeEndpoint, WebEndpoint } from "./endpoint.ts";
export { generate, type WorkerGenerateOptions } from "./generate.ts";
export { loadModel, type LoadWorkerModelOptions, type WorkerChatTemplate, type WorkerLanguageModel } from "./load-model.ts";
export type { PluginDescription, PluginModules, PluginReference } from "./plugin-reference.ts";
export { describePlugins, importDecoder } from "./remote-plugins.ts";
export type { TimedEvent, WorkerGeneration } from "./worker-generation.ts";
export { terminate, type TerminateOptions } from "./terminate.ts";
