import { compare } from "@decodekit/compare";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { makeLane } from "../src/lab/decoders.ts";
import { eventsAt } from "../src/trace/timeline.ts";
import { foldLane } from "../src/trace/fold.ts";
import { readTrace } from "../src/trace/trace-file.ts";
import { copyLink, figure, laneText, link, openSettings, pressTwice, runToEnd, saveRun, stage, untilRunEnds } from "./browser.ts";
import { largestDifference } from "./pictures.ts";

const { open, server } = stage();

const LANES = ["greedy", "top-p:p=0.9,temperature=0.8", "speculative:drafter=masked-draft,draftLength=3", "fast-dllm:blockLength=8"];
const PROMPT = "Once upon a time, there was a big cat.";
const four = link({ p: PROMPT, n: "24", s: "3", l: LANES });

test("the first visit shows a recorded run at once, and Run loads the model and shows the bytes", async () => {
  const { page, problems } = await open();
  await page.locator("#tokens-0 .token[data-final]").first().waitFor();
  expect(await page.locator(".chip").innerText()).toMatch(/^Recorded with stories/);
  expect(server().requests.some((path) => path.endsWith(".onnx"))).toBe(false);
  const seen = new Set<string>();
  await page.exposeFunction("sawProgress", (text: string) => seen.add(text));
  await page.evaluate(() => {
    const report = (globalThis as unknown as { sawProgress: (text: string) => void }).sawProgress;
    new MutationObserver(() => report(document.querySelector(".progress-label")?.textContent ?? "")).observe(
      document.querySelector("main")!,
      { subtree: true, childList: true, characterData: true },
    );
  });
  await runToEnd(page);
  expect(await page.locator(".chip").innerText()).toMatch(/^stories · 3\.\d M · WASM$/);
  expect([...seen].some((text) => /^Loading the model \d+\.\d MB of \d+\.\d MB$/.test(text))).toBe(true);
  expect(server().sentBytes()).toBeLessThan(25.6e6);
  expect(problems).toEqual([]);
});

describe("four lanes", () => {
  test("show the figures of `decodekit compare`, and every scrubber step shows the state that the events define", async () => {
    const { page, problems } = await open(four);
    await runToEnd(page);
    const model = await loadModel(stories, { execution: "wasm", threads: 1 });
    const { runs } = await compare({ model, decoders: LANES.map((lane) => makeLane(lane)), prompts: [PROMPT], maxNewTokens: 24, seed: 3 });
    await model.dispose();
    for (const [lane, run] of runs.entries()) {
      const { causal, masked, draft } = run.passesByModel;
      const drafting = causal.draft + masked.draft;
      expect(draft.draft).toBe(0);
      expect(await laneText(page, lane)).toBe(run.text.replaceAll("\n", "⏎\n"));
      expect(await figure(page, lane, "tokens")).toBe(String(run.tokens.length));
      expect(await figure(page, lane, "passes")).toBe(String(run.targetPasses));
      const note = page.locator(`.lane[data-lane="${lane}"] [data-figure="passes"] .note`);
      expect(await note.allInnerTexts()).toEqual(drafting > 0 ? [`${drafting} for drafting`] : []);
      if (run.drafted > 0) expect(await figure(page, lane, "accepted")).toBe(`${Math.round((100 * run.accepted) / run.drafted)}%`);
      expect(await figure(page, lane, "nats")).toBe(run.negativeLogLikelihood!.toFixed(2));
    }

    const trace = readTrace(await readFile(await saveRun(page), "utf8"));
    const scrubber = page.getByRole("slider", { name: "Position in the run" });
    const steps = Number(await scrubber.getAttribute("max"));
    for (let step = 0; step <= steps; step += 3) {
      await scrubber.fill(String(step));
      for (const [lane, { events }] of trace.lanes.entries()) {
        const { cells } = foldLane(events, trace.model.maskTokenId, { count: eventsAt(events, "passes", step) });
        const expected = cells.map((cell) => cell?.state);
        const tokens = page.locator(`#tokens-${lane} .token:not([hidden]):not([data-state=gone])`);
        await expect.poll(() => tokens.evaluateAll((all) => all.map((token) => token.getAttribute("data-state")))).toEqual(expected);
      }
    }
    expect(problems).toEqual([]);
  });

  test("look the same when the saved run is opened in a page without a model", async () => {
    // Tall enough that no sticky element covers the lanes.
    const tall = { viewport: { width: 1280, height: 1600 } };
    const first = await open(four, tall);
    await runToEnd(first.page);
    const file = await saveRun(first.page);
    const second = await open(four, tall);
    const before = server().requests.length;
    await second.page.locator("[data-testid=trace-file]").setInputFiles(file);
    await second.page.locator("#tokens-3 .token").first().waitFor();
    for (const place of [9, 20]) {
      const pictures: Buffer[] = [];
      for (const { page } of [first, second]) {
        await page.getByRole("slider", { name: "Position in the run" }).fill(String(place));
        await page.locator(".place", { hasText: place === 9 ? "in pass 5 of" : "pass 10 of" }).waitFor();
        pictures.push(await page.locator("#lanes").screenshot());
      }
      // Antialiasing of letter edges may differ.
      expect(await largestDifference(second.page, pictures)).toBeLessThanOrEqual(2);
    }
    expect(
      server()
        .requests.slice(before)
        .filter((path) => /onnx|wasm/.test(path)),
    ).toEqual([]);
    expect(second.problems).toEqual([]);
  });

  test("produce the same text from a link without the run, and report that", async () => {
    const first = await open(four);
    await runToEnd(first.page);
    const texts = await Promise.all(LANES.map((_, lane) => laneText(first.page, lane)));
    const { page } = await open(await copyLink(first.page, "without"));
    await page.locator(".lane").nth(3).waitFor();
    expect(await page.locator("#prompt").inputValue()).toBe(PROMPT);
    await runToEnd(page);
    expect(await Promise.all(LANES.map((_, lane) => laneText(page, lane)))).toEqual(texts);
    expect(await page.getByText("Same output as in the link").count()).toBe(4);
    await openSettings(page);
    await page.locator("#seed").fill("4");
    await page.locator("#seed").press("Enter");
    await runToEnd(page);
    expect(await laneText(page, 0)).toBe(texts[0]);
    expect(await laneText(page, 1)).not.toBe(texts[1]);
  });
});

