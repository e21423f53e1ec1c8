import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** Files that are fetched on first use, not on the first visit: models and the runtime. */
const LARGE = /\.(wasm|onnx|map)$|tokenizer|config-|onnx-|ort[.-]|model-worker|serve-model|plugin-worker/;

/** Inserts the list of shell files into the service worker, with a version that changes with any of them. */
export function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const entry = bundle["service-worker.js"];
      if (entry?.type !== "chunk") throw new Error("The service worker was not built.");
      const hash = createHash("sha256");
      const files = Object.values(bundle)
        .filter(({ fileName }) => fileName !== "service-worker.js" && !LARGE.test(fileName))
        .toSorted((a, b) => a.fileName.localeCompare(b.fileName));
      for (const file of files) hash.update(file.fileName).update(file.type === "chunk" ? file.code : file.source);
      const published = readdirSync(new URL("../public/", import.meta.url)).toSorted();
      for (const name of published) hash.update(readFileSync(new URL(`../public/${name}`, import.meta.url)));
      const shell = {
        version: hash.digest("hex").slice(0, 12),
        files: [...files.map(({ fileName }) => `./${fileName}`), ...published.map((name) => `./${name}`)],
      };
      entry.code = `const SHELL = ${JSON.stringify(shell)};\n${entry.code}`;
    },
  };
}
