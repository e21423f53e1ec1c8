import { defineConfig } from "vite";

export default defineConfig({
  // Both find files (.wasm, models) beside their own modules, so the development server must leave them where they are.
  optimizeDeps: { exclude: ["onnxruntime-web", "@decodekit/tiny-models"] },
  // A policy for content forbids URLs with data: files stay files.
  build: { target: "es2022", assetsInlineLimit: 0 },
  worker: { format: "es" },
});
