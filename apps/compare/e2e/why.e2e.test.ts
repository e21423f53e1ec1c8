import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { figure, laneText, link, openSettings, runToEnd, stage, untilRunEnds } from "./browser.ts";

const { open, server } = stage();
const PROMPT = "Once upon a time, there was a little fox who wanted to";
const inspector = ".inspector";

/** Selects a token with a click, after closing the popover, which may lie over it. */
async function select(page: Page, lane: number, position: number): Promise<void> {
  const close = page.locator(inspector).getByRole("button", { name: "Close" });
  if (await close.isVisible()) await close.click();
  await page.locator(`#token-${lane}-${position}`).click();
  await page.locator(inspector, { hasText: `token ${position + 1} of lane ${"ABCDEF".charAt(lane)}` }).waitFor();
}

/** Texts of a lane's tokens, each as shown. */
const tokensOf = (page: Page, lane: number): Promise<string[]> =>
  page.locator(`#tokens-${lane} .token:not([hidden]) .ink`).evaluateAll((tokens) => tokens.map((token) => token.textContent));

const chosen = (page: Page) => page.locator(`${inspector} .candidates li[data-chosen]`);
const alternatives = (page: Page) => page.locator(`${inspector} button.candidate`);
const nameOf = (page: Page, index: number): Promise<string> => alternatives(page).nth(index).locator("code").innerText();

describe("a selected token", () => {
  test("that was sampled from outside the likeliest eight is in its own list, with its rank", async () => {
    const { page, problems } = await open(link({ p: PROMPT, n: "30", s: "3", l: "top-p:p=1,temperature=1.6" }));
    await runToEnd(page);
    const tokens = await tokensOf(page, 0);
    let unlikely = 0;
    for (const [position, token] of tokens.entries()) {
      await select(page, 0, position);
      expect(await chosen(page).count()).toBe(1);
      expect((await chosen(page).locator("code").innerText()).replace("␣", "")).toBe(token.replace("␣", ""));
      const rank = Number((await chosen(page).locator(".candidate-rank").innerText()).replaceAll(",", ""));
      await page.locator(inspector, { hasText: `Rank ${rank.toLocaleString("en")} of 4,096` }).waitFor();
      if (rank <= 8) continue;
      unlikely++;
      expect(await page.locator(`${inspector} .candidates li`).count()).toBe(9);
      expect(await page.locator(`${inspector} .candidates li`).last().getAttribute("data-chosen")).toBe("");
    }
    expect(unlikely).toBeGreaterThan(2);
    expect(problems).toEqual([]);
  });

  test("shows what it was chosen from before and after the cut, with what was cut at 0", async () => {
    const { page, problems } = await open(link({ p: PROMPT, n: "12", s: "1", l: ["greedy", "top-p:p=0.5,temperature=0.8"] }));
    await runToEnd(page);
    await select(page, 0, 2);
    expect(await page.locator(inspector).innerText()).toMatch(/1 of 4,096 tokens was left\. The others had [\d.]+ % under the model/);
    const rows = page.locator(`${inspector} .candidates li`);
    const after = await rows.locator(".candidate-after").allInnerTexts();
    expect(after.map((text) => text.replaceAll(/\s/g, ""))).toEqual(["→100%", ...Array.from({ length: 7 }, () => "→0cut")]);
    for (let position = 0; position < 12; position++) {
      await select(page, 1, position);
      const [cut, left] = [await rows.and(page.locator("[data-cut]")).count(), await rows.and(page.locator(":not([data-cut])")).count()];
      expect(cut + left).toBe(8);
      const numbers = await rows.and(page.locator(":not([data-cut])")).locator(".candidate-after").allInnerTexts();
      for (const text of numbers) expect(text).toMatch(/^→ (< )?[\d.]+ %$/);
      expect(await chosen(page).getAttribute("data-cut")).toBeNull();
    }
    expect(problems).toEqual([]);
  });

  test("of a draft names its drafter, its place and the chance of being accepted; a rejected one what replaced it", async () => {
    const drafting = "speculative:drafter=draft-model,draftLength=4,verify=ratio,temperature=0.8";
    const { page } = await open(link({ p: PROMPT, n: "24", s: "3", l: drafting }));
    await runToEnd(page);
    const states = await page
      .locator("#tokens-0 .token:not([hidden])")
      .evaluateAll((tokens) => tokens.map((token) => token.getAttribute("data-state")));
    await select(page, 0, states.indexOf("accepted"));
    const accepted = await page.locator(inspector).innerText();
    expect(accepted).toMatch(/Drafted by the draft model, in pass \d+\./);
    expect(accepted).toMatch(/Token \d of a draft of \d; pass \d+ accepted \d of them\./);
    expect(accepted).toMatch(/Accepted with probability min\(1, p \/ q\) = min\(1, [\d.]+ % \/ [\d.]+ %\) = [\d.]+ %/);
    await select(page, 0, states.indexOf("corrected"));
    const replacement = await page.locator(`${inspector} .token-head code`).innerText();
    expect(await page.locator(`${inspector} .undone`).innerText()).toMatch(
      new RegExp(`rejected in pass \\d+, replaced by ${replacement} · accepted with probability min`),
    );
  });
});

