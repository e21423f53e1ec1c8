import { expect, test } from "vitest";
import { laneText, link, runToEnd, stage } from "./browser.ts";

const { open, server } = stage();

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
  await page.getByRole("heading", { name: "One token at a time" }).waitFor();
  await page.locator("#tokens-0 .token[data-final]").first().waitFor();
  await page.locator(".charts").scrollIntoViewIfNeeded();
  await page.locator(".plot").first().waitFor();
  expect(requested.filter((url) => !url.startsWith(server().url) && !url.startsWith("blob:"))).toEqual([]);
  expect(problems).toEqual([]);
});
