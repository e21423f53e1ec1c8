import { expect, test } from "vitest";
import { laneText, link, runToEnd, stage } from "./browser.ts";

const { open } = stage();

test("options have names in words, in groups, the important ones first", async () => {
  const { page } = await open(link({ l: ["greedy", "fast-dllm:blockLength=8"] }));
  const lane = page.locator('.lane[data-lane="1"]');
  expect(await lane.locator(".lane-options").innerText()).toBe("Block length: 8");
  await lane.getByRole("button", { name: "Options: Fast-dLLM" }).click();
  const form = page.locator("dialog[open] form");
  expect(await form.locator("label:visible").allInnerTexts()).toEqual(["Block length", "Confidence threshold", "Steps", "Temperature"]);
  expect(await form.locator("legend:visible").allInnerTexts()).toEqual(["Refinement", "Sampling"]);
  await form.getByText("More options (5)").click();
  expect(await form.locator("label:visible").count()).toBe(9);
  await form.getByLabel("Block length").fill("0");
  await form.getByRole("button", { name: "Apply" }).click();
  expect(await form.getByRole("alert").innerText()).toBe("Block length: enter a whole number of at least 1.");
  await form.getByLabel("Block length").fill("4");
  await form.getByRole("button", { name: "Apply" }).click();
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  expect(await lane.locator(".lane-options").innerText()).toBe("Block length: 4");
});

test("a rule is added, written over several lines, run, and kept in the address", async () => {
  const { page, problems } = await open(link({ p: "The cat looked at the dog. The dog was", n: "30", l: ["greedy"] }));
  await page.getByLabel("Add a lane").selectOption({ label: "Constrained · Kind of rule: choices · Rule: happy / sad / angry" });
  await page.getByRole("button", { name: "Options: Constrained" }).click();
  const rule = page.getByLabel("Rule", { exact: true });
  expect(await rule.inputValue()).toBe("happy\nsad\nangry");
  await rule.fill("purple, and small\nfar away");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.locator('.lane[data-lane="1"] .lane-options').getByText("purple, and small / far away").waitFor();
  await runToEnd(page);
  // The stop token was drafted too.
  expect(await laneText(page, 1)).toMatch(/^ (purple, and small|far away)∅?$/);
  await page.reload();
  await page.getByRole("button", { name: "Options: Constrained" }).click();
  expect(await page.getByLabel("Rule", { exact: true }).inputValue()).toBe("purple, and small\nfar away");
  await page.getByLabel("Kind of rule").selectOption("regular expression");
  await page.getByLabel("Rule", { exact: true }).fill(" (big");
  await page.getByRole("button", { name: "Apply" }).click();
  expect(await page.locator("dialog[open]").getByRole("alert").innerText()).toMatch(/^Rule must be valid: /);
  expect(problems).toEqual([]);
});

test("what a guarantee means can be read by touch", async () => {
  const { page } = await open("#/", { viewport: { width: 390, height: 844 }, hasTouch: true });
  const lane = page.locator(".lane", { has: page.locator(".guarantee") }).first();
  await expect.poll(() => lane.locator(".guarantee-help").isVisible()).toBe(false);
  await lane.locator(".guarantee").tap();
  expect(await lane.locator(".guarantee-help").innerText()).toMatch(/distribution|plain decoding/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test("no explanation is only in a title", async () => {
  for (const hash of ["#/", "#/tour/4", "#/measure", "#/about"]) {
    const { page } = await open(hash);
    if (hash === "#/tour/4") await page.getByRole("button", { name: "Skip the bet" }).click();
    // The title of an icon repeats its label.
    const titles = await page
      .locator("main [title]")
      .evaluateAll((all) =>
        all.filter((each) => each.getAttribute("aria-label") !== each.getAttribute("title")).map((each) => each.outerHTML),
      );
    expect(titles, hash).toEqual([]);
  }
});
