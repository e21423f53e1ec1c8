export { remoteModel, type RemoteModelOptions } from "./worker/remote-model.ts";
export { serveModel } from "./worker/serve-model.ts";
