import { defineConfig } from "vitest/config";

/** The dry run of a release: prepare.ts publishes all packages to a registry on this machine, and the tests install them from it. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["*.test.ts"],
    globalSetup: ["prepare.ts"],
    // Installing and building are mostly waiting: three files at once keep two cores busy.
    maxWorkers: 3,
    // Nothing fails because a machine is busy.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
