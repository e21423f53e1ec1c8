const lanes = ["greedy", "top-p:p=0.9,temperature=0.8", "speculative:drafter=masked-draft,draftLength=4", "fast-dllm:blockLength=8"];
const hash = `#/?${new URLSearchParams([["n", "300"], ...lanes.map((lane) => ["l", lane])])}`;

/** Prints how long presses and keys take while four lanes of 300 tokens run, while they play, and on the finished run. */
export async function interactions({ browser, url }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(observe);
  await page.goto(url + hash);
  await page.locator(".lane").nth(3).waitFor();
  const reset = () => page.evaluate(() => Object.assign(globalThis.measured, { interactions: [], longTasks: [] }));
  const print = async (when) => {
    const { interactions: all, longTasks } = await page.evaluate(() => globalThis.measured);
    const sorted = all.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    console.log(
      `  ${when}: ${sorted.length} interactions, median ${at(0.5)} ms, 98th percentile ${at(0.98)} ms, longest ${at(1)} ms; ` +
        `${longTasks.length} tasks over 50 ms, the longest ${Math.round(Math.max(0, ...longTasks))} ms`,
    );
  };
  const act = async () => {
    await page.locator(".token:not([hidden])").first().click();
    await page.locator("#tokens-0").press("ArrowRight");
    await page.locator("#tokens-0").press("ArrowDown");
    await page.keyboard.press("Escape");
    await page.waitForTimeout(100);
  };
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator(".progress-label", { hasText: "is running" }).waitFor({ timeout: 60_000 });
  await reset();
  while ((await page.locator(".run[data-busy]").count()) > 0) {
    if ((await page.locator(".token:not([hidden])").count()) > 0) await act();
  }
  await print("while four lanes run");
  await reset();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  for (let time = 0; time < 40; time++) await act();
  await print("while they play");
  await page.getByRole("button", { name: "To the end" }).click();
  await reset();
  const scrubber = page.locator(".scrubber");
  for (let time = 0; time < 40; time++) {
    await scrubber.press(time % 2 === 0 ? "PageDown" : "ArrowLeft");
    await act();
  }
  for (const view of ["Grid", "Text"]) await page.getByRole("radio", { name: view }).check();
  await page.locator("#prompt").press("End");
  await page.locator("#prompt").pressSequentially(" and then another", { delay: 30 });
  await print("on the finished run");
  await page.close();
}

/** Runs in the page before its own scripts. */
function observe() {
  const measured = { interactions: [], longTasks: [] };
  globalThis.measured = measured;
  const watch = (type, act, options = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true, ...options });
  watch("longtask", ({ duration }) => measured.longTasks.push(duration));
  watch("event", ({ duration, interactionId }) => interactionId > 0 && measured.interactions.push(duration), { durationThreshold: 16 });
}
