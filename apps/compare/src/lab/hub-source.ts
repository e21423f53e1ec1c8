import type { ModelStore } from "@decodekit/core/onnx";
import type { HubAddress } from "@decodekit/hub";
import { hub, type HubOptions } from "@decodekit/hub";

const SCHEME = "hub:";

/**
 * Returns a model source that names a repository, for the worker of the model, which does the downloads: so the page itself needs no
 * permission to connect to anything.
 */
export function hubSource(endpoint: string, { repository, revision = "main" }: HubAddress): string {
  return `${SCHEME}?${new URLSearchParams({ endpoint, repository, revision }).toString()}`;
}

/** Returns the store of a source that `hubSource` made; undefined for any other source. */
export function storeOfHub(source: unknown, options: Pick<HubOptions, "onWarning">): ModelStore | undefined {
  if (typeof source !== "string" || !source.startsWith(SCHEME)) return undefined;
  const { searchParams } = new URL(source);
  return hub(searchParams.get("repository")!, {
    endpoint: searchParams.get("endpoint")!,
    revision: searchParams.get("revision")!,
    ...options,
  });
}