describe("stop", () => {
  const long = link({ p: PROMPT, n: "400", l: ["greedy", "fast-dllm:blockLength=8"] });

  test("ends a run in every phase and keeps its partial result, and the next run works", async () => {
    const { page, problems } = await open(long);
    const button = page.locator(".run");
    for (const phase of ["Loading the model", "Warming up Lane A", "Lane A is running", "Lane B is running"]) {
      await untilRunEnds(page, () => pressTwice(button, phase), 60_000);
    }
    expect(await figure(page, 1, "tokens")).toMatch(/^\d+$/);
    await openSettings(page);
    await page.locator("#tokens").fill("8");
    await page.locator("#tokens").press("Enter");
    await runToEnd(page);
    expect(await figure(page, 0, "tokens")).toBe("8");
    expect(await figure(page, 1, "tokens")).toBe("8");
    expect(await page.locator(".finish").allInnerTexts()).toEqual(["Reached the length limit", "Reached the length limit"]);
    expect(problems).toEqual([]);
  });
});

test("in the grid, a position has the same column in all lanes; stepping by tokens shows at most that many in each lane", async () => {
  const { page, problems } = await open("#/");
  const columns = (): Promise<number[][]> =>
    page
      .locator(".token-grid .tokens")
      .evaluateAll((lanes) =>
        lanes.map((lane) =>
          [...lane.querySelectorAll(".token:not([hidden])")].slice(0, 12).map((token) => Math.round(token.getBoundingClientRect().left)),
        ),
      );
  await page.getByRole("radio", { name: "Grid" }).check();
  await page.locator(".token-grid #tokens-2 .token[data-final]").nth(11).waitFor();
  const [first, ...others] = await columns();
  expect(new Set(first).size).toBeGreaterThan(4);
  for (const other of others) expect(other).toEqual(first);
  await page.locator("#tokens-0").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => page.locator(".inspector").innerText()).toContain("token 35 of lane B");
  await page.getByRole("radio", { name: "tokens" }).check();
  await page.locator(".scrubber").fill("16");
  await page.locator(".place", { hasText: "16 of 35 tokens" }).waitFor();
  await expect.poll(() => figure(page, 0, "tokens")).toBe("16");
  for (const lane of [1, 2]) expect(Number(await figure(page, lane, "tokens"))).toBeLessThanOrEqual(16);
  expect(problems).toEqual([]);
});

test("a dialog closed by Escape can be reopened at once", async () => {
  const { page } = await open("#/");
  await page.getByRole("button", { name: "Options: Speculative" }).click();
  await page.locator("dialog[open] form").waitFor();
  await page.evaluate(() => {
    const button = document.querySelector<HTMLElement>("[data-lane='1'] .lane-tools button")!;
    document.querySelector("dialog[open]")!.addEventListener("cancel", () => button.click());
  });
  await page.keyboard.press("Escape");
  await page.waitForTimeout(300);
  expect(await page.locator("dialog[open] form").count()).toBe(1);
});

test("a tour chapter works with the keyboard alone", async () => {
  const { page, problems } = await open("#/tour/1");
  const focusOn = async (matches: string): Promise<void> => {
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, matches)) return;
    }
    throw new Error(`Tab never reaches ${matches}.`);
  };
  await focusOn(".choices button");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".answer").innerText()).toMatch(/^You said 10\. It is 40\.\s+40 passes for 40 tokens/);
  await page.locator("#tokens-0 .token[data-final]").first().waitFor();
  await focusOn(".run");
  await untilRunEnds(page, () => page.keyboard.press("Enter"));
  await focusOn("#tokens-0");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.locator(".inspector").innerText()).toContain("token 3 of lane A");
  await expect.poll(() => page.locator(".candidates li").count()).toBe(8);
  await focusOn(".scrubber");
  await page.keyboard.press("Home");
  const shown = page.locator("#tokens-0 .token:not([hidden])");
  await expect.poll(() => shown.count()).toBe(0);
  await page.keyboard.press("PageUp");
  await expect.poll(() => shown.count()).toBe(1);
  expect(problems).toEqual([]);
});
