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
    if ([1, 10, 25, RUNS].includes(run)) console.log(`  after ${run} runs: ${await used(page, session)}`);
  }
  await page.close();
}

async function used(page, session) {
  // Garbage is collected twice, because finalizers free more.
  for (let time = 0; time < 2; time++) {
    await session.send("HeapProfiler.collectGarbage");
    await page.waitForTimeout(500);
  }
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  const workers = await Promise.all(page.workers().map((worker) => worker.evaluate(() => performance.memory?.usedJSHeapSize ?? 0)));
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${megabytes(of("JSHeapUsedSize"))} heap of the page, ${megabytes(workers.reduce((sum, each) => sum + each, 0))} of its workers, ${of("Nodes")} nodes, ${of("JSEventListeners")} listeners`;
}
