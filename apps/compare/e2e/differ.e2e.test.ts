import { readFileSync } from "node:fs";
import { sudokuConflicts } from "@decodekit/tiny-models/sudoku";
import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { finishOrder } from "../src/compare-lanes/finish-order.ts";
import { clues } from "../src/tour/sudoku-scene.ts";
import { foldLane } from "../src/trace/fold.ts";
import { readTrace } from "../src/trace/trace-file.ts";
import { laneText, link, runToEnd, stage } from "./browser.ts";

const { open } = stage();

const recording = (name: string) => readTrace(readFileSync(new URL(`../dist/traces/${name}.jsonl`, import.meta.url), "utf8"));
const chooseScene = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("navigation", { name: "Recorded examples" }).getByRole("link", { name }).click();
  await page.locator(`.welcome-choice [aria-current=true]`, { hasText: name }).waitFor();
  await page.locator("#tokens-1 .token[data-final]").first().waitFor();
};
const marked = (page: Page, lane: number): Promise<number> => page.locator(`#tokens-${lane} .token[data-differs]:not([hidden])`).count();

describe("the recorded examples", () => {
  test("show what each kind of decoder is good at, in one sentence, and lead to each other and back", async () => {
    const { page, problems } = await open();
    const verdict = page.locator(".race-verdict");
    await verdict.getByText("Same text: B takes 9 passes, C takes 8 passes, and A 35.").waitFor();
    const text = await laneText(page, 2);
    expect(text).toMatch(/^Anna had a red ball\./);
    await chooseScene(page, "A gap");
    await verdict.getByText("B fills a gap of 12 tokens in 12 passes").waitFor();
    expect(await page.locator(".lane[data-lane='1'] .text").innerText()).toMatch(
      /^One day, Mia went to the park\. .* She came home with a little dog\.$/,
    );
    await chooseScene(page, "A story");
    await verdict.getByText(/C writes the text of A, 47 passes instead of 64/).waitFor();
    await page.goBack();
    await page.goBack();
    await verdict.getByText("Same text: B takes 9 passes").waitFor();
    expect(await laneText(page, 2)).toBe(text);
    expect(new URL(page.url()).hash).toBe("#/");
    expect(problems).toEqual([]);
  });

  test("do not replace the visitor's own run without a way back", async () => {
    const { page } = await open(link({ p: "The dog was", n: "8", l: ["greedy", "top-p:p=0.9"] }));
    await runToEnd(page);
    const text = await laneText(page, 1);
    await chooseScene(page, "A gap");
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => laneText(page, 1)).toBe(text);
  });
});

describe("tokens that differ", () => {
  test("are marked where a lane parts from the first, also for those who cannot see it, and not before both lanes are there", async () => {
    const { page } = await open();
    expect(await Promise.all([0, 1, 2].map((lane) => marked(page, lane)))).toEqual([0, 0, 0]);
    await chooseScene(page, "A story");
    await page.locator(".race-verdict", { hasText: "B differs from A at token" }).waitFor();
    const [, position] = /B differs from A at token (\d+)/.exec(await page.locator(".race-verdict").innerText())!;
    const first = page.locator("#tokens-1 .token[data-differs]").first();
    expect(await first.getAttribute("data-position")).toBe(String(Number(position) - 1));
    expect(await first.getAttribute("data-differs")).toBe("first");
    expect(await first.getAttribute("aria-label")).toContain("differs from the other lanes");
    // C writes the text of A, so A does not stand alone.
    expect(await Promise.all([0, 2].map((lane) => marked(page, lane)))).toEqual([0, 0]);
    expect(await marked(page, 1)).toBeGreaterThan(30);
    await page.locator(".scrubber").fill("0");
    await expect.poll(() => marked(page, 1)).toBe(0);
    await page.locator(".legend [data-mark=differs][data-absent]").waitFor();
  });
});

