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
    // A browser for each of two cores: each runs models.
    maxWorkers: 2,
  },
});
