import { defineConfig } from "vite";

// One file with everything in it, which the comparison app can import by its URL.
export default defineConfig({
  // `npm run serve`: the app's page is isolated, and imports only what allows it.
  preview: { port: 4180, cors: true, headers: { "Cross-Origin-Resource-Policy": "cross-origin" } },
  build: {
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/plugin.ts", formats: ["es"], fileName: () => "plugin.bundle.js" },
  },
});
