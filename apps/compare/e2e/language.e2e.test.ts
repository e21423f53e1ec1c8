import type { Page } from "playwright";
import { expect, test } from "vitest";
import { decoders } from "../src/lab/decoders.ts";
import { texts as de } from "../src/texts/de.ts";
import { texts as en } from "../src/texts/en.ts";
import { laneText, link, runToEnd, stage } from "./browser.ts";

const { open } = stage();

/** Returns the texts without parameters, by their path. */
function plainTexts(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => plainTexts(each, `${path}.${key}`));
}

const german = new Map(plainTexts(de));
/** Decoders have the names of their plugins, in every language. */
const titles = new Set(decoders.map(({ title }) => title));
/** English sentences and phrases that are other ones in German. Single words would be found within others. */
const english = plainTexts(en).flatMap(([path, text]) =>
  /\w+ \w+/.test(text) && !titles.has(text) && german.get(path) !== text ? [text] : [],
);

/** Returns the English phrases on the page, labels included. */
async function englishOn(page: Page): Promise<string[]> {
  const shown = await page.evaluate(() => {
    const labels = [...document.querySelectorAll("[aria-label], [placeholder], [title]")].flatMap((element) =>
      ["aria-label", "placeholder", "title"].map((name) => element.getAttribute(name) ?? ""),
    );
    return [document.title, document.body.innerText, ...labels].join("\n");
  });
  return english.filter((text) => shown.includes(text));
}

const goTo = async (page: Page, name: keyof typeof de.routes): Promise<void> => {
  await page.getByRole("navigation", { name: de.title }).getByRole("link", { name: de.routes[name], exact: true }).click();
  await expect.poll(() => page.locator("main").getAttribute("data-route")).toBe(name);
};

test("the page is changed to German on the page About, keeps its run, and has no English left on any page", async () => {
  const { page, problems } = await open(link({ p: "The dog", n: "6", l: ["greedy", "top-p:p=0.9"] }));
  await runToEnd(page);
  const text = await laneText(page, 1);
  expect(await englishOn(page)).not.toEqual([]);
  await page.getByRole("link", { name: "About" }).click();
  await page.getByLabel(en.about.language).selectOption({ label: "Deutsch" });
  await page.getByRole("heading", { name: de.about.heading }).waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("de");
  for (const name of ["about", "compare", "tour", "measure", "sets"] as const) {
    await goTo(page, name);
    expect(await englishOn(page), name).toEqual([]);
  }
  await goTo(page, "compare");
  expect(await laneText(page, 1)).toBe(text);
  await page.getByRole("button", { name: de.setup.settings, exact: true }).click();
  await page.getByRole("button", { name: de.setup.run, exact: true }).click();
  await page.locator("main[data-runs='1']").waitFor();
  await page.locator("#tokens-1 .token[data-final]").nth(2).click();
  await page.locator(".inspector .candidates").waitFor();
  expect(await englishOn(page)).toEqual([]);
  // The choice is kept, and can be undone.
  await goTo(page, "about");
  await page.reload();
  await page.getByLabel(de.about.language).selectOption({ label: "English" });
  await page.getByRole("heading", { name: en.about.heading }).waitFor();
  expect(problems).toEqual([]);
});

test("a German browser gets the German page, with all chapters of the tour", async () => {
  const { page, problems } = await open("#/tour/1", { locale: "de-DE" });
  const next = page.getByRole("link", { name: new RegExp(`^${de.tour.next}: `) });
  const scene = page.locator(".tour");
  let chapters = 1;
  for (; (await next.count()) > 0; chapters++) {
    const skip = page.getByRole("button", { name: de.tour.skipBet });
    if (await skip.isVisible()) await skip.click();
    expect(await englishOn(page), page.url()).toEqual([]);
    // The address changes before the page does, whose link to the next chapter would then be counted again.
    const before = await scene.getAttribute("data-scene");
    await next.click();
    await expect.poll(() => scene.getAttribute("data-scene")).not.toBe(before);
  }
  expect(chapters).toBeGreaterThan(10);
  expect(await englishOn(page)).toEqual([]);
  expect(problems).toEqual([]);
});
