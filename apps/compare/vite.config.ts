import { defineConfig } from "vite";
import { languageChunks } from "./build/language-chunks.ts";
import { recordTraces } from "./build/record-traces.ts";
import { serviceWorker } from "./build/service-worker.ts";
import { socialPicture } from "./build/social-picture.ts";

export default defineConfig({
  // Relative, so that the page works in any folder of any host.
  base: "./",
  plugins: [recordTraces(), socialPicture(), serviceWorker()],
  worker: { format: "es" },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // The runtime's WebAssembly is large, but fetched only to load a model.
    chunkSizeWarningLimit: Infinity,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", "service-worker": "src/service-worker.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js"),
        codeSplitting: { groups: [languageChunks()] },
      },
    },
  },
});
