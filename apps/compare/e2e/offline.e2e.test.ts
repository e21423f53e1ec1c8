import { expect, test } from "vitest";
import { laneText, link, runToEnd, stage, untilRunEnds } from "./browser.ts";

const { open, server } = stage();

test("without a run, the page says offline what is missing; kept models run offline, though none ever ran", async () => {
  const visited = await open();
  await visited.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await visited.context.setOffline(true);
  await visited.page.reload();
  await visited.page.locator("#tokens-0 .token[data-final]").first().waitFor();
  await untilRunEnds(visited.page, () => visited.page.getByRole("button", { name: "Run", exact: true }).click());
  await visited.page.getByText("the model is not on this device yet").waitFor();
  // The dialog to share is kept with the first use of a model.
  await visited.page.getByRole("button", { name: "Share", exact: true }).click();
  await visited.page.getByText("A part of this page could not be loaded.").waitFor();
  expect(await visited.page.getByRole("dialog", { name: "Share this run" }).isVisible()).toBe(false);
  expect(visited.problems.filter((problem) => problem.startsWith("TypeError"))).toEqual([]);

  const kept = await open();
  await kept.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await kept.page.getByRole("link", { name: "About" }).click();
  await kept.page.getByRole("button", { name: "Keep the models for offline use" }).click();
  await kept.page.getByText("The models are on this device now.").waitFor({ timeout: 60_000 });
  await kept.context.setOffline(true);
  await kept.page.reload();
  await kept.page.getByRole("link", { name: "Compare", exact: true }).click();
  await runToEnd(kept.page);
  expect(await laneText(kept.page, 0)).not.toBe("");
  expect(kept.problems).toEqual([]);
});

test("after one visit, the page, its tour and a run work offline, isolated, without requests to other hosts", async () => {
  const { page, context, problems } = await open(link({ n: "6", l: ["greedy", "fast-dllm:blockLength=8"] }));
  const requested: string[] = [];
  context.on("request", (request) => requested.push(request.url()));
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await runToEnd(page);
  const text = await laneText(page, 1);

  await server().close();
  await context.setOffline(true);
  await page.reload();
  await page.locator(".lane").first().waitFor();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await runToEnd(page);
  expect(await laneText(page, 1)).toBe(text);
  await page.getByRole("link", { name: "Tour" }).click();
  await page.getByRole("heading", { name: "From probabilities to text" }).waitFor();
  await page.getByRole("button", { name: "Skip the bet" }).click();
  await page.locator("#tokens-0 .token[data-final]").first().waitFor();
  await page.getByText("Charts", { exact: true }).click();
  await page.locator(".plot").first().waitFor();
  expect(requested.filter((url) => !url.startsWith(server().url) && !url.startsWith("blob:"))).toEqual([]);
  expect(problems).toEqual([]);
});
