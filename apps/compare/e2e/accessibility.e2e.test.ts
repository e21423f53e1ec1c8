import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { link, measureLink, openShare, runToEnd, stage, untilRunEnds } from "./browser.ts";
import { openModelDialog, useModel } from "./choose-model.ts";

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
  await page.getByText("Charts", { exact: true }).click();
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
] as const)("axe finds nothing on the dialog to share and on a frame for other pages, %s", async (colorScheme, size) => {
  const { page } = await open("#/", { ...size, colorScheme });
  await page.locator("#tokens-1 .token[data-final]").first().waitFor();
  const dialog = await openShare(page);
  await dialog.getByRole("button", { name: "Copy link with the run" }).click();
  await dialog.getByRole("textbox", { name: "Link" }).waitFor();
  expect(await findings(page)).toEqual([]);
  const frame = await open("#/?embed=1", { ...size, colorScheme });
  await frame.page.locator("#tokens-1 .token[data-final]").first().waitFor();
  expect(await findings(frame.page)).toEqual([]);
});

test.each([
  ["light", wide],
  ["dark", narrow],
] as const)("axe finds nothing on the model dialog and on a chat model's lanes that cannot run, %s", async (colorScheme, size) => {
  const { page } = await open(link({ m: "org/name", l: ["greedy", "contrastive"] }), { ...size, colorScheme });
  expect(await findings(page)).toEqual([]);
  for (const place of ["Popular", "From the Hub", "From this device"] as const) {
    await openModelDialog(page, place);
    if (place === "Popular") await page.getByRole("radio", { name: "SmolLM2 360M Instruct" }).check();
    if (place === "From the Hub") await page.getByLabel("Name on the Hub, or URL").fill("datasets/x");
    if (place !== "Popular") await useModel(page);
    expect(await findings(page)).toEqual([]);
    expect(await page.evaluate(() => document.querySelector("dialog[open]")!.scrollWidth <= document.documentElement.clientWidth)).toBe(
      true,
    );
    await page.keyboard.press("Escape");
  }
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

test.each([
  ["light", wide],
  ["dark", narrow],
] as const)("axe finds nothing on a prompt set, %s: before, during and after", async (colorScheme, size) => {
  const hash = link({ n: "8", l: ["greedy", "top-p:p=0.9"] }).replace("#/", "#/sets");
  const { page } = await open(hash, { ...size, colorScheme });
  await page.getByRole("combobox", { name: "Prompts" }).selectOption({ label: "Your own prompts" });
  expect(await findings(page)).toEqual([]);
  await page.getByRole("textbox", { name: "One prompt per line" }).fill("One day\nThe cat\nTom had a ball");
  await untilRunEnds(page, async () => {
    await page.getByRole("button", { name: "Run the set" }).click();
    await page.locator(".progress-label").waitFor();
    expect(await findings(page)).toEqual([]);
  });
  await page.locator(".set-result .plot").waitFor();
  await page.getByText("Prompts and texts", { exact: true }).click();
  await page.locator(".prompt-list li summary").first().click();
  expect(await findings(page)).toEqual([]);
});

test("axe finds nothing after a new run", async () => {
  const { page } = await open(link({ n: "8", l: ["greedy", "fast-dllm:blockLength=8"] }));
  await runToEnd(page);
  expect(await findings(page)).toEqual([]);
});

test("at 320 px the page does not scroll sideways", async () => {
  for (const hash of ["#/", "#/tour/5", "#/tour/6/2", "#/measure", "#/sets", "#/about"]) {
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
