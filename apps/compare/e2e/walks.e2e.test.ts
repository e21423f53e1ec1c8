import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { copyLink, laneText, link, openSettings, runToEnd, saveRun, stage, untilRunEnds } from "./browser.ts";

/*
 * Walks through the page by clicks alone: no address is opened but the first. Each test holds a fault that use has shown.
 */

const { open } = stage();

const goTo = async (page: Page, name: "Compare" | "Tour" | "Measure" | "Prompt sets" | "About"): Promise<void> => {
  await page.getByRole("navigation", { name: "decodekit compare" }).getByRole("link", { name, exact: true }).click();
  await expect.poll(() => page.locator("main").getAttribute("data-route")).toBe(routeOf(name));
};
const routeOf = (name: string): string => (name === "Prompt sets" ? "sets" : name.toLowerCase());
const hash = (page: Page): string => new URL(page.url()).hash;
const notice = (page: Page, text: string) => page.locator(".notice", { hasText: text });
const lanes = (page: Page): Promise<string[]> =>
  page.locator(".lane").evaluateAll((all) => all.map((lane) => lane.getAttribute("aria-label")!));
const short = link({ n: "12", l: ["greedy", "top-p:p=0.9"] });

test("every page leads to every other, the logo leads home, and a reload stays where it was", async () => {
  const { page, problems } = await open();
  const walk = "Compare About Compare Measure About Measure Tour Compare Tour Prompt-sets Measure Prompt-sets Compare".split(" ");
  const pages = walk.map((name) => name.replace("-", " ") as Parameters<typeof goTo>[1]);
  for (const [index, name] of pages.entries()) {
    await goTo(page, name);
    expect(hash(page)).toMatch(
      { Compare: /^#\/$/, Tour: /^#\/tour\/1$/, Measure: /^#\/measure$/, "Prompt sets": /^#\/sets$/, About: /^#\/about$/ }[name],
    );
    expect(await page.locator("nav [aria-current=page]").innerText()).toBe(name);
    if (index % 3 !== 0) continue;
    await page.reload();
    await expect.poll(() => page.locator("main").getAttribute("data-route")).toBe(routeOf(name));
  }
  for (const name of ["About", "Tour", "Measure", "Prompt sets"] as const) {
    await goTo(page, name);
    await page.getByRole("link", { name: "decodekit compare" }).click();
    await expect.poll(() => page.locator("main").getAttribute("data-route")).toBe("compare");
  }
  expect(problems).toEqual([]);
});

test("back and forward walk through the pages, with the visitor's own run", async () => {
  const { page } = await open(short);
  await runToEnd(page);
  const text = await laneText(page, 1);
  await goTo(page, "Tour");
  await page.getByRole("link", { name: /^Next/ }).click();
  await page.getByRole("heading", { name: "The decoder chooses" }).waitFor();
  await page.getByRole("button", { name: "Skip the bet" }).click();
  await page.getByRole("link", { name: "Open in Compare" }).click();
  await page.locator(".lane").nth(2).waitFor();
  await notice(page, "The link replaced what you had here.").waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "The decoder chooses" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "From probabilities to text" }).waitFor();
  await page.goBack();
  await expect.poll(() => lanes(page)).toEqual(["Lane A, Greedy", "Lane B, Top-p"]);
  expect(await laneText(page, 1)).toBe(text);
  await page.goForward();
  await page.getByRole("heading", { name: "From probabilities to text" }).waitFor();
});

test("the visitor's prompt, lanes, result and place in the replay survive a visit to every other page", async () => {
  const { page } = await open();
  await page.locator("#prompt").fill("The dog was");
  await openSettings(page);
  await page.locator("#tokens").fill("12");
  await page.getByRole("button", { name: "Remove this lane: Judged tree" }).click();
  await runToEnd(page);
  const text = await laneText(page, 0);
  await page.getByRole("button", { name: "One step back" }).click();
  const place = await page.locator(".place").innerText();
  for (const name of ["Tour", "About", "Measure"] as const) {
    await goTo(page, name);
    await goTo(page, "Compare");
    expect(await page.locator("#prompt").inputValue()).toBe("The dog was");
    expect(await lanes(page)).toHaveLength(2);
    expect(await page.locator(".place").innerText()).toBe(place);
  }
  await page.getByRole("button", { name: "To the end" }).click();
  expect(await laneText(page, 0)).toBe(text);
});

