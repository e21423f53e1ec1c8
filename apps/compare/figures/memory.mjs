import { readFile } from "node:fs/promises";

const RUNS = 50;
const lanes = ["greedy", "top-p:p=0.9,temperature=0.8", "speculative:drafter=masked-draft,draftLength=4", "fast-dllm:blockLength=8"];

/** Prints the page's heap, its nodes and listeners, and the browser's memory, after the first runs and after fifty. */
export async function memory({ browser, url }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  await page.goto(`${url}#/?${new URLSearchParams([["n", "64"], ...lanes.map((lane) => ["l", lane])])}`);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  for (let run = 1; run <= RUNS; run++) {
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.locator(`main[data-runs="${run}"]`).waitFor({ timeout: 120_000 });
    if ([1, 10, 25, RUNS].includes(run)) console.log(`  after ${run} runs: ${await used(browser, page, session)}`);
  }
  await page.close();
}

async function used(browser, page, session) {
  // Garbage is collected twice, because finalizers free more.
  for (let time = 0; time < 2; time++) {
    await session.send("HeapProfiler.collectGarbage");
    await page.waitForTimeout(500);
  }
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${megabytes(of("JSHeapUsedSize"))} heap of the page, ${await ofRenderers(browser)}, ${of("Nodes")} nodes, ${of("JSEventListeners")} listeners`;
}

/** What the browser's renderers hold of their own, workers and WebAssembly included; only Linux tells. */
async function ofRenderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  const kilobytes = await Promise.all(
    renderers.map(async ({ id }) => Number(/RssAnon:\s+(\d+)/.exec(await readFile(`/proc/${id}/status`, "utf8").catch(() => ""))?.[1])),
  );
  const sum = kilobytes.reduce((total, each) => total + each, 0);
  return Number.isNaN(sum) ? "memory of the process unknown" : `${Math.round(sum / 1000)} MB of the process with its workers`;
}
