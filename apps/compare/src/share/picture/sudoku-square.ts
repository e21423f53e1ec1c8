import { conflictsIn } from "../../compare-lanes/sudoku.ts";
import type { Cell } from "../../trace/cell.ts";
import type { LaneState } from "../../trace/fold.ts";
import type { Block } from "./lane-text.ts";
import type { Palette } from "./palette.ts";
import { type Pen, sans, widthOf, write } from "./pen.ts";
import { drawBehind, drawMarks, drawNotch, inkColor, inkWeight } from "./token-marks.ts";

const SIDE = 6;
const BOX_ROWS = 2;
const BOX_COLUMNS = 3;
const GAP = 16;
const LARGEST_CELL = 34;

/**
 * A Sudoku of six by six cells as a square: its clues, with "." for an empty cell, and over them the digits of the answer, of which those that
 * cannot be right together are marked.
 */
export function sudokuSquare(
  pen: Pen,
  { clues, state, vocabulary }: { readonly clues: string; readonly state: LaneState; readonly vocabulary: ReadonlyMap<number, string> },
  { width, palette }: { readonly width: number; readonly palette: Palette },
): Block {
  const cell = Math.min(LARGEST_CELL, Math.floor(width / SIDE));
  const conflicts = new Set(conflictsIn(clues, state.cells, vocabulary));
  return {
    height: SIDE * cell + GAP,
    draw(x, y) {
      const top = y + GAP / 2;
      for (const [position, clue] of Array.from(clues).entries()) {
        const place = { x: x + (position % SIDE) * cell, y: top + Math.floor(position / SIDE) * cell, cell };
        const shown = { isGiven: clue !== ".", isConflict: conflicts.has(position) };
        drawCell(pen, place, shown, palette);
        const digit = state.cells[position];
        if (digit && !(shown.isGiven && digit.state === "masked"))
          drawDigit(pen, place, { ...shown, digit, state, vocabulary, position }, palette);
        else if (shown.isGiven) drawText(pen, clue, place, { font: sans(fontSize(cell), 700), color: palette.ink });
      }
      drawLines(pen, { x, y: top, cell }, palette);
    },
  };
}

const fontSize = (cell: number): number => Math.round(0.54 * cell);

interface CellLook {
  readonly isGiven: boolean;
  readonly isConflict: boolean;
}

function drawCell(pen: Pen, { x, y, cell }: Square, { isGiven, isConflict }: CellLook, palette: Palette): void {
  pen.fillStyle = isConflict ? palette["error-soft"] : isGiven ? palette.line : palette.raised;
  pen.fillRect(x, y, cell, cell);
  if (!isConflict) return;
  const corner = 0.28 * cell;
  pen.fillStyle = palette.error;
  pen.beginPath();
  pen.moveTo(x, y + cell);
  pen.lineTo(x, y + cell - corner);
  pen.lineTo(x + corner, y + cell);
  pen.closePath();
  pen.fill();
}

interface Digit extends CellLook {
  readonly digit: Cell;
  readonly state: LaneState;
  readonly vocabulary: ReadonlyMap<number, string>;
  readonly position: number;
}

function drawDigit(pen: Pen, place: Square, { isGiven, isConflict, digit, state, vocabulary, position }: Digit, palette: Palette): void {
  const isFresh = digit.changedAt === state.passes;
  const isMasked = digit.state === "masked";
  const text = isMasked ? "0" : (vocabulary.get(digit.token) ?? "").trim();
  const size = fontSize(place.cell);
  const font = sans(size, isGiven || isConflict ? 700 : inkWeight(digit.state, isFresh));
  const box = { ...inkBox(pen, text, place, font), size };
  drawBehind(pen, digit.state, isFresh, box, palette);
  if (!isMasked) drawText(pen, text, place, { font, color: isConflict ? palette.error : inkColor(digit.state, palette) });
  drawMarks(pen, digit.state, isFresh, box, palette);
  // Without a number, which would lie over the next cell.
  drawNotch(pen, Math.min(1, state.undone.get(position)?.length ?? 0), box, palette);
}

function drawText(pen: Pen, text: string, place: Square, { font, color }: { readonly font: string; readonly color: string }): void {
  write(pen, text, { ...inkBox(pen, text, place, font), font, color });
}

interface Square {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
}

/** Returns the place of a text in the middle of a cell. */
function inkBox(pen: Pen, text: string, { x, y, cell }: Square, font: string) {
  const width = widthOf(pen, font, text);
  return { x: x + (cell - width) / 2, y: y + 0.68 * cell, width };
}

function drawLines(pen: Pen, { x, y, cell }: Square, palette: Palette): void {
  const side = SIDE * cell;
  for (let index = 0; index <= SIDE; index++) {
    const at = index * cell;
    drawLine(pen, [x, y + at, x + side, y + at], index % BOX_ROWS === 0, palette);
    drawLine(pen, [x + at, y, x + at, y + side], index % BOX_COLUMNS === 0, palette);
  }
}

function drawLine(pen: Pen, [x1, y1, x2, y2]: readonly [number, number, number, number], isEdge: boolean, palette: Palette): void {
  pen.strokeStyle = isEdge ? palette["line-strong"] : palette.line;
  pen.lineWidth = isEdge ? 1.5 : 1;
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}
