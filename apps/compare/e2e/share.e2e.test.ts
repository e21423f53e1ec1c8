import { seededRandom } from "@decodekit/core";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { replayFrames } from "../src/share/export/replay-frames.ts";
import { MAX_LINK_LENGTH } from "../src/share/run-link.ts";
import { readTrace, writeTrace } from "../src/trace/trace-file.ts";
import type { Trace, TracedEvent } from "../src/trace/trace.ts";
import { copyLink, figure, laneText, link, openShare, runToEnd, saveRun, stage } from "./browser.ts";
import { animationOf, pictureOf, videoOf } from "./exported-files.ts";

const { open, server } = stage();

const short = link({ p: "The dog", n: "12", s: "3", l: ["greedy", "speculative:drafter=masked-draft,draftLength=3"] });
const hash = (page: Page): string => new URL(page.url()).hash;
const modelRequests = (since: number): readonly string[] =>
  server()
    .requests.slice(since)
    .filter((path) => /onnx|wasm/.test(path));
const seen = (page: Page): Promise<readonly string[]> =>
  Promise.all([0, 1].flatMap((lane) => [laneText(page, lane), figure(page, lane, "passes"), figure(page, lane, "perSecond")]));

/** Returns the rows of the alternatives of a token in the inspector, which it closes again, each as its words and its numbers. */
async function alternatives(page: Page): Promise<readonly { readonly words: string; readonly numbers: readonly number[] }[]> {
  await page.locator("#tokens-1 .token[data-final]").nth(2).click();
  const rows = page.locator(".inspector .candidates li");
  await rows.nth(7).waitFor();
  const number = /\d+(\.\d+)?/g;
  const shown = await rows.allInnerTexts();
  await page.keyboard.press("Escape");
  return shown.map((row) => ({
    words: row.replaceAll(number, "#"),
    numbers: (row.match(number) ?? []).map(Number),
  }));
}

describe("a link with a run", () => {
  test("shows the run at once in another browser: without Run, without a model, after a reload, too", async () => {
    const { page, context } = await open(short);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await runToEnd(page);
    const shared = await copyLink(page, "with");
    expect(shared.length).toBeLessThan(MAX_LINK_LENGTH);
    expect(new URL(await page.evaluate(() => navigator.clipboard.readText())).hash).toBe(shared);
    // The address of the one who shares stays short.
    expect(hash(page)).not.toContain("r=");

    const since = server().requests.length;
    const other = await open(shared);
    await other.page.locator("#tokens-1 .token[data-final]").first().waitFor();
    expect(await seen(other.page)).toEqual(await seen(page));
    expect(await other.page.locator("#prompt").inputValue()).toBe("The dog");
    expect(await other.page.locator(".notice").count()).toBe(0);
    expect(hash(other.page)).toBe(shared);
    const [here, there] = [await alternatives(page), await alternatives(other.page)];
    expect(there.map(({ words }) => words)).toEqual(here.map(({ words }) => words));
    // A link rounds probabilities to 0.01 %, and the page to 0.1 %.
    for (const [row, { numbers }] of there.entries())
      for (const [place, number] of numbers.entries()) expect(Math.abs(number - here[row]!.numbers[place]!)).toBeLessThan(0.11);
    await other.page.reload();
    await other.page.locator("#tokens-1 .token[data-final]").first().waitFor();
    expect(await seen(other.page)).toEqual(await seen(page));
    expect(hash(other.page)).toBe(shared);
    expect(modelRequests(since)).toEqual([]);
    expect(other.problems).toEqual([]);

    // A change makes the run stale, and it leaves the address.
    await other.page.locator("#prompt").fill("The cat");
    await expect.poll(() => hash(other.page)).not.toContain("r=");
    await other.page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => hash(other.page)).toBe(shared);
  });

  test("plays it, and says whether a run of one's own is the same", async () => {
    const { page } = await open(short);
    await runToEnd(page);
    const other = await open(await copyLink(page, "with"), { reducedMotion: "no-preference" });
    await other.page.getByRole("button", { name: "Pause" }).waitFor();
    await runToEnd(other.page);
    expect(await other.page.getByText("Same output as in the link").count()).toBe(2);
  });

  test("followed in an open page replaces what is shown, and undoing gives it back", async () => {
    const { page } = await open(short);
    await runToEnd(page);
    const shared = await copyLink(page, "with");
    const other = await open(link({ n: "6", l: ["greedy"] }));
    await runToEnd(other.page);
    const own = await laneText(other.page, 0);
    await other.page.evaluate((to) => void (location.hash = to), shared);
    await other.page.locator("#tokens-1 .token[data-final]").first().waitFor();
    expect(await seen(other.page)).toEqual(await seen(page));
    await other.page.locator(".document-buttons").getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => laneText(other.page, 0)).toBe(own);
  });

  test("that is damaged shows the settings and says what to do", async () => {
    const { page } = await open(short);
    await runToEnd(page);
    const shared = await copyLink(page, "with");
    const cut = await open(shared.slice(0, -40));
    await cut.page.locator(".notice", { hasText: "cannot be read; part of the link may be missing" }).waitFor();
    expect(await cut.page.locator("#prompt").inputValue()).toBe("The dog");
    expect(await cut.page.locator(".lane-empty").allInnerTexts()).toEqual(["Press Run to start.", "Press Run to start."]);
    const later = await open(shared.replace("r=1.", "r=7."));
    await later.page.locator(".notice", { hasText: "later version" }).waitFor();
    expect(later.problems).toEqual([]);
  });
});

