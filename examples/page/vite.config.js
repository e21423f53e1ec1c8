import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  // Both find files (.wasm, models) beside their own modules, so the development server must leave them where they are.
  optimizeDeps: { exclude: ["onnxruntime-web", "@decodekit/tiny-models"] },
});
