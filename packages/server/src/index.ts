export type { ServerLimits } from "./limits.ts";
export { openaiServer, type OpenaiServer } from "./openai-server.ts";
export type { SamplingParameters } from "./request/sampling.ts";
export type { DecoderSettings, ServedDecoder } from "./served-decoders.ts";
export type { ServedModel } from "./served-models.ts";
export type { RequestRecord, ServerOptions } from "./server-options.ts";
