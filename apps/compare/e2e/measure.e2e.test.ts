import type { Page } from "playwright";
import { expect, test } from "vitest";
import { measureLink, openSettings, pressAndHide, pressTwice, showAgain, stage, untilRunEnds } from "./browser.ts";

const { open } = stage();
const lanes = ["greedy", "judged-tree:natsPerToken=0,rowCost=0.05", "fast-dllm:blockLength=8"];
const rows = (page: Page): Promise<string[][]> =>
  page
    .locator(".measure-result tbody tr")
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll("th, td")].map((cell) => (cell as HTMLElement).innerText)));

test("the result shows each lane's passes, and a ratio with its interval for every lane but the first", async () => {
  const { page, problems } = await open(measureLink({ n: "24", l: lanes }));
  await untilRunEnds(page, () => page.locator(".run").click());
  expect(await page.locator(".measure-rounds").innerText()).toMatch(/^\d of 6 rounds count\./);
  const [a, b, c] = await rows(page);
  expect(a!.slice(0, 2).join(" ")).toMatch(/A Greedy.* baseline$/s);
  for (const row of [b!, c!]) expect(row[1]).toMatch(/^(faster|slower|inconclusive)\s+\d+\.\d\d × \(\d+\.\d\d to \d+\.\d\d\)$/);
  for (const row of [a!, b!, c!]) expect(row[2]).toMatch(/^\d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\)$/);
  expect(a![4]).toBe("24");
  expect(Number(b![4])).toBeLessThan(24);
  expect([a![5], b![5], c![5]]).toEqual(["24", "24", "24"]);
  await page.locator(".measure-result .plot").waitFor();
  expect(problems).toEqual([]);
});

test("a round in which the page was hidden is discarded, and the result reports it", async () => {
  const { page } = await open(measureLink({ n: "24", l: lanes }));
  await untilRunEnds(page, async () => {
    await pressAndHide(page.locator(".run"), "Round 2 of 6");
    await page.waitForTimeout(1000);
    expect(await page.locator(".run[data-busy]").count()).toBe(1);
    await showAgain(page);
  });
  expect(await page.locator(".measure-rounds").innerText()).toContain("1 round was discarded: the page was hidden.");
});

test("a stopped measurement shows its complete rounds; changing the lanes removes the result", async () => {
  const { page, problems } = await open(measureLink({ n: "100", l: lanes }));
  await untilRunEnds(page, () => pressTwice(page.locator(".run"), "Round 3 of 6"));
  expect(await page.locator(".measure-rounds").innerText()).toMatch(/^The measurement was stopped early\. [0-2] of 6 rounds count\./);
  await page.getByRole("link", { name: "Change the lanes in Compare" }).click();
  await openSettings(page);
  await page.locator("#tokens").fill("8");
  await page.locator("#tokens").press("Enter");
  await page.getByRole("navigation").getByRole("link", { name: "Measure", exact: true }).click();
  await page.locator(".measured-lanes").waitFor();
  expect(await page.locator(".measure-result").count()).toBe(0);
  await untilRunEnds(page, () => page.locator(".run").click());
  expect((await rows(page))[0]![5]).toBe("8");
  expect(problems).toEqual([]);
});
