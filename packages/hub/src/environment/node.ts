/// <reference types="node" />
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import path from "node:path";
import { folderCache } from "../cache/folder-cache.ts";
import type { Environment } from "./environment.ts";

export const environment: Environment = {
  seesRedirects: true,

  cacheExpected: "the path of a folder, or false",

  acceptsCache: (value) => typeof value === "string" && value !== "",

  // The same variables in the same order as huggingface_hub.
  defaultCache() {
    const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
    return HF_HUB_CACHE || path.join(HF_HOME || path.join(XDG_CACHE_HOME || path.join(homedir(), ".cache"), "huggingface"), "hub");
  },

  variable: (name) => process.env[name] || undefined,

  openCache: async (place) => folderCache(path.resolve(place)),

  digest(algorithm) {
    const hash = createHash(algorithm);
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
  },

  isFull: (error) => error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT"),
};
