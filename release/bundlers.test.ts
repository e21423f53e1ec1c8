import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveFolder } from "../tests/src/support/serve-folder.ts";
import { openBrowser, openWatched, POLICY } from "./support/page.ts";
import { manifestIn, newPlace, release, root, story } from "./support/release.ts";
import { type Place, run, startServer } from "./support/run.ts";
import { timed } from "./support/times.ts";

const examples = path.join(root, "examples/bundlers");
/** Projects with a build, which show the story in a page; those without are programs of their runtime. */
const projects = readdirSync(examples).filter((name) => {
  const manifest = path.join(examples, name, "package.json");
  return existsSync(manifest) && readFileSync(manifest, "utf8").includes('"build":');
});

let browser: Browser;
beforeAll(async () => void (browser = await openBrowser()));
afterAll(() => browser.close());

/** Copies a project to an empty folder, installs it from the registry and builds it. Returns what the build wrote. */
async function build(name: string, place: Place): Promise<string> {
  cpSync(path.join(examples, name), place.cwd, {
    recursive: true,
    filter: (file) => !/node_modules|dist$|\.next/u.test(path.basename(file)),
  });
  await timed(release.work, `${name}: install`, () => run(["npm", "install"], place));
  return timed(release.work, `${name}: build`, () => run(["npm", "run", "build"], place));
}

/** Serves a built project: with its own server if it has one, else as files. */
async function serve(place: Place): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const { scripts } = manifestIn(place.cwd) as unknown as { scripts: Readonly<Record<string, string>> };
  if (scripts["start"]) return startServer(() => ["npm", "run", "start", "--", "--hostname", "127.0.0.1"], place);
  const site = await serveFolder(path.join(place.cwd, "dist"), { "content-security-policy": POLICY });
  return { url: site.url, stop: () => site.close() };
}

/** A policy without its nonces, which differ in every answer. */
const withoutNonce = (policy: string | null): string | undefined => policy?.replaceAll(/ 'nonce-[\w+/=]+'/gu, "");

describe.each(projects)("%s", (name) => {
  const place = newPlace(`bundlers-${name}`);

  test("is built without a warning, and shows the story in Chromium under a strict policy, with no request elsewhere", async () => {
    expect(await build(name, place)).not.toMatch(/\bwarn(?:ing)?\b/iu);
    const { url, stop } = await serve(place);
    try {
      expect(withoutNonce((await fetch(url)).headers.get("content-security-policy"))).toBe(POLICY);
      const { page, problems, foreign } = await openWatched(browser, url);
      await page.locator("output").first().waitFor({ state: "attached" });
      const texts = (): Promise<string[]> => page.locator("output").allTextContents();
      const stories = (await texts()).map(() => story);
      await expect.poll(async () => (problems.length > 0 ? problems : texts()), { timeout: 240_000 }).toEqual(stories);
      expect({ problems, foreign }).toEqual({ problems: [], foreign: [] });
      await page.close();
      if (name.startsWith("next")) expect(await (await fetch(`${url}api/story`)).text()).toBe(story);
    } finally {
      await stop();
    }
  });
});

test.each(readdirSync(examples))("%s has a README of a few lines", (name) => {
  expect(readFileSync(path.join(examples, name, "README.md"), "utf8").split("\n").length).toBeLessThanOrEqual(8);
});
