import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright";
import { preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../../scripts/chromium.mjs";

const root = path.dirname(import.meta.dirname);
const content = path.join(root, "src/content/docs");
/** Addresses of the pages that are written by hand. */
const pages = readdirSync(content, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".mdx"))
  .map((file) => file.replace(/(?:index)?\.mdx$/u, "").replace(/(?<=.)$/u, "/"))
  .toSorted();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

let server: PreviewServer;
let browser: Browser;
let url: string;
beforeAll(async () => {
  server = await preview({ root, configFile: false, appType: "mpa", logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
  url = server.resolvedUrls!.local[0]!;
  const executablePath = await findChromium();
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

interface Visit {
  readonly page: Page;
  /** Requests to other hosts, and errors of the page. */
  readonly problems: readonly string[];
}

async function visit(address: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Visit> {
  const page = await browser.newPage(options);
  const problems: string[] = [];
  page.on(
    "request",
    (request) => void (/^(?:data|blob):/u.test(request.url()) || request.url().startsWith(url) || problems.push(request.url())),
  );
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
  await page.goto(url + address);
  return { page, problems };
}

/** The button of the search shows a key that its name leaves out, on every page that this generator makes. */
const OF_THE_GENERATOR = "label-content-name-mismatch";

/** Returns the violations that axe finds, one line each. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: (context: unknown, options: unknown) => Promise<AxeResults> } }).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }),
  );
  const own = violations.filter(({ id }) => id !== OF_THE_GENERATOR);
  return own.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`));
}

test("the site has the pages that are listed", () => expect(pages.length).toBeGreaterThan(35));

test("no page asks another host for anything, fails, or is wider than a phone", async () => {
  for (const address of pages) {
    const { page, problems } = await visit(address, { viewport: { width: 360, height: 740 } });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect([address, ...problems, overflow]).toEqual([address, 0]);
    await page.close();
  }
});

test.each([
  ["", "light"],
  ["start/decoding/", "dark"],
  ["strategies/speculative/", "light"],
  ["authors/decoder/", "dark"],
  ["reference/options/", "light"],
] as const)("axe finds nothing on /%s, %s", async (address, colorScheme) => {
  const { page } = await visit(address, { colorScheme });
  // Blocks of code that scroll become reachable by the keyboard a moment after the page.
  await expect.poll(() => findings(page), { timeout: 20_000, interval: 500 }).toEqual([]);
  await page.close();
});

describe("a recorded run", () => {
  test("is there without scripts", async () => {
    const { page } = await visit("start/decoding/", { javaScriptEnabled: false });
    const first = page.locator("decode-runs").first();
    expect(await first.locator(".output").innerText()).toContain("She loved to play");
    expect(await first.locator(".count").innerText()).toBe("24 passes");
    expect(await first.locator(".controls").isVisible()).toBe(false);
    await page.close();
  });

  test("shows what was known after each pass", async () => {
    const { page } = await visit("start/decoding/");
    const figure = page.locator("decode-runs").nth(2);
    const [plain, drafted] = [figure.locator(".output").nth(0), figure.locator(".output").nth(1)];
    expect(await drafted.innerText()).toBe(await plain.innerText());
    await figure.locator("input").fill("3");
    expect(await figure.locator(".at").innerText()).toMatch(/^After pass 3 of \d+$/u);
    expect(await plain.locator(".token").count()).toBe(3);
    expect(await figure.locator(".count").nth(0).innerText()).toBe("3 passes");
    expect(await figure.locator(".count").nth(1).innerText()).toMatch(/of the draft model$/u);
    await figure.locator("input").fill("0");
    expect(await plain.innerText()).toBe("");
    await figure.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => plain.locator(".token").count()).toBeGreaterThan(1);
    await figure.getByRole("button", { name: "Pause" }).click();
    await page.close();
  });

  test("can be run in the comparison app, with the same prompt and decoders", async () => {
    const { page } = await visit("start/decoding/");
    await page.locator("decode-runs").nth(2).getByRole("link", { name: "Run it in the comparison app" }).click();
    await expect.poll(() => page.locator("#prompt").inputValue()).toMatch(/^Once upon a time/u);
    const names = (): Promise<(string | null)[]> =>
      page.locator(".lane").evaluateAll((all) => all.map((lane) => lane.getAttribute("aria-label")));
    await expect.poll(names).toEqual([expect.stringContaining("Greedy"), expect.stringContaining("Speculative")]);
    await page.close();
  });
});

test("search finds a page by what it says, without a network", async () => {
  const { page, problems } = await visit("");
  await page.getByRole("button", { name: /Search/u }).click();
  await page.getByRole("textbox", { name: /Search/u }).fill("rewindTo");
  await page.getByRole("link", { name: "Write a decoder" }).first().waitFor();
  expect(problems).toEqual([]);
  await page.close();
});