describe("another token", () => {
  test("continues in a new lane that alone is run; undoing takes it away", async () => {
    const { page, problems } = await open(link({ p: PROMPT, n: "16", s: "1", l: ["greedy", "top-p:p=0.9"] }));
    await runToEnd(page);
    const before = [await laneText(page, 0), await laneText(page, 1)];
    const figures = [await figure(page, 0, "perSecond"), await figure(page, 1, "perSecond")];
    const tokens = await tokensOf(page, 0);
    await select(page, 0, 4);
    const token = await nameOf(page, 1);
    await untilRunEnds(page, () => alternatives(page).nth(1).click());
    const word = token.replace("␣", "");
    await page.getByRole("region", { name: `Lane C, Greedy, from token 5 “${word}”` }).waitFor();
    const branched = await tokensOf(page, 2);
    expect(branched.slice(0, 5)).toEqual([...tokens.slice(0, 4), word]);
    expect(branched).toHaveLength(16);
    expect(branched).not.toEqual(tokens);
    expect(await page.locator("#tokens-2 .token[data-state=forced]").count()).toBe(5);
    expect([await laneText(page, 0), await laneText(page, 1)]).toEqual(before);
    expect([await figure(page, 0, "perSecond"), await figure(page, 1, "perSecond")]).toEqual(figures);
    // The token is selected in its new lane, which has the focus, and says where it is from.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("tokens-2");
    await page.locator(inspector, { hasText: "token 5 of lane C" }).waitFor();
    expect(await page.locator(inspector).innerText()).toContain("You set this token");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => page.locator(".lane").count()).toBe(2);
    expect([await laneText(page, 0), await laneText(page, 1)]).toEqual(before);
    await page.getByRole("button", { name: "Redo" }).click();
    await expect.poll(() => tokensOf(page, 2)).toEqual(branched);
    expect(problems).toEqual([]);
  });

  test("continues a recorded run: the model is loaded, and the recorded lanes stay", async () => {
    const earlier = server().requests.length;
    const loads = (): readonly string[] =>
      server()
        .requests.slice(earlier)
        .filter((path) => path.endsWith(".onnx"));
    const { page, problems } = await open("#/");
    await page.locator("#tokens-0 .token[data-final]").nth(20).waitFor();
    const lanes = [0, 1, 2];
    const before = await Promise.all(lanes.map((lane) => laneText(page, lane)));
    const tokens = await tokensOf(page, 0);
    expect(loads()).toEqual([]);
    await select(page, 0, 7);
    const word = (await nameOf(page, 0)).replace("␣", "");
    await untilRunEnds(page, () => alternatives(page).first().click());
    expect(loads()).not.toEqual([]);
    const branched = await tokensOf(page, 3);
    expect(branched.slice(0, 8)).toEqual([...tokens.slice(0, 7), word]);
    expect(await figure(page, 3, "tokens")).toBe(String(branched.length - 8));
    expect(await Promise.all(lanes.map((lane) => laneText(page, lane)))).toEqual(before);
    await page.locator(".notice", { hasText: "the times of the others were recorded elsewhere" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => page.locator(".lane").count()).toBe(3);
    expect(await Promise.all(lanes.map((lane) => laneText(page, lane)))).toEqual(before);
    expect(problems).toEqual([]);
  });

  test("only adds a lane while the results are from before a change, and says why it cannot", async () => {
    const { page } = await open(link({ p: PROMPT, n: "8", l: "greedy" }));
    await runToEnd(page);
    await openSettings(page);
    await page.locator("#seed").fill("5");
    await page.locator("#seed").press("Enter");
    await select(page, 0, 7);
    expect(await page.locator(inspector).innerText()).toContain("Nothing would follow another token here");
    expect(await alternatives(page).count()).toBe(0);
    for (let lanes = 2; lanes <= 6; lanes++) {
      await select(page, 0, 2);
      await alternatives(page).nth(lanes).click();
      await expect.poll(() => page.locator(".lane").count()).toBe(lanes);
    }
    expect(await page.getByText("Not run yet.").count()).toBe(5);
    await select(page, 0, 2);
    expect(await page.locator(inspector).innerText()).toContain("There is no room for another lane");
    expect(await alternatives(page).count()).toBe(0);
    await runToEnd(page);
    for (const lane of [1, 2, 3, 4, 5]) expect(await tokensOf(page, lane)).toHaveLength(8);
  });

  test("is offered in the tour only by a hint", async () => {
    const { page } = await open("#/tour/1");
    await page.locator(".choices button").first().click();
    await page.locator("#tokens-0 .token[data-final]").nth(5).waitFor();
    await select(page, 0, 3);
    expect(await page.locator(inspector).innerText()).toContain("In Compare, you can continue with another token");
    expect(await alternatives(page).count()).toBe(0);
  });
});
