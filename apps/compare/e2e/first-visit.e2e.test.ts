import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { stage } from "./browser.ts";

const { open, server } = stage();
const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** Bytes that a host which compresses sends for a file; fonts and pictures are compressed already. */
function sentBytes(name: string): number {
  const content = readFileSync(path.join(dist, name.endsWith("/") ? `${name}index.html` : name));
  return /\.(woff2|png)$/.test(name) ? content.length : gzipSync(content).length;
}

test("the first visit fetches at most 450 kB before Run, all that is kept for offline use included", async () => {
  const { page } = await open("#/", { viewport: { width: 1440, height: 900 }, reducedMotion: "no-preference" });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.getByRole("button", { name: "Play", exact: true }).waitFor({ timeout: 60_000 });
  const names = server().requests;
  expect(names.filter((name) => /\.(wasm|onnx)$/.test(name))).toEqual([]);
  const total = names.reduce((sum, name) => sum + sentBytes(name), 0);
  expect(total, names.map((name) => `${sentBytes(name)} ${name}`).join("\n")).toBeLessThanOrEqual(450_000);
});
