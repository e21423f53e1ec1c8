import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin, Rolldown } from "vite";
import { isLanguageChunk } from "./language-chunks.ts";

/** Files that are fetched on first use, not on the first visit: models and the runtime. They are kept once used. */
const LARGE = /\.(wasm|onnx|map)$|^og\.png$|tokenizer|config-|onnx-|ort[.-]|model-worker|serve-model|plugin-worker/;

/** Scripts of this size that the page imports on demand, in bytes, are kept with the first use of a model, not on the first visit. */
const LARGE_ON_DEMAND = 9_000;

/** The script of the other pages, which every visit fetches. */
const OTHER_PAGES = /^assets\/later-parts-/;

/** Recordings that are not on the start page. */
const LATER_RECORDINGS = /^traces\/tour-/;

/**
 * Inserts two lists of files into the service worker, with a version that changes with any of them: what is kept on the first visit, and
 * what is kept once a model is used.
 */
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
        // A language is kept by those who read it.
        .filter((file) => file.type !== "chunk" || !isLanguageChunk(file))
        .toSorted((a, b) => a.fileName.localeCompare(b.fileName));
      for (const file of files) hash.update(file.fileName).update(file.type === "chunk" ? file.code : file.source);
      const published = readdirSync(new URL("../public/", import.meta.url)).toSorted();
      for (const name of published) hash.update(readFileSync(new URL(`../public/${name}`, import.meta.url)));
      const isLater = (file: (typeof files)[number]): boolean =>
        file.type === "chunk"
          ? !startScripts(bundle).has(file.fileName) && !OTHER_PAGES.test(file.fileName) && file.code.length > LARGE_ON_DEMAND
          : LATER_RECORDINGS.test(file.fileName);
      const later = files.filter(isLater);
      const first = files.filter((file) => !isLater(file));
      const shell = {
        version: hash.digest("hex").slice(0, 12),
        files: [...first.map(({ fileName }) => `./${fileName}`), ...published.map((name) => `./${name}`)],
        later: later.map(({ fileName }) => `./${fileName}`),
      };
      entry.code = `const SHELL = ${JSON.stringify(shell)};\n${entry.code}`;
    },
  };
}

/** Returns the names of the scripts that the page loads at once: its entry, and all that is imported from there, but not on demand. */
function startScripts(bundle: Rolldown.OutputBundle): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const chunk = bundle[name];
    if (chunk?.type !== "chunk" || found.has(name)) return;
    found.add(name);
    for (const imported of chunk.imports) visit(imported);
  };
  for (const chunk of Object.values(bundle)) if (chunk.type === "chunk" && chunk.isEntry) visit(chunk.fileName);
  return found;
}
