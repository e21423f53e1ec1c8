import { defineConfig } from "vitest/config";

/** Tests of the built page in Chromium, driven from Node. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["@decodekit/source"] },
  ssr: { resolve: { conditions: ["@decodekit/source", "node"] } },
  test: {
    include: ["e2e/**/*.e2e.test.ts"],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // One browser at a time, since each runs models.
    fileParallelism: false,
  },
});
