import { readFile } from "node:fs/promises";
import Papa from "papaparse";
import type { Download, Page } from "playwright";
import { expect, test } from "vitest";
import type { PromptSetReport } from "../src/prompt-sets/set-report.ts";
import { link, pressThen, pressTwice, stage, untilRunEnds } from "./browser.ts";

const { open } = stage();
const lanes = ["greedy", "speculative:drafter=masked-draft,draftLength=4"];
const PROMPTS = ["Once upon a time", 'Tom said, "', "The cat sat on the mat. The cat"];

/** Opens the app and walks to the page by a click. */
async function openSets(settings: Parameters<typeof link>[0], options?: Parameters<typeof open>[1]) {
  const opened = await open(link(settings), options);
  await opened.page.getByRole("navigation").getByRole("link", { name: "Prompt sets", exact: true }).click();
  await opened.page.getByRole("heading", { level: 1, name: "Does it hold for more than one prompt?" }).waitFor();
  return opened;
}

async function paste(page: Page, text: string): Promise<void> {
  await page.getByRole("combobox", { name: "Prompts" }).selectOption({ label: "Your own prompts" });
  await page.getByRole("textbox", { name: "One prompt per line" }).fill(text);
}

const runSet = (page: Page): Promise<void> => untilRunEnds(page, () => page.getByRole("button", { name: "Run the set" }).click());
const chooseFile = (page: Page, name: string, content: string): Promise<void> =>
  page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
const cells = (page: Page): Promise<string[][]> =>
  page
    .locator(".set-table tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("th, td")].map((cell) => (cell as HTMLElement).innerText.replace(/\s+/g, " "))),
    );

async function downloadOf(page: Page, button: string): Promise<{ readonly name: string; readonly text: string }> {
  const [download]: [Download, void] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

test("pasted prompts: the table, the texts side by side, and files that hold the same figures", async () => {
  const { page, problems } = await openSets({ n: "16", s: "7", l: lanes });
  await paste(page, PROMPTS.join("\n"));
  await page.getByText("3 prompts.").waitFor();
  await runSet(page);
  const [first, second] = await cells(page);
  expect(first![0]).toMatch(/^\W? ?A Greedy$/);
  expect(first!.slice(1)).toEqual([
    expect.stringMatching(/^baseline \d+\.\d\d ms per token$/) as string,
    "1,000",
    "–",
    expect.stringMatching(/^\d\.\d\d$/) as string,
    expect.stringMatching(/^[\d.]+ %$/) as string,
    "–",
  ]);
  expect(second![1]).toMatch(/^inconclusive \d+\.\d\d ×$/);
  expect(second![3]).toMatch(/^[\d.]+ %$/);
  expect(second![4]).toBe(first![4]);
  expect(second![6]).toBe("3 of 3");
  expect(await page.locator(".set-result").innerText()).toContain("With fewer than 5 prompts there is no interval");
  await page.locator(".set-result .plot").waitFor();

  const json = await downloadOf(page, "JSON");
  expect(json.name).toBe("decodekit-stories-own-prompts.json");
  const report = JSON.parse(json.text) as PromptSetReport;
  expect(report).toMatchObject({
    schemaVersion: 2,
    model: { name: "stories", execution: "wasm", file: { path: "onnx/model.onnx" } },
    promptSet: { name: "own prompts", prompts: 3, completed: 3, asMessages: false, seed: 7, maxNewTokens: 16, isComplete: true },
    versions: { decodekit: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, "onnxruntime-web": expect.stringMatching(/^\d/) as string },
    clock: { isIsolated: expect.any(Boolean) as boolean },
    failures: [],
  });
  expect(report.environment.runtime).toContain("Chrome");
  expect(report.clock.tickMilliseconds).toBeGreaterThan(0);
  expect(report.runs.map(({ prompt, lane }) => [prompt, lane])).toEqual(
    [
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 0],
      [2, 0],
      [2, 1],
    ].map(([prompt, lane]) => [PROMPTS[prompt!], lane]),
  );
  expect(Math.round(report.lanes[1]!.passesPer1000Tokens!.value).toLocaleString("en")).toBe(second![2]);

  const laneTable = await downloadOf(page, "CSV of lanes");
  const laneRows = Papa.parse<Record<string, string>>(laneTable.text, { header: true, skipEmptyLines: true }).data;
  expect(laneRows.map(({ decoder }) => decoder)).toEqual(lanes);
  expect(Number(laneRows[1]!["passesPer1000Tokens"])).toBe(report.lanes[1]!.passesPer1000Tokens!.value);
  const textTable = await downloadOf(page, "CSV of texts");
  const textRows = Papa.parse<Record<string, string>>(textTable.text, { header: true, skipEmptyLines: true }).data;
  expect(textRows.map(({ text }) => text)).toEqual(report.runs.map(({ text }) => text));

  await page.getByText("Prompts and texts", { exact: true }).click();
  await page.locator(".prompt-list summary", { hasText: "1. Once upon a time" }).click();
  const shown = page.locator(".prompt-texts .lane-output");
  await shown.first().waitFor();
  expect(await shown.allInnerTexts()).toEqual(report.runs.filter(({ promptIndex }) => promptIndex === 0).map(({ text }) => text));
  expect(await page.locator(".prompt-texts").innerText()).toContain("same as A");
  expect(problems).toEqual([]);
});

