import { defineConfig } from "vitest/config";

const conditions = ["@decodekit/source"];

/** Tests with servers that people run, one after another: each takes minutes to build or install, and all processors. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["src/{remote,queue}/*.engine.test.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    setupFiles: ["./one-thread-per-session.ts"],
  },
});
