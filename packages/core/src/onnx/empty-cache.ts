import { growingCache } from "./growing-cache.ts";
import type { CacheLayout } from "./cache-layout.ts";
import type { KvCache } from "./kv-cache.ts";
import { stateCache } from "./state-cache.ts";
import { staticCache } from "./static-cache.ts";

/** Returns the cache of a sequence of no tokens, of the kind that the layout needs. */
export function emptyCache(layout: CacheLayout): KvCache {
  const [first] = layout.tensors;
  if (first?.capacity !== undefined) return staticCache(layout);
  const growing = layout.tensors.filter(({ axis }) => axis !== undefined);
  const cache = growingCache({ ...layout, tensors: growing });
  return growing.length > 0 && growing.length === layout.tensors.length ? cache : stateCache(layout, cache);
}
