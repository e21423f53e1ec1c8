import type { ModelCache } from "../cache/model-cache.ts";

/** A hash that is computed piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Returns the hash as lower-case hexadecimal digits. Called once. */
  hex(): string;
}

/** What differs between a page and Node. */
export interface Environment {
  /** Whether `fetch` shows the headers of a redirect. A page never sees them. */
  readonly seesRedirects: boolean;
  /** Describes a valid `cache` option, in words that follow "must be". */
  readonly cacheExpected: string;
  acceptsCache(value: unknown): boolean;
  /** Returns the place of the cache unless an option names one. */
  defaultCache(): string;
  /** Returns a variable of the process's environment, or undefined if it is not set or empty. A page has none. */
  variable(name: "HF_TOKEN" | "HF_ENDPOINT"): string | undefined;
  /** Returns the cache at a place, or undefined if this environment offers no storage. */
  openCache(place: string): Promise<ModelCache | undefined>;
  /** Starts a hash. */
  digest(algorithm: "sha256" | "sha1"): Digest;
  /** Returns whether a write failed because the disk or the storage is full. */
  isFull(error: unknown): boolean;
}
