import type { Palette } from "../picture/palette.ts";
import { FADED } from "../picture/token-marks.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

/** Shares of a colour that the edges of letters and lines have over their background. */
const SHARES = [1, 2, 3, 4, 5].map((step) => step / 6);
/** The backgrounds other than panels, and the colours that are drawn over each beside those of text. */
const BACKGROUNDS = {
  page: ["line"],
  "committed-soft": ["committed"],
  "primary-soft": ["primary"],
  "differs-soft": ["undone", "revised"],
  "error-soft": ["error"],
  raised: ["committed", "revised", "undone"],
  line: [],
} as const satisfies Partial<Record<keyof Palette, readonly (keyof Palette)[]>>;

/**
 * Returns at most 255 colours for the pictures of a palette: its own, and mixtures with the backgrounds for smooth edges. They are the same
 * for all pictures, so that a GIF needs one table and its still parts do not flicker.
 */
export function gifColors(palette: Palette): Rgb[] {
  const own = Object.values(palette).map(rgbOf);
  const faded = [mix(palette.panel, palette.committed, FADED.committed), mix(palette.panel, palette.corrected, FADED.corrected)];
  const onPanel = Object.entries(palette).flatMap(([name, color]) => (name in BACKGROUNDS || name === "panel" ? [] : [color]));
  const mixtures = [
    ...onPanel.flatMap((color) => mixed(color, palette.panel)),
    ...Object.entries(BACKGROUNDS).flatMap(([background, colors]) =>
      [palette.ink, palette.muted, ...colors.map((name) => palette[name])].flatMap((color) =>
        mixed(color, palette[background as keyof Palette]),
      ),
    ),
  ];
  return [...new Map([...own, ...faded, ...mixtures].map((color) => [color.join(), color])).values()].slice(0, 255);
}

function mixed(color: string, background: string): Rgb[] {
  return SHARES.map((share) => mix(background, color, share));
}

/** Returns the colour of `share` of one colour over another. */
function mix(background: string, color: string, share: number): Rgb {
  const [from, to] = [rgbOf(background), rgbOf(color)];
  return from.map((value, channel) => Math.round(value + share * (to[channel]! - value))) as unknown as Rgb;
}

/** Reads "#rrggbb" and "rgb(r, g, b)". */
function rgbOf(color: string): Rgb {
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(color);
  const decimal = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(color);
  const channels = hex ? hex.slice(1).map((digits) => Number.parseInt(digits, 16)) : decimal?.slice(1).map(Number);
  if (!channels) throw new Error(`unreachable: ${color} is not a colour of the palette.`);
  return channels as unknown as Rgb;
}

/** Returns a function that finds, for each pixel of four bytes, the index of the nearest of `colors`. */
export function colorIndexer(colors: readonly Rgb[]): (rgba: Uint8ClampedArray) => Uint8Array {
  const known = new Map<number, number>();
  return (rgba) => {
    const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength / 4);
    const indices = new Uint8Array(pixels.length);
    let last = -1;
    let index = 0;
    for (let at = 0; at < pixels.length; at++) {
      const pixel = pixels[at]!;
      // Neighbours are mostly alike.
      if (pixel !== last) {
        last = pixel;
        const found = known.get(pixel);
        index = found ?? nearest(colors, [rgba[4 * at]!, rgba[4 * at + 1]!, rgba[4 * at + 2]!]);
        if (found === undefined) known.set(pixel, index);
      }
      indices[at] = index;
    }
    return indices;
  };
}

function nearest(colors: readonly Rgb[], [red, green, blue]: Rgb): number {
  let best = 0;
  let least = Infinity;
  for (const [index, [r, g, b]] of colors.entries()) {
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}
