import { readdirSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { gzippedBytes } from "../tests/src/support/gzipped-bytes.ts";
import budgets from "./budgets.json" with { type: "json" };
import { newPlace, release, root } from "./support/release.ts";

/**
 * Most bytes of each package: `packed` those of the tarball, `gzipped` those of its entry point, minified and gzipped, without the
 * packages that it imports. A package for Node only has no size in a page. A budget is raised together with the change that needs it.
 */
const BUDGETS: Readonly<Record<string, { readonly packed: number; readonly gzipped?: number }>> = budgets;

test("every package has a budget, and no other", () => {
  expect(Object.keys(BUDGETS)).toEqual(readdirSync(`${root}/packages`));
});

test.each(release.packages)("$name packed is within its budget", ({ folder, tarball }) => {
  const { size } = statSync(tarball);
  const budget = BUDGETS[folder]?.packed ?? 0;
  expect(size, `${size} bytes packed; the budget is ${budget}`).toBeLessThanOrEqual(budget);
});

test.each(release.packages.filter(({ folder }) => BUDGETS[folder]?.gzipped))(
  "$name minified and gzipped is within its budget",
  async ({ folder, files }) => {
    const module = `export * from ${JSON.stringify(`${files}/dist/index.js`)};\n`;
    const size = await gzippedBytes(newPlace(`size-of-${folder}`).cwd, module, [/^[^./#]/u]);
    const budget = BUDGETS[folder]!.gzipped!;
    expect(size, `${size} bytes gzipped; the budget is ${budget}`).toBeLessThanOrEqual(budget);
  },
);
