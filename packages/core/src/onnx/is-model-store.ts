import type { ModelStore } from "./model-source.ts";

/** Returns whether a model source is a store. */
export function isModelStore(source: unknown): source is ModelStore {
  return typeof source === "object" && source !== null && "open" in source && typeof source.open === "function" && "describe" in source;
}
