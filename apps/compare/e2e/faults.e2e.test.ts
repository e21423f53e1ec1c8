import { fileURLToPath } from "node:url";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Trace } from "../src/trace/trace.ts";
import { writeTrace } from "../src/trace/trace-file.ts";
import { figure, laneText, link, openSettings, runToEnd, stage, waitUntilIdle } from "./browser.ts";
import { chooseFromHub, openModelDialog, useModel } from "./choose-model.ts";
import { type DistServer, serveDist } from "./serve-dist.ts";

const { open, server } = stage();
const storiesFolder = fileURLToPath(new URL("../../../packages/tiny-models/models/stories/", import.meta.url));
const short = { n: "6", l: "greedy" };
const alert = (page: Page, text: RegExp | string): Promise<void> =>
  page.locator(".notice[data-kind=error]", { hasText: text }).waitFor({ timeout: 60_000 });

/** Source of a plugin whose decoder runs `body` in its generator. */
const pluginSource = (name: string, body: string): string => `export default {
  name: "${name}", title: "${name}", description: "For a test", requires: ["causal"], options: {}, presets: [{}],
  create: () => ({ name: "${name}", requires: ["causal"], async *decode(models, prompt, options) {
    yield { type: "decode-start", promptLength: prompt.length };
    ${body}
  } }),
};`;

async function addPlugin(page: Page, address: string): Promise<void> {
  await page.locator(".add-lane select").selectOption("own");
  await page.getByLabel("Module URL").fill(address);
  await page.getByLabel("I trust this code").check();
  await page.getByRole("button", { name: "Import and add" }).click();
}

async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.locator(".dialog-body").waitFor({ state: "detached" });
}

async function expectWorking(page: Page): Promise<void> {
  await runToEnd(page);
  expect(await figure(page, 0, "tokens")).toBe("6");
}

describe("a model", () => {
  beforeAll(() => server().mount("/own/", storiesFolder));

  test("at a wrong URL shows an error, and the embedded model still works", async () => {
    const { page } = await open(link({ ...short, m: `${server().url}nothing-here` }));
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await alert(page, /nothing-here\/.+(not|missing)/);
    await openSettings(page);
    await page.locator("#model").selectOption("stories");
    await expectWorking(page);
  });

  test("from a URL or from files produces the same text as the embedded copy", async () => {
    const { page, problems } = await open(link({ ...short }));
    await runToEnd(page);
    const text = await laneText(page, 0);
    await chooseFromHub(page, { model: "not a URL" });
    await page.getByText("Write org/name, or a complete URL").waitFor();
    await page.getByLabel("Name on the Hub, or URL").fill(`${server().url}own/`);
    await useModel(page);
    await runToEnd(page);
    expect(await page.locator(".chip").innerText()).toMatch(/^own · /);
    expect(await laneText(page, 0)).toBe(text);
    const files = [
      "config.json",
      "generation_config.json",
      "tokenizer.json",
      "tokenizer_config.json",
      "onnx/model.onnx",
      "onnx/canvas.onnx",
    ];
    await openModelDialog(page, "From this device");
    await page.getByTestId("model-files").setInputFiles(files.map((file) => storiesFolder + file));
    await page.getByText("files: 6 files").waitFor();
    await useModel(page);
    await runToEnd(page);
    expect(await page.locator(".chip").innerText()).toMatch(/^files · /);
    expect(await laneText(page, 0)).toBe(text);
    expect(problems).toEqual([]);
  });

  test("that exceeds the storage quota shows a notice and still runs", async () => {
    const { page, context } = await open(link(short));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const session = await context.newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: server().url.slice(0, -1), quotaSize: 2_000_000 });
    await expectWorking(page);
    await page.locator(".notice", { hasText: "could not be stored" }).waitFor();
  });
});

