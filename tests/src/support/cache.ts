import { fileURLToPath } from "node:url";

/** Folder of what scripts/python-models.mjs makes: DECODEKIT_CACHE, else one that git ignores. */
export const CACHE = process.env["DECODEKIT_CACHE"] ?? fileURLToPath(new URL("../../.cache", import.meta.url));
