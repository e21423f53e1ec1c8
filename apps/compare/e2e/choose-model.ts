import type { Page } from "playwright";
import { openSettings } from "./browser.ts";

export interface HubChoice {
  /** Name or address. */
  readonly model: string;
  readonly dtype?: string;
  /** URL of the hub. @defaultValue the one that is set */
  readonly hub?: string;
  readonly draft?: string;
}

/** Opens the model dialog at one of its places, by clicks. */
export async function openModelDialog(page: Page, place: "Popular" | "From the Hub" | "From this device"): Promise<void> {
  await openSettings(page);
  await page.locator("#model").selectOption({ label: "More models …" });
  await page.getByRole("radio", { name: place }).check();
}

/** Fills in the URL of the hub. */
export async function fillHub(page: Page, hub: string): Promise<void> {
  const field = page.getByLabel("URL of the hub");
  if (!(await field.isVisible())) await page.getByText("Another hub").click();
  await field.fill(hub);
}

export async function useModel(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Use this model" }).click();
}

/** Chooses a model of the Hub by clicks. */
export async function chooseFromHub(page: Page, { model, dtype, hub, draft }: HubChoice): Promise<void> {
  await openModelDialog(page, "From the Hub");
  await page.getByLabel("Name on the Hub, or URL").fill(model);
  if (dtype !== undefined) await page.getByLabel("Data type").selectOption(dtype);
  if (draft !== undefined) await page.getByLabel("Draft model", { exact: true }).fill(draft);
  if (hub !== undefined) await fillHub(page, hub);
  await useModel(page);
}

/** Waits until the model dialog has closed. */
export async function untilChosen(page: Page): Promise<void> {
  await page.locator(".model-form").waitFor({ state: "detached" });
}
