import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { link, measureLink, runToEnd, stage, untilRunEnds } from "./browser.ts";

const { open } = stage();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/** Returns the violations that axe finds, one line each. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: (context: unknown, options: unknown) => Promise<AxeResults> } }).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${impact}) ${target.join(" ")}: ${failureSummary}`),
  );
}

const wide = { viewport: { width: 1280, height: 900 } };
const narrow = { viewport: { width: 360, height: 740 } };

test.each([
  ["#/tour/4", { ...wide, colorScheme: "light" }],
  ["#/tour/5/2", {}],
  ["#/tour/5", { ...narrow, colorScheme: "dark" }],
  ["#/tour/6/2", { ...wide, colorScheme: "light" }],
  ["#/about", { ...wide, colorScheme: "dark" }],
] as const)("axe finds nothing on %s", async (hash, options) => {
  const { page } = await open(hash, options);
  await page.locator("h1").waitFor();
  expect(await findings(page)).toEqual([]);
});

test.each(["light", "dark"] as const)("axe finds nothing on the lanes, %s: finished, half way, and with dialogs", async (colorScheme) => {
  const { page } = await open("#/", { ...wide, colorScheme });
  await page.locator("#tokens-1 .token[data-final]").nth(5).click();
  await page.locator(".charts").scrollIntoViewIfNeeded();
  await page.locator(".plot").first().waitFor();
  await page.locator(".charts details summary").first().click();
  expect(await findings(page)).toEqual([]);
  await page.locator(".scrubber").fill("15");
  await page.getByRole("button", { name: "Options: Speculative" }).click();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator(".add-lane select").selectOption("own");
  expect(await findings(page)).toEqual([]);
});

test.each([
  ["light", wide],
  ["dark", narrow],
] as const)("axe finds nothing on the grid, %s: finished and half way", async (colorScheme, size) => {
  const { page } = await open("#/", { ...size, colorScheme });
  await page.getByRole("radio", { name: "Grid" }).check();
  await page.locator(".token-grid #tokens-1 .token[data-final]").nth(5).click();
  expect(await findings(page)).toEqual([]);
  await page.locator(".scrubber").fill("15");
  expect(await findings(page)).toEqual([]);
});

test.each(["light", "dark"] as const)("axe finds nothing on a measurement, %s: before, during and after", async (colorScheme) => {
  const { page } = await open(measureLink({ n: "16", l: ["greedy", "judged-tree:natsPerToken=0"] }), { ...wide, colorScheme });
  expect(await findings(page)).toEqual([]);
  await untilRunEnds(page, async () => {
    await page.getByRole("button", { name: "Measure", exact: true }).click();
    await page.locator(".progress-label").waitFor();
    expect(await findings(page)).toEqual([]);
  });
  await page.locator(".measure-result .plot").waitFor();
  expect(await findings(page)).toEqual([]);
});

test("axe finds nothing after a new run", async () => {
  const { page } = await open(link({ n: "8", l: ["greedy", "fast-dllm:blockLength=8"] }));
  await runToEnd(page);
  expect(await findings(page)).toEqual([]);
});

test("at 320 px the page does not scroll sideways", async () => {
  for (const hash of ["#/", "#/tour/5", "#/tour/6/2", "#/measure", "#/about"]) {
    const { page } = await open(hash, { viewport: { width: 320, height: 700 } });
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  }
});

test("without reduced motion, the recorded run starts playing and can be paused", async () => {
  const { page } = await open("#/", { reducedMotion: "no-preference" });
  await page.getByRole("button", { name: "Pause" }).click();
  const place = await page.locator(".place").innerText();
  await page.waitForTimeout(600);
  expect(await page.locator(".place").innerText()).toBe(place);
});
