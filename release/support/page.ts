import { chromium, type Browser, type Page } from "playwright";
import { findChromium } from "../../scripts/chromium.mjs";

/** What a page may do: nothing inline, no code from texts but WebAssembly, no other host. */
export const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; object-src 'none'; base-uri 'none'";

export async function openBrowser(): Promise<Browser> {
  const executablePath = await findChromium();
  return chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Uncaught errors and errors in the console, violations of the policy among them. */
  readonly problems: readonly string[];
  /** Requests to other hosts. */
  readonly foreign: readonly string[];
}

/** Opens a page at `url`, and notes its problems and its requests to other hosts. */
export async function openWatched(browser: Browser, url: string): Promise<WatchedPage> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const foreign: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    // Chromium asks every site for an icon, which the projects leave to their sites.
    if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("blob:")) foreign.push(request.url());
  });
  await page.goto(url);
  return { page, problems, foreign };
}
