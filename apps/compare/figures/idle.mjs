const SECONDS = 10;

/** Prints the share of a core that the page's processes use when nothing runs or plays: at rest, and after a run with the inspector open. */
export async function idle({ browser, url }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  await page.goto(url);
  await page.locator("#tokens-1 .token[data-final]").nth(5).waitFor();
  console.log(`  at rest: ${await share(page)}`);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator("main[data-runs='1']").waitFor({ timeout: 120_000 });
  await page.locator("#tokens-1 .token[data-final]").nth(5).click();
  console.log(`  after a run, with the inspector open: ${await share(page)}`);
  await page.close();
}

/** Reads the CPU time of all of the browser's processes. */
async function share(page) {
  await page.waitForTimeout(3000);
  const session = await page.context().browser().newBrowserCDPSession();
  const total = async () => (await session.send("SystemInfo.getProcessInfo")).processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  const before = await total();
  await page.waitForTimeout(1000 * SECONDS);
  const used = (await total()) - before;
  await session.detach();
  return `${((100 * used) / SECONDS).toFixed(2)} % of a core over ${SECONDS} s, all processes of the browser`;
}