describe("a race", () => {
  test("takes 3 to 6 seconds, shows the place of each lane once it has finished, and ends with the sentence", async () => {
    const { page, problems } = await open("#/", { reducedMotion: "no-preference" });
    await page.getByRole("button", { name: "Race" }).click();
    const [speed, length] = await page.evaluate(() => [
      Number((document.querySelector(".speed select") as HTMLSelectElement).value),
      Number((document.querySelector(".scrubber") as HTMLInputElement).max),
    ]);
    expect(length / speed / 1000).toBeGreaterThanOrEqual(3);
    expect(length / speed / 1000).toBeLessThanOrEqual(6);
    expect(await page.locator(".race[data-over]").count()).toBe(0);
    await page.locator(".race[data-over]").waitFor({ timeout: 60_000 });
    const { lanes, model } = recording("welcome-edit");
    const expected = finishOrder(lanes.map(({ events }) => foldLane(events, model.maskTokenId))).map((finish) => String(finish!.place));
    expect(await page.locator(".finish-place").evaluateAll((all) => all.map((place) => place.getAttribute("data-place")))).toEqual(
      expected,
    );
    expect(await page.locator(".race-times").innerText()).toMatch(/^One run each: A .+, B .+, C .+\. Times vary; Measure repeats them\.$/);
    // Half way, only the lanes that have finished by then have a place.
    const half = lanes.map(({ events }) => events.at(-1)!.milliseconds).toSorted((a, b) => a - b);
    await page.locator(".scrubber").fill(((half[0]! + half[1]!) / 2).toFixed(3));
    await expect.poll(() => page.locator(".finish-place").count()).toBe(1);
    await page.getByRole("radio", { name: "passes" }).check();
    expect(await page.locator(".finish-place").count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test("is not offered before a run, and not for one lane", async () => {
    const { page } = await open(link({ p: "The dog was", n: "4", l: "greedy" }));
    await runToEnd(page);
    expect(await page.getByRole("button", { name: "Race" }).count()).toBe(0);
  });
});

test("the judged tree shows at a token the candidates that its pass read, with the accepted path", async () => {
  const { page } = await open();
  const accepted = page.locator("#tokens-2 .token[data-state=accepted]");
  await accepted.first().waitFor();
  const position = Number(await accepted.first().getAttribute("data-position"));
  await accepted.first().click();
  const tree = page.locator(".inspector .candidate-tree");
  await tree.waitFor();
  const { lanes, vocabulary, model } = recording("welcome-edit");
  const read = foldLane(lanes[2]!.events, model.maskTokenId).trees.get(position)!;
  expect(await tree.locator("code").count()).toBe(read.tree.tokens.length);
  const bold = await tree.locator("code[data-accepted]").evaluateAll((all) => all.map((code) => code.firstChild!.textContent));
  expect(bold).toEqual(read.accepted!.map((token) => vocabulary.get(token)!.trim()));
});

test("digits of a Sudoku that cannot be right together are marked, live, and the answer lies over the clues", async () => {
  const { page, problems } = await open("#/tour/5/2");
  await page.getByRole("button", { name: "Skip the bet" }).click();
  await page.getByRole("radio", { name: "Text" }).check();
  const conflicts = (lane: number): Promise<number> => page.locator(`#tokens-${lane} .token[data-conflict]`).count();
  await page.locator("#tokens-2 .token[data-final]").nth(35).waitFor();
  const inConflict = sudokuConflicts(clues, await laneText(page, 1)).length;
  expect(inConflict).toBeGreaterThan(1);
  expect([await conflicts(1), await conflicts(2)]).toEqual([inConflict, 0]);
  expect(await page.locator("#tokens-1 .token[data-conflict]").first().getAttribute("aria-label")).toContain("in conflict");
  const squares = await page
    .locator(".lane[data-lane='1'] .square")
    .evaluateAll((all) => all.map((square) => JSON.stringify(square.getBoundingClientRect())));
  expect(squares).toHaveLength(2);
  expect(squares[0]).toBe(squares[1]);
  expect(await page.locator("#tokens-1 .token[data-given]").count()).toBe(clues.replaceAll(".", "").length);
  await page.locator(".scrubber").fill("0");
  await expect.poll(() => conflicts(1)).toBe(0);
  expect(problems).toEqual([]);
});
