/** What drawing needs of a 2D context: that of a canvas of the page, of a worker, or of Node. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | "font"
  | "fillStyle"
  | "strokeStyle"
  | "lineWidth"
  | "globalAlpha"
  | "textAlign"
  | "textBaseline"
  | "fillText"
  | "measureText"
  | "fillRect"
  | "strokeRect"
  | "setLineDash"
  | "beginPath"
  | "closePath"
  | "moveTo"
  | "lineTo"
  | "arc"
  | "rect"
  | "roundRect"
  | "fill"
  | "stroke"
  | "save"
  | "restore"
  | "clip"
  | "setTransform"
>;

const SANS = '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const SERIF = '"Source Serif 4 Variable", "Iowan Old Style", Charter, Georgia, serif';

/** Sizes in pixels. */
export const sans = (size: number, weight = 400): string => `${weight} ${size}px ${SANS}`;
export const serif = (size: number, weight = 400): string => `${weight} ${size}px ${SERIF}`;

const widths = new WeakMap<Pen, Map<string, number>>();

/** Returns the width of a text in pixels. Measured texts are remembered: the frames of a replay share most of them. */
export function widthOf(pen: Pen, font: string, text: string): number {
  const known = widths.get(pen) ?? new Map<string, number>();
  widths.set(pen, known);
  const key = `${font}\n${text}`;
  let width = known.get(key);
  if (width === undefined) {
    pen.font = font;
    known.set(key, (width = pen.measureText(text).width));
  }
  return width;
}

/** Writes one line from the left, or to the right edge for the alignment "right". `y` is the baseline. */
export function write(
  pen: Pen,
  text: string,
  {
    x,
    y,
    font,
    color,
    align = "left",
  }: { readonly x: number; readonly y: number; readonly font: string; readonly color: string; readonly align?: "left" | "right" },
): void {
  pen.font = font;
  pen.fillStyle = color;
  pen.textAlign = align;
  pen.textBaseline = "alphabetic";
  pen.fillText(text, x, y);
}

/** Returns the longest beginning of `text` that fits into `width`, with an ellipsis if anything is left out. */
export function fit(pen: Pen, font: string, text: string, width: number): string {
  if (widthOf(pen, font, text) <= width) return text;
  const characters = Array.from(text);
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (widthOf(pen, font, `${characters.slice(0, middle).join("")}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return `${characters.slice(0, low).join("")}…`;
}
