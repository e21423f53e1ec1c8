import { afterAll, beforeAll, expect, test } from "vitest";
import { STORIES_PLAN } from "../../../tests/src/hub/stories-plan.ts";
import { startFakeHub } from "../../../tests/src/support/fake-hub.ts";
import type { FakeHub } from "../../../tests/src/support/fake-hub-plan.ts";
import { laneText, runToEnd, stage, untilRunEnds } from "./browser.ts";
import { takePicture } from "./take-picture.ts";

/*
 * Five things that somebody wants who sees the page for the first time, done with what the page shows and says, from the start page.
 * DECODEKIT_PICTURES=FOLDER keeps pictures of the steps.
 */

const { open } = stage();
const DESKTOP = { width: 1440, height: 900 };

let hub: FakeHub;
beforeAll(async () => {
  hub = await startFakeHub(STORIES_PLAN);
});
afterAll(() => hub.stop());

test("which decoder is the fastest, and does it write the same text?", async () => {
  const { page, problems } = await open("#/", { viewport: DESKTOP });
  await takePicture(page, "1-fastest-1-start");
  await runToEnd(page);
  // The sentence compares texts and passes, and the line below it the times of this run.
  const sentence = page.locator(".race-verdict");
  await sentence.getByText(/^Same text: B takes 9 passes.*, C takes 8 passes.*, and A 35\.$/).waitFor();
  expect(new Set([await laneText(page, 0), await laneText(page, 1), await laneText(page, 2)]).size).toBe(1);
  expect(await page.locator(".race-times").innerText()).toMatch(/^One run each: A .+, B .+, C .+\. Times vary; Measure repeats them\.$/);
  await takePicture(page, "1-fastest-2-run");
  await page.getByRole("button", { name: "Race" }).click();
  await page.locator(".race[data-over]").waitFor({ timeout: 60_000 });
  expect(await page.locator(".finish-place").count()).toBe(3);
  await takePicture(page, "1-fastest-3-race");
  // The answer that holds: repeated runs with an interval.
  await page.getByRole("navigation", { name: "decodekit compare" }).getByRole("link", { name: "Measure", exact: true }).click();
  await untilRunEnds(page, () => page.getByRole("button", { name: "Measure", exact: true }).click());
  const verdicts = await page.locator(".measure-result td[data-verdict]").allInnerTexts();
  expect(verdicts[0]).toBe("baseline");
  for (const verdict of verdicts.slice(1))
    expect(verdict).toMatch(/^(faster|slower|inconclusive)\s+\d+\.\d\d × \(\d+\.\d\d to \d+\.\d\d\)$/);
  await takePicture(page, "1-fastest-4-measure");
  expect(problems).toEqual([]);
});

test("where do two texts part, and why?", async () => {
  const { page, problems } = await open("#/", { viewport: DESKTOP });
  await page.getByRole("navigation", { name: "Recorded examples" }).getByRole("link", { name: "A story" }).click();
  await page.locator(".race-verdict", { hasText: "B differs from A at token" }).waitFor();
  const [, position, here, there] = /B differs from A at token (\d+): “(.+?)” instead of “(.+?)”/.exec(
    await page.locator(".race-verdict").innerText(),
  )!;
  await takePicture(page, "2-part-1-story");
  await page
    .getByRole("region", { name: "Lane B, Top-p" })
    .getByRole("button", { name: `Differs from A at token ${position}` })
    .click();
  const inspector = page.getByRole("dialog", { name: "Token" });
  await inspector.getByText(`token ${position} of lane B`).waitFor();
  // It was drawn: the list shows both tokens, with the chance that each had, and the first lane's is the likelier.
  const rows = await inspector.locator(".candidates li").allInnerTexts();
  const rowOf = (token: string): number =>
    rows.findIndex((row) => row.split("\n").some((part) => part.replace("␣", "").trim() === token.trim()));
  expect(rowOf(there!)).toBe(0);
  expect(rowOf(here!)).toBeGreaterThan(0);
  expect(await inspector.innerText()).toMatch(/Rank [2-9] of 4,096: [\d.]+ % → [\d.]+ %/);
  await takePicture(page, "2-part-2-why");
  await inspector.getByText("At this position in the other lanes").scrollIntoViewIfNeeded();
  await inspector.getByRole("button", { name: /A .*on/ }).click();
  await inspector.getByText(`token ${position} of lane A`).waitFor();
  await inspector.getByText("1 of 4,096 tokens was left").waitFor();
  await takePicture(page, "2-part-3-first-lane");
  expect(problems).toEqual([]);
});