describe("a run is a document", () => {
  test("that a reload leaves as it is, stale or not, on whatever page", async () => {
    const { page } = await open(short);
    await runToEnd(page);
    const text = await laneText(page, 1);
    await page.reload();
    await expect.poll(() => laneText(page, 1)).toBe(text);
    expect(await page.locator(".stale-note").count()).toBe(0);
    await page.locator("#prompt").press("End");
    await page.locator("#prompt").pressSequentially("!");
    await goTo(page, "Measure");
    await page.reload();
    await goTo(page, "Compare");
    await expect.poll(() => laneText(page, 1)).toBe(text);
    await page.locator(".stale-note").getByText("changed the prompt").waitFor();
    for (const name of ["Tour", "About"] as const) {
      await goTo(page, name);
      await page.reload();
      await goTo(page, "Compare");
      await expect.poll(() => laneText(page, 1)).toBe(text);
    }
  });

  test("that opens with its own prompt, numbers and lanes, wherever it is opened", async () => {
    const { page } = await open(short);
    await page.locator("#prompt").fill("The dog was");
    await runToEnd(page);
    const texts = [await laneText(page, 0), await laneText(page, 1)];
    const file = { name: "run.jsonl", mimeType: "application/jsonl", buffer: await readFile(await saveRun(page)) };

    const other = await open();
    await other.page.locator("#tokens-2 .token[data-final]").first().waitFor();
    await other.page.getByTestId("trace-file").setInputFiles(file);
    await expect.poll(() => lanes(other.page)).toEqual(["Lane A, Greedy", "Lane B, Top-p"]);
    expect(await other.page.locator("#prompt").inputValue()).toBe("The dog was");
    await openSettings(other.page);
    expect(await other.page.locator("#tokens").inputValue()).toBe("12");
    expect([await laneText(other.page, 0), await laneText(other.page, 1)]).toEqual(texts);
    expect(await other.page.locator(".stale-note").count()).toBe(0);
    // The address is that of the opened run, and undoing gives the page back as it was.
    expect(hash(other.page)).toBe(hash(page));
    await other.page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => lanes(other.page)).toHaveLength(3);
    await other.page.locator("#tokens-2 .token[data-final]").first().waitFor();
  });

  test("whose other lanes stay when one is removed, and the removed one can be had back", async () => {
    const { page } = await open(short);
    await runToEnd(page);
    const texts = [await laneText(page, 0), await laneText(page, 1)];
    await page.getByRole("button", { name: "Remove this lane: Greedy" }).click();
    expect(await laneText(page, 0)).toBe(texts[1]);
    await notice(page, "Lane A, Greedy was removed").getByRole("button", { name: "Undo" }).click();
    expect([await laneText(page, 0), await laneText(page, 1)]).toEqual(texts);
    await page.locator("body").press("Control+Shift+z");
    expect(await lanes(page)).toEqual(["Lane A, Top-p"]);
    await page.locator("body").press("Control+z");
    expect([await laneText(page, 0), await laneText(page, 1)]).toEqual(texts);
  });

  test("that is marked when its settings change, until they are what they were", async () => {
    const { page } = await open(short);
    await runToEnd(page);
    const stale = page.locator(".stale-note");
    expect(await stale.count()).toBe(0);
    await page.locator("#prompt").press("End");
    await page.locator("#prompt").pressSequentially(" x");
    await openSettings(page);
    await page.locator("#seed").fill("7");
    await page.locator("#seed").press("Enter");
    await stale.getByText("from before you changed the prompt and the seed. Run again to update them.").waitFor();
    expect(await page.locator(".lane[data-stale]").count()).toBe(2);
    await page.getByRole("button", { name: "Undo" }).click();
    await stale.getByText("from before you changed the prompt. Run").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await stale.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Options: Top-p" }).click();
    await page.locator("#option-p").fill("0.5");
    await page.getByRole("button", { name: "Apply" }).click();
    await stale.getByText("from before you changed lane B.").waitFor();
    expect(await page.locator(".lane[data-stale]").count()).toBe(1);
    await untilRunEnds(page, () => page.getByRole("button", { name: "Run", exact: true }).click());
    expect(await stale.count()).toBe(0);
  });

  test("whose link says what it shows, after an edit and half way through the replay, too", async () => {
    const { page } = await open(short);
    await runToEnd(page);
    await page.getByRole("button", { name: "To the start" }).click();
    const other = await open(await copyLink(page, "without"));
    await runToEnd(other.page);
    expect(await other.page.getByText("Same output as in the link").count()).toBe(2);

    await openSettings(page);
    await page.locator("#seed").fill("7");
    await page.locator("#seed").press("Enter");
    const edited = await open(await copyLink(page, "without"));
    await runToEnd(edited.page);
    expect(await edited.page.getByText(/output (as|than) in the link/).count()).toBe(0);
  });
});

test("“To the end” while playing goes to the end and stops", async () => {
  const { page } = await open("#/", { reducedMotion: "no-preference" });
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.getByRole("button", { name: "To the end" }).click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  const [, shown, all] = /pass (\d+) of (\d+)/.exec(await page.locator(".place").innerText())!;
  expect(shown).toBe(all);
});
