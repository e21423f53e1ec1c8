import type { Worker } from "playwright";
import { expect, test } from "vitest";
import { figure, laneText, link, openSettings, runToEnd, stage } from "./browser.ts";

// SwiftShader is a software GPU: slow, exact, and available on every machine.
const { open } = stage(["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]);
const settings = { p: "Tom had a red ball.", n: "3", l: "greedy" };

test("a software GPU is not chosen automatically; when selected, it produces the same text as the CPU, which a walk by clicks through every page and a reload keep", async () => {
  const { page, problems } = await open(link(settings));
  await runToEnd(page);
  expect(await page.locator(".chip").innerText()).toMatch(/WASM$/);
  const text = await laneText(page, 0);
  await openSettings(page);
  await page.locator("#execution").selectOption("webgpu");
  await runToEnd(page, 170_000);
  const expectRun = async (): Promise<void> => {
    await page.locator("#tokens-0 .token[data-final]").first().waitFor();
    expect(await page.locator(".chip").innerText()).toMatch(/WEBGPU$/);
    expect(await laneText(page, 0)).toBe(text);
  };
  await expectRun();
  const pages = page.getByRole("navigation", { name: "decodekit compare" });
  for (const name of ["Tour", "About", "Measure", "Prompt sets"]) {
    await pages.getByRole("link", { name, exact: true }).click();
    await page.locator("h1").waitFor();
    if (name === "Tour") await page.getByRole("button", { name: "Skip the bet" }).click();
    await pages.getByRole("link", { name: "Compare", exact: true }).click();
    await expectRun();
  }
  await runToEnd(page, 170_000);
  await expectRun();
  await page.reload();
  await expectRun();
  expect(problems).toEqual([]);
});

test("losing the GPU shows an error, and the next run works", async () => {
  const { page } = await open(link({ ...settings, x: "webgpu" }));
  // Captures the runtime's device, to destroy it as a driver reset would.
  let worker: Worker | undefined;
  page.on("worker", (started) => {
    worker = started;
    void started.evaluate(() => {
      const adapter = GPUAdapter.prototype as { requestDevice: (...options: unknown[]) => Promise<GPUDevice> };
      const original = adapter.requestDevice;
      adapter.requestDevice = async function take(this: unknown, ...options) {
        const device = await original.apply(this, options);
        (globalThis as unknown as { device: GPUDevice }).device = device;
        return device;
      };
    });
  });
  await runToEnd(page, 170_000);
  expect(await figure(page, 0, "tokens")).toBe("3");
  await worker!.evaluate(() => (globalThis as unknown as { device: GPUDevice }).device.destroy());
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator(".notice[data-kind=error]").first().waitFor({ timeout: 120_000 });
  expect(await page.locator(".notice[data-kind=error]").first().innerText()).toMatch(/failed|lost|device/i);
  await openSettings(page);
  await page.locator("#execution").selectOption("wasm");
  await runToEnd(page);
  expect(await figure(page, 0, "tokens")).toBe("3");
});
