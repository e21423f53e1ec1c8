import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ModelStore } from "@decodekit/core/onnx";
import canonicalize from "canonicalize";

/** Returns the SHA-256, in hexadecimal, of a value's JSON in the one form that RFC 8785 gives it. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalize(value)!).digest("hex");
}

/** Returns the SHA-256 of a file on this computer. */
export function digestOfFile(file: string | URL): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** A store that remembers which files were opened. */
export interface WatchedStore extends ModelStore {
  /** Returns the SHA-256 of all files that were opened so far, with their paths: everything of the model that was loaded. */
  digest(): Promise<string>;
}

/** Returns a store with the files of `store`. */
export function watchStore(store: ModelStore): WatchedStore {
  const opened = new Set<string>();
  return {
    name: store.name,
    dtype: store.dtype,
    describe: (path) => store.describe(path),
    open(path, options) {
      opened.add(path);
      return store.open(path, options);
    },
    async digest() {
      const files: Record<string, string> = {};
      for (const path of [...opened].toSorted()) {
        const file = await store.open(path, {});
        if ("absent" in file) continue;
        const hash = createHash("sha256");
        for await (const chunk of file.stream()) hash.update(chunk);
        files[path] = hash.digest("hex");
      }
      return digestOf(files);
    },
  };
}
