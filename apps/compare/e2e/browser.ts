import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type ElementHandle,
  type Locator,
  type Page,
} from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { findChromium } from "../../../scripts/chromium.mjs";
import { type DistServer, serveDist } from "./serve-dist.ts";

export interface Stage {
  readonly server: () => DistServer;
  /** Opens `hash` in a page with its own context, which ends with the test. `problems` collects its uncaught errors and error logs. */
  readonly open: (hash?: string, options?: BrowserContextOptions) => Promise<OpenPage>;
}

interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly problems: readonly string[];
}

/** Makes text rendering reproducible: partial redraws would make letter edges depend on earlier content. */
const REPRODUCIBLE_RENDERING = [
  "--disable-partial-raster",
  "--disable-skia-runtime-opts",
  "--disable-lcd-text",
  "--font-render-hinting=none",
];

/** Starts one browser and one server for the tests of a file. */
export function stage(args: readonly string[] = []): Stage {
  let browser: Browser;
  let server: DistServer;
  let contexts: BrowserContext[] = [];
  let isInTest = false;

  beforeAll(async () => {
    const executablePath = await findChromium();
    browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      args: ["--no-sandbox", ...REPRODUCIBLE_RENDERING, ...args],
    });
    server = await serveDist();
  });
  beforeEach(() => {
    isInTest = true;
  });
  // A page that plays or keeps a model would slow the next test down.
  afterEach(async () => {
    isInTest = false;
    await Promise.all(contexts.map((context) => context.close()));
    contexts = [];
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  return {
    server: () => server,
    async open(hash = "#/", options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
      if (isInTest) contexts.push(context);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      await page.goto(server.url + hash);
      await page.locator(".lane, .prose, .measure, .tour").first().waitFor();
      return { page, context, problems };
    },
  };
}

/** Opens the settings, which are folded away while a run is shown. */
export async function openSettings(page: Page): Promise<void> {
  const fold = page.getByRole("button", { name: "Settings", exact: true });
  if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
  await page.locator("#tokens").waitFor();
}

export async function openShare(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Share this run" });
  await dialog.getByRole("button", { name: "Copy link without the run" }).waitFor();
  return dialog;
}

/** Copies a link by clicks and returns its hash, as the dialog shows it. */
export async function copyLink(page: Page, what: "with" | "without"): Promise<string> {
  const dialog = await openShare(page);
  await dialog.getByRole("button", { name: `Copy link ${what} the run` }).click();
  const url = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
  await page.keyboard.press("Escape");
  return new URL(url).hash;
}

/** Saves the run by clicks and returns the path of the file. */
export async function saveRun(page: Page): Promise<string> {
  const dialog = await openShare(page);
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Save run" }).click()]);
  await page.keyboard.press("Escape");
  return download.path();
}

/** Presses Run and waits until all lanes have finished. */
export async function runToEnd(page: Page, timeout = 120_000): Promise<void> {
  await untilRunEnds(page, () => page.getByRole("button", { name: "Run", exact: true }).click(), timeout);
}

/** Calls `begin`, which starts a run, and waits for the end of the run. */
export async function untilRunEnds(page: Page, begin: () => Promise<unknown>, timeout = 120_000): Promise<void> {
  const ended = Number(await page.locator("main").getAttribute("data-runs"));
  await begin();
  await page.locator(`main[data-runs="${ended + 1}"]`).waitFor({ timeout });
}

/** Presses a button, and again as soon as the page shows `phase`. */
export function pressTwice(button: Locator, phase: string): Promise<void> {
  return button.evaluate(pressAnd, { phase });
}

/** Presses a button, and another element as soon as the page shows `phase`. */
export function pressThen(button: Locator, phase: string, then: ElementHandle<SVGElement | HTMLElement>): Promise<void> {
  return button.evaluate(pressAnd, { phase, next: then });
}

/** Presses a button, and hides the page as soon as it shows `phase`. */
export function pressAndHide(button: Locator, phase: string): Promise<void> {
  return button.evaluate(pressAnd, { phase, next: "hide" as const });
}

/** Runs in the page, because polling from outside can miss a short phase. Resolves once it has acted. */
function pressAnd(button: Element, { phase, next = button }: { readonly phase: string; readonly next?: Element | "hide" }): Promise<void> {
  const main = document.querySelector("main")!;
  const acted = new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      if (!main.querySelector(".progress-label")?.textContent.includes(phase)) return;
      observer.disconnect();
      if (next === "hide") {
        Object.defineProperty(document, "hidden", { configurable: true, value: true });
        document.dispatchEvent(new Event("visibilitychange"));
      } else (next as HTMLElement).click();
      resolve();
    });
    observer.observe(main, { subtree: true, childList: true, characterData: true });
  });
  (button as HTMLElement).click();
  return acted;
}

/** Makes a hidden page visible again. */
export function showAgain(page: Page): Promise<void> {
  return page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, value: false });
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

export async function waitUntilIdle(page: Page, timeout = 120_000): Promise<void> {
  await page.locator(".run:not([data-busy])").first().waitFor({ timeout });
  await expect.poll(() => page.locator(".lane[aria-label] [aria-busy=true]").count(), { timeout }).toBe(0);
}

/** Returns the text of a lane's tokens, without the marks. */
export function laneText(page: Page, lane: number): Promise<string> {
  return page.locator(`#tokens-${lane}`).evaluate((tokens) =>
    [...tokens.querySelectorAll(".token:not([hidden])")]
      .map((token) => [...token.childNodes].filter((node) => !(node instanceof Element && node.classList.contains("notch"))))
      .flatMap((nodes) => nodes.map((node) => node.textContent))
      .join(""),
  );
}

/** Returns a figure of a lane, and opens the figures behind “More”. */
export async function figure(page: Page, lane: number, name: string): Promise<string> {
  const card = page.locator(`.lane[data-lane="${lane}"]`);
  await openMore(card);
  return card
    .locator(`[data-figure="${name}"] dd`)
    .first()
    .innerText()
    .then((text) => text.split("\n")[0]!);
}

async function openMore(lane: Locator): Promise<void> {
  const more = lane.locator(".lane-foot > details");
  if ((await more.getAttribute("open")) === null) await more.locator("> summary").click();
}

type LinkedSettings = Readonly<Record<string, string | readonly string[]>>;

/** Returns a link to the measure page with these settings. */
export function measureLink(settings: LinkedSettings): string {
  return link(settings).replace("#/", "#/measure");
}

/** Returns a link with these settings, in the form that the page writes. */
export function link(settings: LinkedSettings): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(settings)) for (const each of [value].flat()) query.append(key, each);
  return `#/?${query.toString()}`;
}
