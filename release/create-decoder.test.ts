import { existsSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { figure, runToEnd } from "../apps/compare/e2e/browser.ts";
import { KINDS } from "../packages/create-decoder/src/kinds.ts";
import { serveFolder } from "../tests/src/support/serve-folder.ts";
import { openBrowser, openWatched } from "./support/page.ts";
import { newPlace, release } from "./support/release.ts";
import { type Place, run } from "./support/run.ts";
import { timed } from "./support/times.ts";

const app = path.join(release.copy, "apps/compare");
let browser: Browser;
beforeAll(async () => void (browser = await openBrowser()));
afterAll(() => browser.close());

const made = (kind: string): Place => {
  const { env } = newPlace("created");
  return { cwd: path.join(release.work, "projects/created", `my-${kind}`), env };
};

describe.each(Object.keys(KINDS))("npm create @decodekit/decoder -- --kind %s", (kind) => {
  test("makes a package that installs, passes its tests and checks, builds, and runs beside greedy decoding", async () => {
    await run(["npm", "create", "--yes", "@decodekit/decoder", `my-${kind}`, "--", "--kind", kind], newPlace("created"));
    const place = made(kind);
    await timed(release.work, `npm create, --kind ${kind}: install`, () => run(["npm", "install"], place));
    expect(await run(["npm", "test"], place)).toMatch(/Tests .*\d+ passed/u);
    await run(["npm", "run", "check"], place);
    await run(["npm", "run", "build"], place);
    expect(await run(["npm", "run", "compare"], place)).toContain(kind === "model" ? "speculative" : `my-${kind}`);
    if (kind === "model") return;
    await run(["npm", "run", "bundle"], place);
    expect(existsSync(path.join(place.cwd, "dist/plugin.bundle.js"))).toBe(true);
  });
});

test("the bundle of a new decoder is added to the comparison app by its URL, and runs there", async () => {
  const vite = path.join(release.copy, "node_modules/.bin/vite");
  await timed(release.work, "build the comparison app", () => run([vite, "build", "--logLevel", "error"], { cwd: app, env: process.env }));
  const site = await serveFolder(path.join(app, "dist"));
  const elsewhere = await serveFolder(path.join(made("decoder").cwd, "dist"), { "access-control-allow-origin": "*" });
  try {
    const { page, problems } = await openWatched(browser, `${site.url}#/?p=Once+upon+a+time&n=24&l=greedy`);
    await page.locator(".add-lane select").selectOption("own");
    await page.getByLabel("Module URL").fill(`${elsewhere.url}plugin.bundle.js`);
    await page.getByLabel("I trust this code").check();
    await page.getByRole("button", { name: "Import and add" }).click();
    const lane = page.getByRole("region", { name: /^Lane B, My decoder/u });
    await lane.waitFor();
    await runToEnd(page);
    expect(Number.parseInt(await figure(page, 1, "tokens"), 10)).toBe(24);
    expect(problems).toEqual([]);
  } finally {
    await site.close();
    await elsewhere.close();
  }
});
