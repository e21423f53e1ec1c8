import { environment } from "#environment";
import type { CachedModel, ModelCache } from "./cache/model-cache.ts";
import { type CacheOptions, checkRepositoryName, resolveCacheOptions } from "./hub-options.ts";

/** Returns the models in the cache, sorted by name; also those that other programs put there. @throws InvalidOptionError */
export async function cachedModels(options: CacheOptions = {}): Promise<readonly CachedModel[]> {
  return (await openCache("cachedModels", options))?.models() ?? [];
}

/**
 * Deletes a model from the cache, with all its revisions and what is half downloaded. Returns whether there was one. A model that is loaded
 * stays usable; one that is being loaded may fail to load. @throws InvalidOptionError
 */
export async function removeFromCache(repository: string, options: CacheOptions = {}): Promise<boolean> {
  checkRepositoryName("removeFromCache", repository);
  return (await openCache("removeFromCache", options))?.remove(repository) ?? false;
}

async function openCache(where: string, options: CacheOptions): Promise<ModelCache | undefined> {
  const cache = resolveCacheOptions(where, options);
  return cache === false ? undefined : environment.openCache(cache);
}
