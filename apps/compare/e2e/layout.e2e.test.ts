import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { link, runToEnd, stage } from "./browser.ts";

const { open } = stage();
const DESKTOP = { width: 1440, height: 900 };
const LAPTOP = { width: 1024, height: 768 };
const PHONE = { width: 390, height: 844 };

const finished = (page: Page): Promise<void> => page.locator("#tokens-1 .token[data-final]").nth(20).waitFor();

/** Returns the height that lane text has without scrolling, used or not: down to the replay, which stays at the bottom. */
const visibleText = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const bottom = innerHeight - document.querySelector(".transport")!.getBoundingClientRect().height;
    const boxes = [...document.querySelectorAll(".lane .text, .token-grid")].map((element) => element.getBoundingClientRect());
    return Math.max(...boxes.map((box) => bottom - Math.max(box.top, 0)));
  });

test.each([
  ["a laptop or projector", LAPTOP, 300],
  ["a phone", PHONE, 240],
] as const)("on %s, the text of the lanes is on the first screen", async (_, viewport, minimum) => {
  const { page } = await open("#/", { viewport });
  await finished(page);
  expect(await page.getByRole("radio", { name: "Grid" }).isChecked()).toBe(true);
  expect(await visibleText(page)).toBeGreaterThanOrEqual(minimum);
  await page.getByRole("radio", { name: "Text" }).check();
  expect(await visibleText(page)).toBeGreaterThanOrEqual(viewport === PHONE ? 150 : minimum);
});

test("the legend stands directly above the lanes and names the marks that are shown, and no others", async () => {
  const { page } = await open("#/", { viewport: DESKTOP });
  await finished(page);
  const marks = (): Promise<string[]> =>
    page.locator(".legend li:not([data-absent])").evaluateAll((all) => all.map((mark) => (mark as HTMLElement).dataset["mark"]!));
  const shown = async (): Promise<string[]> => {
    const states = await page
      .locator(".token:not([hidden])")
      .evaluateAll((all) => [...new Set(all.map((token) => token.getAttribute("data-state")!))]);
    const order = ["proposed", "accepted", "rejected", "corrected", "masked", "revealed", "revised", "forced"];
    const notches = await page.locator(".token .notch[data-count]").count();
    return [...order.filter((state) => states.includes(state)), ...(notches > 0 ? ["notch"] : [])];
  };
  expect(await marks()).toEqual(await shown());
  expect(await marks()).not.toContain("proposed");
  await page.locator(".scrubber").fill("6");
  await expect.poll(marks).toContain("proposed");
  expect(await page.locator(".legend li[data-absent]").count()).toBeGreaterThan(0);
  expect(await marks()).toEqual(await shown());
  const gap = await page.evaluate(
    () => document.querySelector(".lanes")!.getBoundingClientRect().top - document.querySelector(".legend")!.getBoundingClientRect().bottom,
  );
  expect(gap).toBeLessThan(32);
});

test("a lane shows three figures, and the rest behind “More”", async () => {
  const { page } = await open("#/", { viewport: DESKTOP });
  await finished(page);
  const lane = page.locator(".lane[data-lane='1']");
  expect(await lane.locator(".figures dt").allInnerTexts()).toEqual(["passes", "tokens/pass", "tokens/s"]);
  await lane.getByText("More", { exact: true }).click();
  await lane.locator(".lane-foot .figures").waitFor();
  expect(await lane.locator(".lane-foot .figures dt").allInnerTexts()).toEqual([
    "tokens",
    "acceptance rate",
    "time to first token",
    "nats per token",
  ]);
  // What a figure means is written below it, not only in a title that a finger cannot reach.
  expect(await lane.locator(".lane-foot .help").first().isVisible()).toBe(true);
});

