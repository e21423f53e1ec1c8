import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { cacheApiEntries } from "../cache/cache-api-entries.ts";
import { fileSystemEntries } from "../cache/file-system-entries.ts";
import { pageCache } from "../cache/page-cache.ts";
import type { Environment } from "./environment.ts";

export const environment: Environment = {
  seesRedirects: false,

  cacheExpected: "a name, without slashes, for the storage of the page, or false",

  acceptsCache: (value) => typeof value === "string" && /^(?!\.{1,2}$)[^/\\]+$/u.test(value),

  defaultCache: () => "decodekit-hub",

  variable: () => undefined,

  async openCache(place) {
    // Without locks, two tabs could write to one part.
    if (!globalThis.navigator?.locks) return undefined;
    const entries = (await fileSystemEntries(place)) ?? (await cacheApiEntries(place));
    return entries && pageCache(place, entries);
  },

  // `crypto.subtle` hashes only what is in memory as a whole.
  digest(algorithm) {
    const hash = algorithm === "sha256" ? sha256.create() : sha1.create();
    return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
  },

  isFull: (error) => error instanceof Error && error.name === "QuotaExceededError",
};
