import { readFileSync } from "node:fs";
import { loadImage } from "@napi-rs/canvas";
import { expect, test } from "vitest";
import { nodeCanvas } from "../../build/node-canvas.ts";
import { recordTrace } from "../../build/record-trace.ts";
import { recordingModels } from "../../build/recording-models.ts";
import { drawSocialPicture, socialTags } from "../../build/social-picture.ts";
import { readTrace } from "../trace/trace-file.ts";
import { defaultSettings } from "../url/settings.ts";

test("the picture of a link has the usual size, and shows all lanes of the welcome run with marks", async () => {
  const models = recordingModels();
  const trace = readTrace(await recordTrace(models, { ...defaultSettings, maxNewTokens: 32 }));
  await models.dispose();
  const image = await loadImage(drawSocialPicture(trace));
  expect([image.width, image.height]).toEqual([1200, 630]);
  const { canvas } = nodeCanvas(1200, 630);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, 1200, 630);
  const colors = new Set<number>();
  for (let at = 0; at < data.length; at += 4) colors.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
  // The colours of three lanes, and of at least one kind of mark.
  for (const color of [0x4a5568, 0xa64b00, 0x00697a]) expect(colors).toContain(color);
  expect(colors.has(0x094c38) || colors.has(0x787d88) || colors.has(0x975932)).toBe(true);
});

const html = readFileSync(new URL("../../index.html", import.meta.url), "utf8");
const tagsOf = (site?: string): Record<string, string> =>
  Object.fromEntries(
    socialTags(html, site).map(({ attrs = {} }) => [String(attrs["property"] ?? attrs["name"]), String(attrs["content"])]),
  );

test("the tags have the page's own title and description, and an absolute picture where the site is known", () => {
  expect(tagsOf()).toMatchObject({ "og:title": "decodekit compare", "og:image": "./og.png", "twitter:card": "summary_large_image" });
  expect(html).toContain(tagsOf()["og:description"]);
  expect(tagsOf()).not.toHaveProperty("og:url");
  for (const site of ["https://example.org/compare", "https://example.org/compare/"])
    expect(tagsOf(site)).toMatchObject({ "og:image": "https://example.org/compare/og.png", "og:url": "https://example.org/compare/" });
  for (const wrong of ["example.org", "ftp://example.org/", "https://"])
    expect(() => tagsOf(wrong)).toThrow(/COMPARE_SITE_URL must be the complete URL/);
});
