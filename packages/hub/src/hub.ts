import type { ModelStore } from "@decodekit/core/onnx";
import { checkRepositoryName, type HubOptions, resolveHubOptions } from "./hub-options.ts";
import { hubStore } from "./hub-store.ts";

/**
 * Returns the model in a repository of the Hugging Face Hub, or of a hub with the same URLs, for `loadModel` of `@decodekit/core/onnx`.
 * Nothing is requested before the model is loaded. Files are downloaded once: resumed where a connection or an abort broke off, checked
 * against the size and the hash that the hub names, and kept in a cache. All files are of the commit that the revision had at the first of
 * them. If the hub cannot be reached, a cached model is used, with a warning.
 * @param repository "org/name"
 * @throws InvalidOptionError for an invalid name or option. Opening a file throws a HubError, which `loadModel` gives as the `cause`
 * of a ModelLoadError.
 */
export function hub(repository: string, options: HubOptions = {}): ModelStore {
  checkRepositoryName("hub", repository);
  return hubStore(repository, resolveHubOptions(options));
}
