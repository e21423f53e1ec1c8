// Opens the built site in Chromium: `node apps/docs/figures/main.mjs lighthouse [page …]` prints Lighthouse's scores, and
// `node apps/docs/figures/main.mjs pictures FOLDER [page …]` takes pictures at three sizes. Figures depend on the machine: read them, do not test them.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { preview } from "vite";
import { ensureChromium } from "../../../scripts/chromium.mjs";
import { lighthouse } from "../../compare/figures/lighthouse.mjs";

const PAGES = [
  "",
  "start/first-program/",
  "start/decoding/",
  "strategies/speculative/",
  "strategies/refinement/",
  "guides/models/",
  "guides/bundlers/",
  "authors/decoder/",
  "bridges/ai-sdk/",
  "reference/options/",
];
const SIZES = [
  { name: "desktop-light", options: { viewport: { width: 1440, height: 900 }, colorScheme: "light" } },
  { name: "desktop-dark", options: { viewport: { width: 1440, height: 900 }, colorScheme: "dark" } },
  { name: "phone", options: { viewport: { width: 360, height: 740 }, colorScheme: "light" } },
];

const [part, ...rest] = process.argv.slice(2);
const folder = part === "pictures" ? rest.shift() : undefined;
if (part !== "lighthouse" && folder === undefined) {
  console.error("Use lighthouse [page …], or pictures FOLDER [page …].");
  process.exit(1);
}
const pages = rest.length > 0 ? rest : PAGES;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const server = await preview({ root, configFile: false, appType: "mpa", logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
const url = `http://127.0.0.1:${server.httpServer.address().port}/`;
const executablePath = await ensureChromium();
try {
  if (folder === undefined) {
    for (const page of pages) {
      console.log(`/${page}`);
      await lighthouse({ url: url + page, executablePath });
    }
  } else await takePictures(folder);
} finally {
  await server.close();
}
process.exit(0);

/** Writes a picture of each page at each size, and names pages that are wider than the window. */
async function takePictures(target) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  for (const { name, options } of SIZES) {
    const page = await browser.newPage(options);
    for (const address of pages) {
      await page.goto(url + address);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) console.log(`/${address} is ${overflow} px wider than the window at ${options.viewport.width} px`);
      await page.screenshot({ path: path.join(target, `${address.replaceAll("/", "-") || "index-"}${name}.png`) });
    }
    await page.close();
  }
  await browser.close();
}
