import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** Prints the sizes of the page's own scripts and styles, its first paints, and how far things move while it loads and plays. */
export async function pageLoad({ browser, url, root }) {
  const assets = path.join(root, "dist", "assets");
  for (const name of readdirSync(assets).filter((each) => /^index-.*\.(js|css)$/.test(each)))
    console.log(`  ${name}: ${(gzipSync(readFileSync(path.join(assets, name))).length / 1000).toFixed(1)} kB gzipped`);
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 1024, height: 768 },
    { width: 390, height: 844 },
  ]) {
    const page = await browser.newPage({ viewport });
    await page.addInitScript(observe);
    await page.goto(url);
    await page.getByRole("button", { name: "Play", exact: true }).waitFor({ timeout: 120_000 });
    const { firstContentfulPaint, largestContentfulPaint, blockingTime, shifts } = await page.evaluate(() => globalThis.measured);
    console.log(
      `  ${viewport.width} × ${viewport.height}: first paint ${firstContentfulPaint} ms, largest ${largestContentfulPaint} ms, blocked ${Math.round(blockingTime)} ms; ` +
        `layout shift ${worstWindow(shifts).toFixed(4)} while loading and playing to the end`,
    );
    await page.close();
  }
}

/** Cumulative layout shift as in Web Vitals: the largest sum over a window of at most 5 s whose shifts are less than 1 s apart. */
function worstWindow(shifts) {
  let [worst, sum, start, last] = [0, 0, -Infinity, -Infinity];
  for (const { time, value } of shifts) {
    if (time - last >= 1000 || time - start >= 5000) [sum, start] = [0, time];
    sum += value;
    last = time;
    worst = Math.max(worst, sum);
  }
  return worst;
}

/** Runs in the page before its own scripts. */
function observe() {
  const measured = { firstContentfulPaint: 0, largestContentfulPaint: 0, blockingTime: 0, shifts: [] };
  globalThis.measured = measured;
  const watch = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true });
  watch("paint", ({ name, startTime }) => name === "first-contentful-paint" && (measured.firstContentfulPaint = Math.round(startTime)));
  watch("largest-contentful-paint", ({ startTime }) => (measured.largestContentfulPaint = Math.round(startTime)));
  watch("layout-shift", ({ value, hadRecentInput, startTime }) => !hadRecentInput && measured.shifts.push({ time: startTime, value }));
  watch("longtask", ({ duration }) => (measured.blockingTime += Math.max(0, duration - 50)));
}
