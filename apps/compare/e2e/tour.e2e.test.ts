import type { Page } from "playwright";
import { expect, test } from "vitest";
import { chapters, type TourScene } from "../src/tour/scenes.ts";
import { tourTexts } from "../src/texts/en/tour.ts";
import { laneText, stage } from "./browser.ts";

const { open } = stage();

const choose = (page: Page, choice: number): Promise<void> => page.locator(".choices button").nth(choice).click();
const scenes = chapters.flatMap(({ scenes: parts }) => parts as readonly TourScene[]);
const parts = (page: Page): Promise<number[]> =>
  Promise.all(
    [".figures", ".verdict", ".charts", ".transport", ".chapter .conclusion", ".token:not(.clues .token)"].map((part) =>
      page.locator(part).count(),
    ),
  );

test("no scene shows its result before the bet, and each gives a verdict after it", async () => {
  const { page, problems } = await open("#/tour/1");
  for (const [index, { id, settings }] of scenes.entries()) {
    const { choices, question } = tourTexts.sceneTexts[id];
    await page.locator(`.tour[data-scene="${id}"] .bet`).waitFor();
    expect(await page.locator(".bet legend").innerText()).toBe(question);
    expect(await page.locator(".lane .cover").count()).toBe(settings.lanes.length);
    expect(await parts(page), id).toEqual([0, 0, 0, 0, 0, 0]);
    await page.keyboard.press("Space");
    await choose(page, 0);
    await expect
      .poll(() => page.locator(".verdict-on-bet").innerText())
      .toMatch(new RegExp(`^You said ${choices[0]}(, and that is right\\.|\\. It is .+\\.)$`));
    expect(await page.locator(".lane .figures").count()).toBe(settings.lanes.length);
    // The run stands at its end, since the visitor prefers less motion.
    expect(await page.locator(".place").innerText()).toMatch(/^pass (\d+) of \1$/);
    if (index < scenes.length - 1) await page.locator(".chapter-steps a").last().click();
  }
  expect(problems).toEqual([]);
});

test("the verdict is the wrong one's and the right one's", async () => {
  const { page } = await open("#/tour/1");
  await choose(page, 1);
  await expect.poll(() => page.locator(".verdict-on-bet").innerText()).toBe("You said 10. It is 40.");
  // A bet is made once.
  await page.locator(".choices button").nth(2).click({ force: true });
  expect(await page.locator(".verdict-on-bet").innerText()).toBe("You said 10. It is 40.");
  await page.locator(".chapter-steps a").last().click();
  await choose(page, 0);
  await expect.poll(() => page.locator(".verdict-on-bet").innerText()).toBe("You said A, greedy, and that is right.");
  await page.locator(".chapter-steps a").first().click();
  await expect.poll(() => page.locator(".verdict-on-bet").innerText()).toBe("You said 10. It is 40.");
});

test("the recording plays after the bet, and its end brings the verdict", async () => {
  const { page } = await open("#/tour/3", { reducedMotion: "no-preference" });
  expect(await page.locator(".lane .figures").count()).toBe(0);
  await choose(page, 0);
  await page.getByRole("button", { name: "Pause" }).waitFor();
  expect(await page.locator(".answer").innerText()).toContain(tourTexts.waiting);
  expect(await page.locator(".verdict-on-bet").count()).toBe(0);
  await page.locator(".answer").getByRole("button", { name: "To the end" }).click();
  await expect.poll(() => page.locator(".verdict-on-bet").innerText()).toBe("You said nearly all. It is few.");
  await page.getByRole("button", { name: "Play" }).waitFor();
});

test("the bet can be skipped", async () => {
  const { page } = await open("#/tour/5/2");
  await page.getByRole("button", { name: "Skip the bet" }).click();
  await expect.poll(() => page.locator(".verdict-on-bet").innerText()).toBe("It is C, with revising.");
});

test("a forced token is marked, its lane equals the other up to it, and it can be opened in Compare", async () => {
  const { page } = await open("#/tour/7");
  await choose(page, 1);
  const [a, b] = [await laneText(page, 0), await laneText(page, 1)];
  expect(b.startsWith(a.slice(0, a.indexOf(" big, red apple")))).toBe(true);
  expect(b).toContain(" a monster in her room");
  expect(await page.locator('#tokens-1 .token[data-state="forced"]').count()).toBe(19);
  await page.getByRole("link", { name: "Open in Compare" }).click();
  await expect.poll(() => page.locator("main").getAttribute("data-route")).toBe("compare");
  expect(await laneText(page, 1)).toBe(b);
});

test("the tour ends with an empty prompt in Compare, and what was there can be had back", async () => {
  const { page } = await open("#/tour/1");
  await page.locator(".chapter-menu summary").click();
  await page.getByRole("link", { name: "Now your own" }).click();
  await page.getByRole("heading", { name: "Now your own" }).waitFor();
  expect(await page.locator(".suggestions li").count()).toBe(3);
  expect(await page.getByRole("link", { name: "A template to start from" }).getAttribute("href")).toBe("./decoder-template.js");
  await page.getByRole("link", { name: "Write a prompt" }).click();
  const prompt = page.locator("#prompt");
  await expect.poll(() => prompt.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await prompt.inputValue()).toBe("");
  await page.getByRole("button", { name: "Undo" }).click();
  expect(await prompt.inputValue()).not.toBe("");
});

test("each suggestion opens in Compare with its lanes", async () => {
  for (const [name, lane] of [
    ["Open this prompt", "Speculative"],
    ["Open this rule", "Constrained"],
  ] as const) {
    const { page } = await open("#/tour/10");
    await page.getByRole("link", { name }).click();
    await page.locator('.lane[data-lane="1"]').getByRole("heading", { name: lane }).waitFor();
  }
});

test.each([
  [1440, 900, 3],
  [1024, 768, 3],
  [390, 844, 1],
])("at %i × %i, three lanes stand in %i column(s) beside or below the text, and nothing overflows", async (width, height, columns) => {
  const { page } = await open("#/tour/4", { viewport: { width, height } });
  await choose(page, 0);
  const boxes = await Promise.all([0, 1, 2].map(async (lane) => (await page.locator(`.lane[data-lane="${lane}"]`).boundingBox())!));
  expect(new Set(boxes.map(({ x }) => Math.round(x))).size).toBe(columns);
  const text = (await page.locator(".chapter").first().boundingBox())!;
  if (columns === 1) expect(boxes[0]!.y).toBeGreaterThan(text.y + text.height - 1);
  else {
    expect(text.width).toBeCloseTo(
      20 * (await page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize))),
      0,
    );
    expect(boxes[0]!.x).toBeGreaterThan(text.x + text.width);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
});
