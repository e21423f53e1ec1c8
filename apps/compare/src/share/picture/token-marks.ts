import type { CellState } from "../../trace/cell.ts";
import type { Palette } from "./palette.ts";
import { type Pen, sans, widthOf, write } from "./pen.ts";

/** The place of a token's text: its left edge, its baseline, its width and the size of its font. */
export interface InkBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly size: number;
}

/** The look of a token's text, with marks as the page's style sheet draws them. */
export function inkColor(state: CellState, palette: Palette): string {
  if (state === "proposed") return palette.muted;
  if (state === "rejected") return palette.undone;
  return state === "revised" ? palette.revised : palette.ink;
}

/** Only the last pass's corrections are bold: marks of earlier passes fade. */
export const inkWeight = (state: CellState, isFresh: boolean): number => (state === "corrected" && isFresh ? 600 : 400);

/** Opacity of the marks of earlier passes. */
export const FADED = { committed: 0.32, corrected: 0.55 };

/** Draws what lies behind a token's text: the tint of one that was unmasked just now or set by the visitor, or the hatching of a mask. */
export function drawBehind(pen: Pen, state: CellState, isFresh: boolean, box: InkBox, palette: Palette): void {
  const { left, top, width, height } = edges(box);
  if ((state === "revealed" && isFresh) || state === "forced") {
    pen.fillStyle = palette[state === "forced" ? "primary-soft" : "committed-soft"];
    pen.fillRect(left, top, width, height);
  }
  if (state !== "masked") return;
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
  pen.strokeStyle = palette["mask-hatch"];
  pen.lineWidth = 2;
  pen.beginPath();
  for (let start = left - height; start < left + width; start += 7) {
    pen.moveTo(start, top + height);
    pen.lineTo(start + height, top);
  }
  pen.stroke();
  pen.restore();
}

/** Draws the lines and boxes around a token's text. Those of committed tokens fade after the pass in which the token changed. */
export function drawMarks(pen: Pen, state: CellState, isFresh: boolean, box: InkBox, palette: Palette): void {
  if (!isFresh && (state === "accepted" || state === "revealed")) pen.globalAlpha = FADED.committed;
  if (!isFresh && state === "corrected") pen.globalAlpha = FADED.corrected;
  drawLines(pen, state, box, palette);
  pen.globalAlpha = 1;
}

function drawLines(pen: Pen, state: CellState, box: InkBox, palette: Palette): void {
  const { x, y, width, size } = box;
  const under = y + 0.24 * size;
  switch (state) {
    case "proposed":
      line(pen, { x, y: under, width }, { color: palette.muted, thickness: 2, dash: [2, 2] });
      break;
    case "accepted":
      line(pen, { x, y: under, width }, { color: palette.committed, thickness: 2 });
      break;
    case "rejected":
      line(pen, { x, y: y - 0.27 * size, width }, { color: palette.undone, thickness: 2 });
      outline(pen, box, { color: palette.undone, thickness: 1, dash: [3, 3] });
      break;
    case "corrected":
      outline(pen, box, { color: palette.corrected, thickness: 1.5 });
      break;
    case "masked":
      outline(pen, box, { color: palette["mask-edge"], thickness: 1, dash: [3, 3] });
      break;
    case "revealed":
      line(pen, { x, y: y - 0.92 * size, width }, { color: palette.committed, thickness: 2 });
      break;
    case "revised":
      line(pen, { x, y: under, width }, { color: palette.revised, thickness: 1.5 });
      line(pen, { x, y: under + 3.5, width }, { color: palette.revised, thickness: 1.5 });
      break;
    case "forced":
      outline(pen, box, { color: palette.primary, thickness: 1.5, dash: [1.5, 2] });
      break;
    case "plain":
      break;
    default:
      state satisfies never;
  }
}

interface Stroke {
  readonly color: string;
  readonly thickness: number;
  readonly dash?: readonly number[];
}

function line(
  pen: Pen,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  { color, thickness, dash = [] }: Stroke,
): void {
  pen.strokeStyle = color;
  pen.lineWidth = thickness;
  pen.setLineDash([...dash]);
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + width, y);
  pen.stroke();
  pen.setLineDash([]);
}

function outline(pen: Pen, box: InkBox, { color, thickness, dash = [] }: Stroke): void {
  const { left, top, width, height } = edges(box);
  pen.strokeStyle = color;
  pen.lineWidth = thickness;
  pen.setLineDash([...dash]);
  // In the middle of pixels, where a thin line is sharp.
  pen.strokeRect(Math.round(left) + 0.5, Math.round(top) + 0.5, Math.round(width), Math.round(height));
  pen.setLineDash([]);
}

function edges({ x, y, width, size }: InkBox) {
  return { left: x - 1, top: y - 0.94 * size, width: width + 2, height: 1.26 * size };
}

const NOTCH_FONT = sans(11, 650);
const NOTCH_SIDE = 7;

/** Returns the width of the notch that says how many tokens were taken back at a position; 0 if none was. */
export function notchWidth(pen: Pen, count: number): number {
  if (count === 0) return 0;
  return 2 + NOTCH_SIDE + (count > 1 ? widthOf(pen, NOTCH_FONT, String(count)) : 0);
}

/** Draws the notch at the right of a token's text. */
export function drawNotch(pen: Pen, count: number, { x, y, width, size }: InkBox, palette: Palette): void {
  if (count === 0) return;
  const left = x + width + 2;
  const top = y - 0.75 * size;
  pen.fillStyle = palette.undone;
  pen.beginPath();
  pen.moveTo(left, top);
  pen.lineTo(left + NOTCH_SIDE, top);
  pen.lineTo(left + NOTCH_SIDE / 2, top + 5);
  pen.closePath();
  pen.fill();
  if (count > 1) write(pen, String(count), { x: left + NOTCH_SIDE, y: top + 6, font: NOTCH_FONT, color: palette.undone });
}