test("how do I load another model?", async () => {
  const { page, problems } = await open("#/", { viewport: DESKTOP });
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await takePicture(page, "3-model-1-settings");
  await page.getByLabel("Model", { exact: true }).selectOption({ label: "More models …" });
  await takePicture(page, "3-model-2-popular");
  await page.getByRole("radio", { name: "From the Hub" }).check();
  await page.getByLabel("Name on the Hub, or URL").fill("org/stories");
  await page.getByText("Another hub").click();
  await page.getByLabel("URL of the hub").fill(hub.endpoint);
  await takePicture(page, "3-model-3-hub");
  await page.getByRole("button", { name: "Use this model" }).click();
  await page.getByRole("dialog", { name: "Choose a model" }).waitFor({ state: "hidden" });
  expect(await hub.takeRequests()).toEqual([]);
  await takePicture(page, "3-model-4-chosen");
  await runToEnd(page);
  expect(await page.locator(".chip").innerText()).toMatch(/^org\/stories · /);
  expect(await laneText(page, 0)).not.toBe("");
  await takePicture(page, "3-model-5-run");
  expect(problems).toEqual([]);
});

test("how do I show my run to somebody else?", async () => {
  const { page, context } = await open("#/", { viewport: DESKTOP });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("textbox", { name: "Prompt" }).fill("One day, a small dog found");
  await runToEnd(page);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await takePicture(page, "4-share-1-dialog");
  await page.getByRole("button", { name: "Copy link with the run" }).click();
  await takePicture(page, "4-share-2-copied");
  const address = await page.evaluate(() => navigator.clipboard.readText());
  const elsewhere = await open(new URL(address).hash, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await elsewhere.page.locator("#tokens-2 .token[data-final]").first().waitFor();
  for (const lane of [0, 1, 2]) expect(await laneText(elsewhere.page, lane)).toBe(await laneText(page, lane));
  await takePicture(elsewhere.page, "4-share-3-elsewhere");
  expect(elsewhere.problems).toEqual([]);
});

test("how do I show it to a class, on a projector?", async () => {
  const { page, problems } = await open("#/", { viewport: { width: 1024, height: 768 }, reducedMotion: "no-preference" });
  await takePicture(page, "5-class-1-playing");
  await page.getByRole("button", { name: "Race" }).click();
  await page.locator(".race[data-over]").waitFor({ timeout: 60_000 });
  await takePicture(page, "5-class-2-race");
  // Step by step: what each lane proposes for the next pass, and then what the pass makes of it.
  await page.getByRole("radio", { name: "passes" }).check();
  await page.getByRole("button", { name: "To the start" }).click();
  for (const place of ["in pass 1 of 35", "pass 1 of 35", "in pass 2 of 35", "pass 2 of 35"]) {
    await page.getByRole("button", { name: "One step forward" }).click();
    await page.getByText(place, { exact: true }).waitFor();
  }
  await page.locator(".token[data-state=proposed]:not([hidden])").first().waitFor();
  await takePicture(page, "5-class-3-step");
  // The tour asks the class first and shows the result after.
  await page.getByRole("navigation", { name: "decodekit compare" }).getByRole("link", { name: "Tour", exact: true }).click();
  await page.getByText("Shown after your bet.").waitFor();
  await takePicture(page, "5-class-4-bet");
  await page.getByRole("button", { name: "40", exact: true }).click();
  await page.getByRole("button", { name: "To the end" }).first().click();
  await page.locator(".verdict-on-bet").waitFor();
  await takePicture(page, "5-class-5-verdict");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  expect(problems).toEqual([]);
});
