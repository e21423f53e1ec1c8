import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { build } from "vite";
import type { PageFiles } from "../place/page-place.ts";
import type { Row } from "../rows.ts";
import type { Unit } from "../suite.ts";
import type { BenchmarkPage } from "./page.ts";
import { servePage } from "./page-server.ts";

/** Runs a unit in a page of a fresh Chromium, and passes on each row when it is measured. */
export async function runInPage(unit: Unit, keepRow: (row: Row) => Promise<void>): Promise<void> {
  const { folder, gguf } = unit.settings;
  const script = await buildPage();
  const name = path.basename(folder);
  const server = await servePage({ page: script, models: path.dirname(folder), ...(gguf !== undefined && { gguf: path.dirname(gguf) }) });
  const files: PageFiles = {
    model: `/models/${encodeURIComponent(name)}/`,
    hasExternalData: existsSync(`${path.join(folder, unit.file)}_data`),
    ...(gguf !== undefined && existsSync(gguf) && { gguf: `/gguf/${encodeURIComponent(path.basename(gguf))}` }),
  };
  const executablePath = await findChromium();
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: ["--no-sandbox", "--js-flags=--expose-gc", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(`The page: ${error.message}`));
    page.on("console", (message) => {
      // A model has files that may be missing.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) console.error(`The page: ${message.text()}`);
    });
    await page.exposeFunction("keepRow" satisfies keyof BenchmarkPage, keepRow);
    await page.goto(server.url);
    await page.waitForFunction(() => "runUnit" in globalThis);
    page.setDefaultTimeout(0);
    await page.evaluate(([one, where]) => (globalThis as unknown as BenchmarkPage).runUnit(one, where), [unit, files] as const);
  } finally {
    await browser.close();
    await server.close();
    await rm(script, { recursive: true });
  }
}

/** Bundles the page as an application would, from the built packages. Returns the folder of the bundle. */
async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(path.join(tmpdir(), "decodekit-benchmark-page-"));
  await build({
    root: fileURLToPath(new URL(".", import.meta.url)),
    base: "/page/",
    logLevel: "error",
    configFile: false,
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: Infinity,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: fileURLToPath(new URL("page.js", import.meta.url)),
        output: { entryFileNames: "page.js" },
        preserveEntrySignatures: "allow-extension",
      },
    },
  });
  return outDir;
}

async function findChromium(): Promise<string | undefined> {
  const script = new URL("../../../../../scripts/chromium.mjs", import.meta.url).href;
  const { findChromium: find } = (await import(script)) as { readonly findChromium: () => Promise<string | undefined> };
  return find();
}