test("texts that part are counted, found and marked", async () => {
  const { page } = await openSets({ n: "12", l: ["greedy", "top-p:p=1,temperature=1.5"] });
  await paste(page, PROMPTS.join("\n"));
  await runSet(page);
  const same = Number((await cells(page))[1]!.at(-1)!.match(/^(\d) of 3$/)![1]);
  expect(same).toBeLessThan(3);
  await page.getByText("Prompts and texts", { exact: true }).click();
  await page.getByRole("checkbox", { name: `Only those on which lanes differ (${3 - same})` }).check();
  expect(await page.locator(".prompt-list > ol > li").count()).toBe(3 - same);
  await page.locator(".prompt-list li summary").first().click();
  await page.locator(".prompt-texts mark").first().waitFor();
  expect(await page.locator(".prompt-texts").innerText()).toMatch(/differs from A at token \d+/);
});

test("a run that is stopped keeps the prompts so far, and they survive a visit to another page", async () => {
  const { page, problems } = await openSets({ n: "32", l: lanes });
  await untilRunEnds(page, () => pressTwice(page.getByRole("button", { name: "Run the set" }), "Prompt 4 of 12"));
  const notes = await page.locator(".measure-rounds").innerText();
  const [, completed] = /^The run was stopped early\. All lanes completed (\d+) of 12 prompts/.exec(notes)!;
  expect(Number(completed)).toBeGreaterThan(0);
  expect(Number(completed)).toBeLessThan(5);
  const before = await cells(page);
  expect(before[0]![2]).toBe("1,000");
  await page.getByRole("navigation").getByRole("link", { name: "About", exact: true }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Prompt sets", exact: true }).click();
  await page.locator(".set-table").waitFor();
  expect(await cells(page)).toEqual(before);
  expect(await page.locator(".warning").count()).toBe(0);
  const report = JSON.parse((await downloadOf(page, "JSON")).text) as PromptSetReport;
  expect(report.promptSet).toMatchObject({ name: "stories", prompts: 12, completed: Number(completed), isComplete: false });

  await page.getByRole("combobox", { name: "Prompts" }).selectOption({ label: "Questions and dialogues (12 prompts)" });
  await page.getByText("This result is of other lanes, settings or prompts than those above.").waitFor();
  expect(await cells(page)).toEqual(before);
  expect(problems).toEqual([]);
});

test("leaving the page stops the run and keeps what it has", async () => {
  const { page } = await openSets({ n: "32", l: lanes });
  const compare = await page.getByRole("navigation").getByRole("link", { name: "Compare", exact: true }).elementHandle();
  await untilRunEnds(page, () => pressThen(page.getByRole("button", { name: "Run the set" }), "Prompt 3 of 12", compare));
  await page.getByRole("navigation").getByRole("link", { name: "Prompt sets", exact: true }).click();
  expect(await page.locator(".measure-rounds").innerText()).toMatch(/^The run was stopped early\. All lanes completed [1-9]/);
});

test("a file is opened, and one that is not valid names the line and leaves the choice alone", async () => {
  const { page, problems } = await openSets({ n: "8", l: lanes });
  const choice = page.getByRole("combobox", { name: "Prompts" });
  await chooseFile(page, "bad.jsonl", '{"prompt":"One day"}\n\n{"text":"The cat"}\n');
  await page.getByText("bad.jsonl was not opened. Line 3 has no “prompt” that is a text.").waitFor();
  expect(await choice.locator("option:checked").innerText()).toBe("Stories (12 prompts)");
  await chooseFile(page, "bad.csv", 'id,text\n1,"One day"\n');
  await page.getByText("bad.csv was not opened. Line 1: there is no column “prompt” among “id”, “text”.").waitFor();
  await chooseFile(page, "good.csv", 'id,prompt\n1,"Tom said, ""Hi"""\n2,The cat\n');
  await expect.poll(() => choice.locator("option:checked").innerText()).toBe("good.csv (2 prompts)");
  expect(await page.locator(".set-choice .problem").innerText()).toBe("");
  await page.getByText("Show the 2 prompts").click();
  expect(await page.locator(".set-prompts li").allInnerTexts()).toEqual(['Tom said, "Hi"', "The cat"]);
  await runSet(page);
  expect((await cells(page))[1]!.at(-1)).toBe("2 of 2");
  await paste(page, `One day\n${"x".repeat(4001)}`);
  await page.getByText("Line 2: a prompt has at most 4000 characters.").waitFor();
  expect(await page.getByRole("button", { name: "Run the set" }).isDisabled()).toBe(true);
  expect(problems).toEqual([]);
});

test("a prompt that is too long for the model fails alone", async () => {
  const { page } = await openSets({ n: "8", l: lanes });
  await paste(page, `One day\n${"the cat and ".repeat(300)}\nThe cat`);
  await runSet(page);
  expect(await page.locator(".measure-rounds").innerText()).toContain("All lanes completed 2 of 3 prompts");
  await page.getByText("Prompts and texts", { exact: true }).click();
  const second = page.locator(".prompt-list > ol > li").nth(1);
  expect(await second.locator("summary").innerText()).toContain("A, B failed");
  await second.locator("summary").click();
  expect(await second.locator(".problem").first().innerText()).toMatch(/^Failed: .*512/);
});

test("on a phone the table becomes cards that fit the page", async () => {
  const { page } = await openSets({ n: "8", l: lanes }, { viewport: { width: 390, height: 844 } });
  await paste(page, PROMPTS.join("\n"));
  await runSet(page);
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
  const table = await page.locator(".set-table").boundingBox();
  expect(table!.x + table!.width).toBeLessThanOrEqual(390);
  expect(
    await page
      .locator(".set-table td")
      .first()
      .evaluate((cell) => getComputedStyle(cell, "::before").content),
  ).toContain("Time per token");
});
