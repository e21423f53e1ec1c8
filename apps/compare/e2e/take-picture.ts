import path from "node:path";
import type { Page } from "playwright";

/** Keeps a picture of the page in the folder that DECODEKIT_PICTURES names, once the page has come to rest; without that, does nothing. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env["DECODEKIT_PICTURES"];
  if (folder === undefined) return;
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
