export type { ConnectionOptions } from "./connection/connection-options.ts";
export type { ConnectionUsage } from "./connection/connection.ts";
export { kserve, type KserveOptions } from "./engines/kserve/kserve.ts";
export { kserveMasked, type KserveMaskedOptions } from "./engines/kserve/kserve-masked.ts";
export { llamaServer, type LlamaServerOptions } from "./engines/llama-server/llama-server.ts";
export { sglang, type SglangOptions } from "./engines/sglang/sglang.ts";
export { vllm, type VllmOptions } from "./engines/vllm/vllm.ts";
export { RemoteError, type RemoteErrorDetails, type RemoteErrorReason } from "./remote-error.ts";
export type { RemoteFacts, RemoteModel, RemoteUsage } from "./session/remote-model.ts";
