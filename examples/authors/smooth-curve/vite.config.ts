import { defineConfig } from "vite";

// One file with everything in it, which the comparison app can import by its URL.
export default defineConfig({
  build: {
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/plugin.ts", formats: ["es"], fileName: () => "plugin.bundle.js" },
  },
});
