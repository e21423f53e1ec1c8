import type { Page } from "playwright";
import { expect, test } from "vitest";
import type { TracedEvent } from "../src/trace/trace.ts";
import { writeTrace } from "../src/trace/trace-file.ts";
import { laneText, stage } from "./browser.ts";

const { open } = stage();

const PROMPT = "كان يا ما كان";
const WORDS = [" في", " قديم", " الزمان", ",", " fox", " صغير", "."];
const statistics = { prefillMilliseconds: 1, decodeMilliseconds: 7 } as never;

/** A run in Arabic, with a word and signs of other scripts, as the page would save it. */
function arabicRun(): string {
  const events: TracedEvent[] = [
    { event: { type: "decode-start", promptLength: 1 }, milliseconds: 0 },
    ...WORDS.flatMap((_, place): TracedEvent[] => [
      { event: { type: "forward-end", model: "causal", phase: "decode", positions: 1, milliseconds: 1 }, milliseconds: place + 1 },
      { event: { type: "tokens-commit", start: 1 + place, tokens: Int32Array.of(1 + place) }, milliseconds: place + 1 },
    ]),
    { event: { type: "decode-end", finishReason: "length" }, milliseconds: WORDS.length },
  ];
  return writeTrace({
    model: { name: "org/arabic", execution: "wasm", parameters: 1e6, vocabSize: 20, roles: ["causal"] },
    prompt: PROMPT,
    promptTokens: [0],
    maxNewTokens: WORDS.length,
    vocabulary: new Map([PROMPT, ...WORDS].map((word, token) => [token, word])),
    lanes: [
      {
        specification: "greedy",
        title: "Greedy",
        options: {},
        seed: 0,
        events,
        result: { text: WORDS.join(""), finishReason: "length", statistics },
      },
    ],
  });
}

async function openRun(page: Page): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open run" }).click();
  await (await chooser).setFiles({ name: "run.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(arabicRun()) });
  await page
    .locator("#tokens-0 .token")
    .nth(WORDS.length - 1)
    .waitFor();
}

const places = (page: Page) =>
  page.locator("#tokens-0 .token .ink").evaluateAll((inks) =>
    inks.map((ink) => {
      const { left, right, top } = ink.getBoundingClientRect();
      return { left, right, top: Math.round(top) };
    }),
  );

test("an opened run in Arabic reads from right to left, token by token", async () => {
  const { page, problems } = await open();
  await openRun(page);
  expect(await page.locator("#prompt").inputValue()).toBe(PROMPT);
  expect(await page.locator("#prompt").evaluate((field) => getComputedStyle(field).direction)).toBe("rtl");
  expect(await laneText(page, 0)).toBe(WORDS.join(""));
  const boxes = await places(page);
  const line = boxes.filter(({ top }) => top === boxes[0]!.top);
  // Every token stands to the left of the one before it, the Latin word and the signs too.
  for (const [index, { right }] of line.slice(1).entries()) expect(right).toBeLessThanOrEqual(line[index]!.left + 1);
  expect(line.length).toBeGreaterThan(4);
  expect(
    await page
      .locator("#tokens-0 .token")
      .first()
      .evaluate((token) => getComputedStyle(token).unicodeBidi),
  ).toBe("isolate");
  expect(problems).toEqual([]);
});

test("in the grid, positions count from left to right, and each token has the direction of its script", async () => {
  const { page } = await open("#/", { viewport: { width: 1024, height: 768 } });
  await openRun(page);
  const boxes = await places(page);
  expect(boxes[1]!.left).toBeGreaterThan(boxes[0]!.left);
  const bidi = await page
    .locator("#tokens-0 .token .ink")
    .first()
    .evaluate((ink) => getComputedStyle(ink).unicodeBidi);
  expect(bidi).toBe("plaintext");
});