/** A run with more random events than fit into a link. */
function hugeRun(trace: Trace): string {
  const [lane] = trace.lanes as [Trace["lanes"][number]];
  const random = seededRandom(1);
  const tokens = [...trace.vocabulary.keys()];
  const anyToken = (): number => tokens[Math.floor(random.uniform() * tokens.length)]!;
  const [start, ...rest] = lane.events as [TracedEvent, ...TracedEvent[]];
  const proposals = Array.from({ length: 900 }, (): TracedEvent => ({
    milliseconds: start.milliseconds,
    event: { type: "tokens-propose", start: trace.promptTokens.length, tokens: Int32Array.from({ length: 60 }, anyToken) },
  }));
  return writeTrace({ ...trace, lanes: [{ ...lane, events: [start, ...proposals, ...rest] }] });
}

test("the link of a run that is too long has its settings, and says to press Run", async () => {
  const { page } = await open(link({ n: "6", l: ["greedy"] }));
  await runToEnd(page);
  const trace = readTrace(await readFile(await saveRun(page), "utf8"));
  await page
    .getByTestId("trace-file")
    .setInputFiles({ name: "run.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(hugeRun(trace)) });
  await page.locator(".place", { hasText: /pass \d+ of \d+/ }).waitFor();
  const dialog = await openShare(page);
  await dialog.getByText("This run is too long for a link. The link has its settings").waitFor();
  expect(await dialog.getByRole("button", { name: "Copy link with the run" }).isDisabled()).toBe(true);
  await page.keyboard.press("Escape");
  const shared = await copyLink(page, "without");
  expect(shared.length).toBeLessThan(200);
  const other = await open(shared);
  await other.page.locator(".notice", { hasText: "Press Run" }).waitFor();
  expect(await other.page.locator(".lane-empty").allInnerTexts()).toEqual(["Press Run to start."]);
  await runToEnd(other.page);
  await other.page.getByText("Same output as in the link").waitFor();
});

describe("exported files", () => {
  test("a PNG shows the current place at twice its size, in the colours of the page", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, problems } = await open("#/", { colorScheme });
      await page.locator("#tokens-0 .token[data-final]").first().waitFor();
      await page.getByRole("slider", { name: "Position in the run" }).fill("30");
      const dialog = await openShare(page);
      const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Picture (PNG)" }).click()]);
      expect(download.suggestedFilename()).toBe("decodekit-stories.png");
      await dialog.getByText(/^Saved as decodekit-stories\.png, \d+ kB\.$/).waitFor();
      const { width, height, colors } = await pictureOf(page, await readFile(await download.path()));
      expect(width).toBe(2160);
      expect(height).toBeGreaterThan(600);
      const expected =
        colorScheme === "light" ? ["#ffffff", "#f6f5f1", "#a64b00", "#00697a"] : ["#14161a", "#1d2026", "#ffb070", "#5cc9dc"];
      for (const color of expected) expect(colors).toContain(color);
      expect(problems).toEqual([]);
    }
  });

  test("a GIF has a picture for each step of the replay, as long as on the page, and repeats", async () => {
    const { page, problems } = await open(short);
    await runToEnd(page);
    const { lanes } = readTrace(await readFile(await saveRun(page), "utf8"));
    await page.getByRole("combobox", { name: "Speed" }).selectOption("2");
    const dialog = await openShare(page);
    const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Animation (GIF)" }).click()]);
    const file = await readFile(await download.path());
    expect(file.subarray(0, 6).toString("latin1")).toBe("GIF89a");
    const frames = replayFrames(lanes, { axis: "passes", speed: 2, maxFrames: 240 });
    const { count, milliseconds, repeats, width, differing } = await animationOf(page, file);
    expect(count).toBe(frames.length);
    expect(Math.abs(milliseconds - frames.reduce((sum, frame) => sum + frame.milliseconds, 0))).toBeLessThanOrEqual(10);
    expect([repeats, width]).toEqual([true, 1080]);
    expect(differing).toBe(true);
    expect(problems).toEqual([]);
  });

  test("a WebM plays as long as the replay", async () => {
    const { page, context, problems } = await open(short);
    await runToEnd(page);
    const { lanes } = readTrace(await readFile(await saveRun(page), "utf8"));
    await page.getByRole("radio", { name: "time" }).check();
    const dialog = await openShare(page);
    const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Video (WebM)" }).click()]);
    const file = await readFile(await download.path());
    expect([...file.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]);
    const frames = replayFrames(lanes, { axis: "time", speed: 0.1, maxFrames: 1200 });
    const { seconds, width, height, differing } = await videoOf(context, server(), file);
    expect(seconds).toBeCloseTo(frames.reduce((sum, frame) => sum + frame.milliseconds, 0) / 1000, 1);
    expect([width, height % 2, differing]).toEqual([1620, 0, true]);
    expect(problems).toEqual([]);
  });

  test("an export can be stopped, and saves nothing then", async () => {
    const { page } = await open("#/");
    await page.locator("#tokens-0 .token[data-final]").first().waitFor();
    let downloads = 0;
    page.on("download", () => downloads++);
    const dialog = await openShare(page);
    await dialog.getByRole("button", { name: "Animation (GIF)" }).click();
    await dialog.getByRole("button", { name: "Stop" }).click();
    await dialog.getByText("Stopped.").waitFor();
    expect(downloads).toBe(0);
    expect(await dialog.getByRole("button", { name: "Picture (PNG)" }).isEnabled()).toBe(true);
  });
});