describe("the inspector", () => {
  test.each([
    ["desktop", DESKTOP],
    ["laptop", LAPTOP],
    ["phone", PHONE],
  ] as const)("opens within the screen, near the token, and follows the arrow keys: %s", async (name, viewport) => {
    const { page, problems } = await open("#/", { viewport, hasTouch: name === "phone" });
    await finished(page);
    const tokens = page.locator("#tokens-1 .token[data-final]");
    for (const number of [2, 8]) {
      const token = tokens.nth(number);
      await (name === "phone" ? token.tap() : token.click());
      const inspector = page.locator(".inspector");
      await inspector.getByText(`token ${number + 1} of lane B`).waitFor();
      // The popover is placed in the next frame.
      await page.waitForTimeout(100);
      const box = (await inspector.boundingBox())!;
      const at = (await token.boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
      expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
      const overlaps = at.y + at.height > box.y + 1 && at.y < box.y + box.height - 1 && at.x + at.width > box.x && at.x < box.x + box.width;
      expect(overlaps).toBe(false);
      if (name !== "phone") expect(Math.min(Math.abs(box.y - at.y - at.height), Math.abs(at.y - box.y - box.height))).toBeLessThan(12);
    }
    await page.keyboard.press("ArrowRight");
    await page.locator(".inspector").getByText("token 10 of lane B").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".inspector").isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });

  test("is reached by Tab from its token, and gives the focus back", async () => {
    const { page } = await open("#/", { viewport: DESKTOP });
    await finished(page);
    await page.locator("#tokens-1 .token[data-final]").nth(3).click();
    await page.locator(".inspector").waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest(".inspector") !== null)).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("tokens-1");
  });

  test("stays open while the replay moves, and closes when something else is pressed", async () => {
    const { page } = await open("#/", { viewport: DESKTOP });
    await finished(page);
    await page.locator("#tokens-1 .token[data-final]").nth(3).click();
    await page.getByRole("button", { name: "One step back" }).click();
    expect(await page.locator(".inspector").isVisible()).toBe(true);
    await page.locator(".legend").click();
    await expect.poll(() => page.locator(".inspector").isVisible()).toBe(false);
  });
});

test("a long word in the prompt leaves the page as wide as it is, and Run on the screen", async () => {
  for (const view of ["Text", "Grid"]) {
    const { page } = await open(link({ p: "x".repeat(300), n: "4", l: ["greedy", "top-p"] }), { viewport: PHONE });
    await page.getByRole("radio", { name: view }).check();
    await runToEnd(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    const run = (await page.locator(".run").boundingBox())!;
    expect(run.x + run.width).toBeLessThanOrEqual(PHONE.width);
  }
});

test("a notch stays on the line of its token, at every width", async () => {
  const { page } = await open("#/", { viewport: DESKTOP });
  await finished(page);
  let seen = 0;
  for (const width of [1440, 1100, 900, 700, 420, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.getByRole("radio", { name: "Text" }).check();
    const lines = await page.locator("#tokens-1 .token:not([hidden]):has(.notch[data-count])").evaluateAll((tokens) =>
      tokens.map((token) => {
        const last = (selector: string): DOMRect => [...token.querySelector(selector)!.getClientRects()].at(-1)!;
        return [last(".ink"), last(".notch")].map(({ left, right, top, bottom }) => ({ left, right, top, bottom }));
      }),
    );
    for (const [ink, notch] of lines) {
      seen++;
      expect(notch!.left).toBeGreaterThanOrEqual(ink!.right - 2);
      expect(notch!.bottom).toBeGreaterThan(ink!.top);
      expect(notch!.top).toBeLessThan(ink!.bottom);
    }
  }
  expect(seen).toBeGreaterThan(30);
});

test("marks of earlier passes fade, and those of the shown pass do not", async () => {
  const { page } = await open("#/", { viewport: DESKTOP });
  await finished(page);
  await page.locator(".scrubber").fill("10");
  const colours = (selector: string): Promise<string[]> =>
    page.locator(selector).evaluateAll((all) => [...new Set(all.map((ink) => getComputedStyle(ink).textDecorationColor))]);
  const fresh = await colours("#tokens-1 .token[data-state=accepted][data-fresh] .ink");
  const earlier = await colours("#tokens-1 .token[data-state=accepted]:not([data-fresh]) .ink");
  expect([fresh.length, earlier.length]).toEqual([1, 1]);
  expect(earlier).not.toEqual(fresh);
});

test("nothing moves while a run plays", async () => {
  const { page } = await open("#/", { viewport: DESKTOP, reducedMotion: "no-preference" });
  await page.evaluate(() => {
    const shifts = ((globalThis as unknown as { shifts: number[] }).shifts = []) as number[];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as readonly { value: number; hadRecentInput: boolean }[])
        if (!entry.hadRecentInput) shifts.push(entry.value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.locator(".speed select").selectOption({ index: 4 });
  await page.getByRole("button", { name: "Play", exact: true }).waitFor({ timeout: 60_000 });
  const total = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, each) => sum + each, 0));
  expect(total).toBeLessThan(0.03);
});
