import { createRequire } from "node:module";
import { type Canvas, createCanvas, GlobalFonts } from "@napi-rs/canvas";
import type { Pen } from "../src/share/picture/pen.ts";

const resolve = createRequire(import.meta.url).resolve;
const fonts = [
  ["Inter Variable", "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"],
  ["Source Serif 4 Variable", "@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2"],
] as const;

/** Makes a canvas in Node with the fonts of the page, and the pen to draw on it. */
export function nodeCanvas(width: number, height: number): { readonly canvas: Canvas; readonly pen: Pen } {
  for (const [family, file] of fonts) if (!GlobalFonts.has(family)) GlobalFonts.registerFromPath(resolve(file), family);
  const canvas = createCanvas(width, height);
  return { canvas, pen: canvas.getContext("2d") };
}
