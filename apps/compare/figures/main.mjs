// Opens the built page in Chromium and prints what it costs: `node apps/compare/figures/main.mjs [part …]`. The figures depend on the
// machine and on what else runs on it: read them, do not test them.
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { preview } from "vite";
import { ensureChromium } from "../../../scripts/chromium.mjs";
import { idle } from "./idle.mjs";
import { interactions } from "./interactions.mjs";
import { lighthouse } from "./lighthouse.mjs";
import { memory } from "./memory.mjs";
import { pageLoad } from "./page-load.mjs";

const parts = { "page-load": pageLoad, lighthouse, idle, interactions, memory };
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}. Use ${Object.keys(parts).join(", ")}, or nothing for all.`);
  process.exit(1);
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const server = await preview({
  root,
  configFile: false,
  appType: "mpa",
  base: "./",
  logLevel: "error",
  preview: { host: "127.0.0.1", port: 0 },
});
const url = `http://127.0.0.1:${server.httpServer.address().port}/`;
const executablePath = await ensureChromium();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--enable-precise-memory-info", "--js-flags=--expose-gc"] });
try {
  for (const [name, print] of Object.entries(parts)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    console.log(`\n${name} (load average ${loadavg()[0].toFixed(1)} on ${cpus().length} cores)`);
    await print({ browser, url, root, executablePath });
  }
} finally {
  await browser.close();
  await server.close();
}
process.exit(0);