test("the embed code shows the run in another page, with only lanes, legend, replay and a link to the page", async () => {
  const { page } = await open(short);
  await runToEnd(page);
  const dialog = await openShare(page);
  await dialog.getByRole("button", { name: "Copy embed code" }).click();
  const code = await dialog.getByRole("textbox", { name: "Embed code" }).inputValue();
  expect(code).toMatch(/^<iframe src="http:\/\/127\.0\.0\.1:\d+\/#\/\?[^"]+" title="A run in decodekit compare"[^>]*><\/iframe>$/);
  expect(code).toContain("embed=1");
  server().override("/host.html", `<!doctype html><title>Another page</title><h1>Mine</h1>${code}`, "text/html");
  const since = server().requests.length;
  await page.goto(`${server().url}host.html`);
  const frame = page.frameLocator("iframe");
  await frame.locator("#tokens-1 .token[data-final]").first().waitFor();
  expect(await frame.locator(".lane").count()).toBe(2);
  await frame.locator(".legend li").first().waitFor();
  for (const absent of ["header.top", ".setup", ".charts", ".lane-tools"]) expect(await frame.locator(absent).count(), absent).toBe(0);
  await frame.getByRole("button", { name: "To the start" }).click();
  await frame.locator(".place", { hasText: "pass 0 of" }).waitFor();
  await frame.getByRole("button", { name: "One step forward" }).click();
  await frame.locator(".place", { hasText: "in pass 1 of" }).waitFor();
  expect(modelRequests(since)).toEqual([]);
  const [whole] = await Promise.all([page.waitForEvent("popup"), frame.getByRole("link", { name: "Open in decodekit compare" }).click()]);
  await whole.locator("#tokens-1 .token[data-final]").first().waitFor();
  await whole.locator("header.top").waitFor();
  expect(hash(whole)).not.toContain("embed");
});

test("the program of each lane is shown and copied", async () => {
  const { page, context } = await open("#/");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator("#tokens-0 .token[data-final]").first().waitFor();
  const dialog = await openShare(page);
  const program = dialog.getByRole("textbox", { name: "Program" });
  expect(await program.inputValue()).toContain("const decoder = greedy();");
  await dialog.getByRole("combobox", { name: "Lane" }).selectOption({ label: "Lane B, Speculative" });
  expect(await program.inputValue()).toContain("const decoder = speculative({ drafter: promptLookup(), draftLength: 8 });");
  await dialog.getByRole("button", { name: "Copy code" }).click();
  await dialog.getByText("Copied.", { exact: true }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await program.inputValue());
});

test("without a clipboard, what would be copied is selected", async () => {
  const { page } = await open("#/");
  await page.locator("#tokens-0 .token[data-final]").first().waitFor();
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  const dialog = await openShare(page);
  await dialog.getByRole("button", { name: "Copy link with the run" }).click();
  await dialog.getByText("The clipboard is not available. Copy the link from here").waitFor();
  const field = dialog.getByRole("textbox", { name: "Link" });
  const selected = await field.evaluate((input: HTMLInputElement) => input.value.slice(input.selectionStart!, input.selectionEnd!));
  expect(selected).toBe(await field.inputValue());
  expect(selected).toContain("r=1.");
});

test("the head of the page names a picture of 1200 by 630 pixels", async () => {
  const { page } = await open("#/about");
  const source = await page.locator('meta[property="og:image"]').getAttribute("content");
  expect(source).toBe("./og.png");
  const response = await page.request.get(`${server().url}og.png`);
  const { width, height } = await pictureOf(page, await response.body());
  expect([width, height]).toEqual([1200, 630]);
});
