// Opens the built page in Chromium and prints its costs: bytes, first paints, layout shifts, blocking time, and how long interactions take
// while four lanes run. The figures depend on the machine: read them, do not test them.
import { gzipSync } from "node:zlib";
import { readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { preview } from "vite";
import { ensureChromium } from "../../scripts/chromium.mjs";

const root = fileURLToPath(new URL(".", import.meta.url));
const lanes = ["greedy", "top-p:p=0.9,temperature=0.8", "speculative:drafter=masked-draft,draftLength=4", "fast-dllm:blockLength=8"];
const hash = `#/?${new URLSearchParams([["n", "200"], ...lanes.map((lane) => ["l", lane])])}`;

const assets = path.join(root, "dist", "assets");
const shell = readdirSync(assets).filter((name) => /^index-.*\.(js|css)$/.test(name));
for (const name of shell) console.log(`${name}: ${(gzipSync(readFileSync(path.join(assets, name))).length / 1000).toFixed(1)} kB gzipped`);

const server = await preview({ root, configFile: false, base: "./", logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
const url = `http://127.0.0.1:${server.httpServer.address().port}/`;
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 1350, height: 940 } });
  await page.addInitScript(observe);
  await page.goto(url);
  await page.waitForTimeout(5000);
  console.log("first visit:", await page.evaluate(() => globalThis.measured));

  await page.goto(url + hash);
  await page.reload();
  await page.locator(".lane").nth(3).waitFor();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator(".progress-label", { hasText: "is running" }).waitFor({ timeout: 60_000 });
  await page.evaluate(() => Object.assign(globalThis.measured, { longTasks: 0, longest: 0, interactions: [] }));
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline", "devtools.timeline"] });
  const scrubber = page.locator(".scrubber");
  while ((await page.locator(".run[data-busy]").count()) > 0) {
    await page.locator("#prompt").press("End");
    await scrubber.press("ArrowLeft");
    await page.locator(".token:not([hidden])").first().click();
    await page.locator("#tokens-0").press("ArrowRight");
    await page.waitForTimeout(100);
  }
  const tasks = mainTasks(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
  const { interactions, longTasks, longest } = await page.evaluate(() => globalThis.measured);
  const sorted = interactions.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  console.log(
    `while four lanes ran: ${sorted.length} interactions, median ${at(0.5)} ms, 98th percentile ${at(0.98)} ms, longest ${at(1)} ms;`,
  );
  console.log(`tasks over 50 ms: ${longTasks}, the longest ${Math.round(longest)} ms of wall-clock time;`);
  const over = tasks.filter(({ processor }) => processor > 50).length;
  console.log(`in CPU time, which other programs affect less: ${tasks.length} tasks, ${over} over 50 ms; the longest and their parts:`);
  for (const { processor, clock, parts } of tasks.slice(0, 5)) {
    const shares = parts.map(([name, milliseconds]) => `${name} ${milliseconds.toFixed(1)}`);
    console.log(`  ${processor.toFixed(1)} ms (${clock.toFixed(0)} wall clock): ${shares.join(", ")}`);
  }
  console.log(`load average: ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
} finally {
  await browser.close();
  await server.close();
}
process.exit(0);

/** Returns the tasks of the page's main thread, longest first: CPU and wall-clock milliseconds, and their largest parts. */
function mainTasks(events) {
  const mains = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const main = events.filter(({ ph, tdur, pid, tid }) => ph === "X" && tdur > 0 && mains.has(`${pid} ${tid}`));
  return main
    .filter(({ name }) => name === "RunTask")
    .toSorted((a, b) => b.tdur - a.tdur)
    .map((task, rank) => ({ processor: task.tdur / 1000, clock: task.dur / 1000, parts: rank < 5 ? largestParts(task, main) : [] }));
}

function largestParts(task, events) {
  const parts = new Map();
  for (const { name, pid, ts, dur, tdur } of events) {
    if (name === "RunTask" || pid !== task.pid || ts < task.ts || ts + dur > task.ts + task.dur) continue;
    parts.set(name, (parts.get(name) ?? 0) + tdur / 1000);
  }
  return [...parts].toSorted((a, b) => b[1] - a[1]).slice(0, 5);
}

/** Runs in the page before its own scripts. */
function observe() {
  const measured = {
    firstContentfulPaint: 0,
    largestContentfulPaint: 0,
    layoutShift: 0,
    blockingTime: 0,
    longTasks: 0,
    longest: 0,
    interactions: [],
  };
  globalThis.measured = measured;
  const watch = (type, act, options = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true, ...options });
  watch("paint", ({ name, startTime }) => name === "first-contentful-paint" && (measured.firstContentfulPaint = Math.round(startTime)));
  watch("largest-contentful-paint", ({ startTime }) => (measured.largestContentfulPaint = Math.round(startTime)));
  watch("layout-shift", ({ value, hadRecentInput }) => !hadRecentInput && (measured.layoutShift += value));
  watch("longtask", ({ duration }) => {
    measured.blockingTime += Math.max(0, duration - 50);
    measured.longTasks++;
    measured.longest = Math.max(measured.longest, duration);
  });
  watch("event", ({ duration, interactionId }) => interactionId > 0 && measured.interactions.push(duration), { durationThreshold: 16 });
}
