export { cachedModels, removeFromCache } from "./cached-models.ts";
export type { CachedModel } from "./cache/model-cache.ts";
export { hub } from "./hub.ts";
export { type HubAddress, readHubAddress } from "./hub-address.ts";
export { HubError, type HubErrorReason } from "./hub-error.ts";
export type { CacheOptions, HubOptions } from "./hub-options.ts";
