import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { styleSheetPalette } from "../picture/palette.ts";
import { colorIndexer, gifColors } from "./gif-colors.ts";

const css = readFileSync(new URL("../../styles/tokens.css", import.meta.url), "utf8");

test.each(["light", "dark"] as const)("the table of a %s picture has its own colours exactly, and one left for what stays", (scheme) => {
  const palette = styleSheetPalette(css, scheme);
  const colors = gifColors(palette);
  // Fewer than fit, so none is cut off.
  expect(colors.length).toBeLessThan(255);
  const written = new Set(colors.map((color) => `#${color.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`));
  for (const color of Object.values(palette)) expect(written).toContain(color);
  expect(gifColors(Object.fromEntries(Object.entries(palette).map(([name, hex]) => [name, asRgb(hex)])) as typeof palette)).toEqual(colors);
});

const asRgb = (hex: string): string => `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(", ")})`;

test("a pixel gets its own colour, or the nearest", () => {
  const indicesOf = colorIndexer([
    [0, 0, 0],
    [255, 255, 255],
    [200, 0, 0],
  ]);
  expect([...indicesOf(Uint8ClampedArray.of(255, 255, 255, 255, 1, 2, 3, 255, 190, 20, 20, 255, 190, 20, 20, 255))]).toEqual([1, 0, 2, 2]);
});
