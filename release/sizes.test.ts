import { readdirSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
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

describe.each(release.packages)("$name", ({ folder, tarball, files }) => {
  const budget = BUDGETS[folder];

  test("packed is within its budget", () => {
    const { size } = statSync(tarball);
    expect(size, `${size} bytes packed; the budget is ${budget?.packed}`).toBeLessThanOrEqual(budget?.packed ?? 0);
  });

  test.skipIf(budget?.gzipped === undefined)("minified and gzipped is within its budget", async () => {
    const module = `export * from ${JSON.stringify(`${files}/dist/index.js`)};\n`;
    const size = await gzippedBytes(newPlace(`size-of-${folder}`).cwd, module, [/^[^./#]/u]);
    expect(size, `${size} bytes gzipped; the budget is ${budget?.gzipped}`).toBeLessThanOrEqual(budget!.gzipped!);
  });
});