describe("a third-party decoder", () => {
  let elsewhere: DistServer;
  beforeAll(async () => {
    elsewhere = await serveDist();
    elsewhere.override("/throwing.js", pluginSource("throwing", 'throw new TypeError("<b>boom</b>");'));
    elsewhere.override("/hanging.js", pluginSource("hanging", "for (;;);"));
    elsewhere.override("/no-plugin.js", "export default 7;");
    elsewhere.override(
      "/prying.js",
      pluginSource(
        "prying",
        `const outcome = await fetch("${elsewhere.url}secret").then(() => "open", () => "blocked"); throw new Error("network " + outcome);`,
      ),
    );
  });
  afterAll(() => elsewhere.close());

  test("from another host runs beside the others, after a warning", async () => {
    const { page, problems } = await open(link({ p: "The dog was", n: "24", l: "greedy" }));
    await page.locator(".add-lane select").selectOption("own");
    expect(await page.locator(".warning").innerText()).toContain("runs code from the URL");
    expect(await page.getByRole("button", { name: "Import and add" }).isDisabled()).toBe(true);
    await closeDialog(page);
    await addPlugin(page, `${elsewhere.url}decoder-template.js`);
    await page.getByRole("region", { name: "Lane B, No echo" }).waitFor();
    await page.getByRole("button", { name: "Options: No echo" }).click();
    await page.getByLabel("window").fill("1000");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("window: enter a whole number from 0 to 100.").waitFor();
    await page.getByLabel("window").fill("30");
    await page.getByRole("button", { name: "Apply" }).click();
    await runToEnd(page);
    expect(await figure(page, 1, "tokens")).toBe("24");
    expect(problems).toEqual([]);
  });

  test("that throws or is invalid shows an error, and everything else works", async () => {
    const { page } = await open(link(short));
    await addPlugin(page, `${elsewhere.url}no-plugin.js`);
    await page.getByText(/could not be added.*must be a DecoderPlugin/).waitFor();
    await closeDialog(page);
    await addPlugin(page, `${elsewhere.url}not-there.js`);
    await page.getByText(/could not be added.*could not be imported/).waitFor();
    await closeDialog(page);
    await addPlugin(page, `${elsewhere.url}throwing.js`);
    await page.getByRole("region", { name: "Lane B, throwing" }).waitFor();
    await runToEnd(page);
    await page.getByText("Failed: <b>boom</b>").waitFor();
    expect(await figure(page, 0, "tokens")).toBe("6");
    await page.getByRole("button", { name: "Remove this lane: throwing" }).click();
    await expectWorking(page);
  });

  test("has no network access", async () => {
    const { page } = await open(link(short));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await addPlugin(page, `${elsewhere.url}prying.js`);
    await page.getByRole("region", { name: "Lane B, prying" }).waitFor();
    await runToEnd(page);
    await page.getByText("Failed: network blocked").waitFor();
    expect(elsewhere.requests).not.toContain("/secret");
  });

  test("that hangs can be stopped, and the next run works", async () => {
    const { page } = await open(link(short));
    await addPlugin(page, `${elsewhere.url}hanging.js`);
    await page.getByRole("region", { name: "Lane B, hanging" }).waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("Warming up Lane B").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Stop" }).click();
    await waitUntilIdle(page, 30_000);
    expect(await page.locator(".lane").count()).toBe(1);
    await expectWorking(page);
  });
});

describe("markup is shown as text", () => {
  const markup = `<img src="x" onerror="document.title='broken'">`;
  const hostile: Trace = {
    model: { name: markup, execution: markup, parameters: 1, vocabSize: 9, roles: ["causal"] },
    prompt: markup,
    promptTokens: [1],
    maxNewTokens: 1,
    vocabulary: new Map([[2, markup]]),
    lanes: [
      {
        specification: "greedy",
        title: markup,
        options: { [markup]: markup },
        seed: 0,
        events: [
          { event: { type: "decode-start", promptLength: 1 }, milliseconds: 0 },
          { event: { type: "forward-end", model: "causal", phase: "prefill", positions: 1, milliseconds: 1 }, milliseconds: 1 },
          { event: { type: "tokens-commit", start: 1, tokens: Int32Array.of(2) }, milliseconds: 1 },
          { event: { type: "decode-end", finishReason: "length" }, milliseconds: 1 },
        ],
        scores: [{ probability: 0.5, candidates: [{ token: 2, probability: 0.5 }] }],
      },
    ],
  };

  test("in an opened run, everywhere it appears", async () => {
    const { page, problems } = await open(link(short));
    const file = { name: "run.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(writeTrace(hostile)) };
    await page.getByTestId("trace-file").setInputFiles(file);
    await page.locator("#tokens-0 .token").first().click();
    await page.keyboard.press("Escape");
    await figure(page, 0, "tokens");
    await page.locator(".lane-foot details details summary").click();
    await page.getByText("Charts", { exact: true }).click();
    await page.locator(".plot").first().waitFor();
    expect(await laneText(page, 0)).toBe(markup);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe("decodekit compare");
    expect(problems).toEqual([]);
  });

  test.each([
    ["a file that is not a run", "hello"],
    ["a run with a position out of range", writeTrace(hostile).replace('"start":1', '"start":999999999')],
    ["a deeply nested structure", "[".repeat(200_000)],
    ["markup", `<svg onload="document.title='broken'">`],
  ])("and %s is rejected with an error, while the previous run stays", async (_, content) => {
    const { page, problems } = await open();
    await page.locator("#tokens-0 .token[data-final]").first().waitFor();
    await page.getByTestId("trace-file").setInputFiles({ name: "x.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(content) });
    await alert(page, "This file is not a valid run");
    expect(await page.locator("#tokens-0 .token[data-final]").count()).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  test("in a share link, which never starts a run", async () => {
    const { page, problems } = await open(
      link({ p: markup, m: "javascript:alert(1)", n: "99999999", l: ["greedy:x=<b>", markup], plugin: `${server().url}evil.js` }),
    );
    expect(await page.locator("#prompt").inputValue()).toBe(markup);
    await openSettings(page);
    expect(await page.locator("#tokens").inputValue()).toBe("35");
    await page.locator(".notice", { hasText: "Invalid parts of this URL were ignored" }).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(server().requests).not.toContain("/evil.js");
    expect(problems).toEqual([]);
  });
});
