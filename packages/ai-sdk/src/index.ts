export { decodekit } from "./decodekit.ts";
export type { DecodekitSettings } from "./settings.ts";
export type { DecodekitMetadata } from "./finish-metadata.ts";
export type { DecodekitProviderOptions } from "./provider-options.ts";
