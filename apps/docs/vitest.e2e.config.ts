import { defineConfig } from "vitest/config";

/** Tests of the built site in Chromium, driven from Node. */
export default defineConfig({
  root: import.meta.dirname,
  test: { include: ["e2e/**/*.e2e.test.ts"], testTimeout: 120_000, hookTimeout: 60_000 },
});
