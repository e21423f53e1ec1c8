export type { Endpoint } from "./endpoint.ts";
export { generate, type TimedEvent, type WorkerGenerateOptions, type WorkerGeneration } from "./generate.ts";
export { loadModel, type LoadWorkerModelOptions, type WorkerLanguageModel } from "./load-model.ts";
export type { PluginDescription, PluginModules, PluginReference } from "./plugin-reference.ts";
export { describePlugin, importDecoder } from "./plugins.ts";
export { terminate, type TerminateOptions } from "./terminate.ts";
