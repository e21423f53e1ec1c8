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

/** A Sudoku of six by six cells and its answer as two squares, side by side. `clues` has "." for an empty cell. */
export function squares(
  pen: Pen,
  { clues, state, vocabulary }: { readonly clues: string; readonly state: LaneState; readonly vocabulary: ReadonlyMap<number, string> },
  { width, palette }: { readonly width: number; readonly palette: Palette },
): Block {
  const cell = Math.min(LARGEST_CELL, Math.floor((width - GAP) / (2 * SIDE)));
  const size = Math.round(0.54 * cell);
  const side = SIDE * cell;
  return {
    height: side + GAP,
    draw(x, y) {
      const top = y + GAP / 2;
      const answer = x + side + GAP;
      drawSquare(pen, { x, y: top, cell }, palette);
      drawSquare(pen, { x: answer, y: top, cell }, palette);
      for (const [position, clue] of Array.from(clues).entries())
        if (clue !== ".")
          write(pen, clue, {
            ...inkBox(pen, position, clue, { x, y: top, cell, font: sans(size) }),
            font: sans(size),
            color: palette.muted,
          });
      for (const [position, shown] of state.cells.entries()) {
        if (!shown || position >= SIDE * SIDE) continue;
        const isMasked = shown.state === "masked";
        const text = isMasked ? "" : (vocabulary.get(shown.token) ?? "").trim();
        const isFresh = shown.changedAt === state.passes;
        const font = sans(size, inkWeight(shown.state, isFresh));
        const box = { ...inkBox(pen, position, isMasked ? "0" : text, { x: answer, y: top, cell, font }), size };
        drawBehind(pen, shown.state, isFresh, box, palette);
        write(pen, text, { ...box, font, color: inkColor(shown.state, palette) });
        drawMarks(pen, shown.state, isFresh, box, palette);
        // Without a number, which would lie over the next cell.
        drawNotch(pen, Math.min(1, state.undone.get(position)?.length ?? 0), box, palette);
      }
    },
  };
}

interface Square {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
}

/** Returns the place of a text in the middle of a cell. */
function inkBox(pen: Pen, position: number, text: string, { x, y, cell, font }: Square & { readonly font: string }) {
  const width = widthOf(pen, font, text);
  const left = x + (position % SIDE) * cell + (cell - width) / 2;
  return { x: left, y: y + Math.floor(position / SIDE) * cell + 0.68 * cell, width };
}

function drawSquare(pen: Pen, { x, y, cell }: Square, palette: Palette): void {
  const side = SIDE * cell;
  for (let index = 0; index <= SIDE; index++) {
    const at = index * cell;
    drawLine(pen, [x, y + at, x + side, y + at], index % BOX_ROWS === 0, palette);
    drawLine(pen, [x + at, y, x + at, y + side], index % BOX_COLUMNS === 0, palette);
  }
}

function drawLine(pen: Pen, [x1, y1, x2, y2]: readonly [number, number, number, number], isEdge: boolean, palette: Palette): void {
  pen.strokeStyle = isEdge ? palette.muted : palette.line;
  pen.lineWidth = isEdge ? 1.5 : 1;
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}
