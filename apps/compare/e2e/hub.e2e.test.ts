import type { Page } from "playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startFakeHub } from "../../../tests/src/support/fake-hub.ts";
import type { FakeHub } from "../../../tests/src/support/fake-hub-plan.ts";
import { STORIES_PLAN } from "../../../tests/src/hub/stories-plan.ts";
import { laneText, link, openSettings, runToEnd, stage, untilRunEnds } from "./browser.ts";
import { chooseFromHub, type HubChoice } from "./choose-model.ts";

const { open, server } = stage();
const start = link({ n: "6", l: "greedy" });
const run = (page: Page): Promise<void> => page.getByRole("button", { name: "Run", exact: true }).click();
const notice = (page: Page, text: RegExp | string): Promise<void> =>
  page.locator(".notice", { hasText: text }).waitFor({ timeout: 60_000 });

let fake: FakeHub;
let expected: string;
beforeAll(async () => {
  fake = await startFakeHub(STORIES_PLAN);
  const { page } = await open(start);
  await runToEnd(page);
  expected = await laneText(page, 0);
});
afterAll(() => fake.stop());
beforeEach(async () => {
  await fake.clearFaults();
  await fake.takeRequests();
});

/** Chooses a model of the Hub by clicks, on the fake hub unless another is named. */
const choose = (page: Page, choice: HubChoice): Promise<void> => chooseFromHub(page, { hub: fake.endpoint, ...choice });

const contents = async (): Promise<readonly (string | undefined)[]> =>
  (await fake.takeRequests())
    .filter(({ on, method, path }) => on === "cdn" && method === "GET" && path === "onnx/model.onnx")
    .map(({ range }) => range ?? "all");

describe("a model of the Hub", () => {
  test("is fetched when Run is pressed and not before, decodes as the embedded copy, and is then there without the hub", async () => {
    const hub = await startFakeHub(STORIES_PLAN);
    const { page, problems } = await open(start);
    await choose(page, { model: "org/stories", hub: hub.endpoint });
    await page.locator(".dialog-body").waitFor({ state: "detached" });
    expect(await page.locator("#model option:checked").innerText()).toBe(`org/stories · ${new URL(hub.endpoint).host}`);
    expect(await hub.takeRequests()).toEqual([]);
    await hub.fault({ on: "cdn", method: "GET", path: "onnx/model.onnx", slow: true });
    await untilRunEnds(page, async () => {
      await run(page);
      await page.locator(".progress-label", { hasText: /Downloading the model .*\d MB of \d/ }).waitFor();
    });
    expect(await laneText(page, 0)).toBe(expected);
    expect(await page.locator(".chip").innerText()).toMatch(/^org\/stories · /);
    await page.getByText("The file of org/stories is onnx/model.onnx, because no data type was asked for.").waitFor();

    await page.reload();
    await page.locator(".lane").first().waitFor();
    expect((await hub.takeRequests()).filter(({ on, path }) => on === "cdn" && path === "onnx/model.onnx")).toHaveLength(1);
    await runToEnd(page);
    expect((await hub.takeRequests()).filter(({ on }) => on !== "api")).toEqual([]);
    expect(problems).toEqual([]);

    await hub.stop();
    await page.reload();
    await page.locator(".lane").first().waitFor();
    await runToEnd(page);
    expect(await laneText(page, 0)).toBe(expected);
    await notice(page, "the cached model is used");
  });

  test("is also found by the address of its page, and a download that was stopped goes on where it ended", async () => {
    const { page, problems } = await open(start);
    await choose(page, { model: `${fake.endpoint}/org/stories/tree/main` });
    expect(await page.locator("#model option:checked").innerText()).toBe(`org/stories · ${new URL(fake.endpoint).host}`);
    await fake.fault({ on: "cdn", method: "GET", path: "onnx/model.onnx", slow: true });
    await untilRunEnds(page, async () => {
      await run(page);
      await page.locator(".progress-label", { hasText: /Downloading the model ([2-9]|1\d)/ }).waitFor();
      await page.getByRole("button", { name: "Stop", exact: true }).click();
    });
    expect(await contents()).toEqual(["all"]);
    await runToEnd(page);
    expect(await laneText(page, 0)).toBe(expected);
    expect(await contents()).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(problems).toEqual([]);
  });

  test("of a data type that is not there shows which files were looked for, and another can be chosen", async () => {
    const { page } = await open(start);
    await choose(page, { model: "org/stories", dtype: "q4" });
    await run(page);
    await notice(page, /onnx\/model_q4\.onnx.+Choose another dtype/);
    await choose(page, { model: "org/stories", dtype: "auto" });
    await runToEnd(page);
    expect(await laneText(page, 0)).toBe(expected);
  });

  test("that cannot be had shows what to do, and the embedded model still works", async () => {
    const { page } = await open(start);
    for (const [choice, fault, message] of [
      [{ model: "org/other" }, undefined, "There is no public model org/other on 127.0.0.1"],
      [{ model: "org/stories@v9" }, undefined, "has no branch, tag or commit “v9”"],
      [{ model: "org/stories" }, { status: 403, headers: { "x-error-code": "GatedRepo" } }, "Accept them at 127.0.0.1"],
      [{ model: "org/stories", hub: "http://127.0.0.1:9" }, undefined, "127.0.0.1:9 cannot be reached, and org/stories is not kept"],
    ] as const) {
      if (fault) await fake.fault({ on: "api", times: 9, ...fault });
      await choose(page, choice);
      await run(page);
      await notice(page, message);
    }
    await openSettings(page);
    await page.locator("#model").selectOption("stories");
    await runToEnd(page);
    expect(await laneText(page, 0)).toBe(expected);
  });

  test("must be named rightly", async () => {
    const { page } = await open(start);
    await choose(page, { model: "no model" });
    await page.getByText("Write org/name, or a complete URL").waitFor();
    await page.getByLabel("Name on the Hub, or URL").fill("org/stories");
    await page.getByLabel("URL of the hub").fill("ftp://example.org");
    await page.getByRole("button", { name: "Use this model" }).click();
    await page.getByText("The URL of the hub must be complete").waitFor();
  });
});

describe("the content security policy", () => {
  const reach = (url: string): Promise<string> =>
    fetch(url).then(
      () => "open",
      () => "blocked",
    );

  test("lets the worker of a model reach the server that the visitor named, and neither the page nor the worker of an embedded model", async () => {
    const url = `${fake.endpoint}/org/stories/resolve/main/config.json`;
    const { page } = await open(start);
    await runToEnd(page);
    const worker = () => page.workers().find((each) => each.url().includes("model-worker"))!;
    expect(await worker().evaluate(reach, url)).toBe("blocked");
    await choose(page, { model: "org/stories" });
    await runToEnd(page);
    expect(await worker().evaluate(reach, url)).toBe("open");
    expect(await worker().evaluate(reach, "https://example.org/")).toBe("blocked");
    expect(await page.evaluate(reach, url)).toBe("blocked");
    expect(server().requests.filter((path) => path.includes("connect="))).toEqual([]);
  });
});
