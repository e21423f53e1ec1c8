import type { CellState } from "../../trace/cell.ts";
import type { LaneState } from "../../trace/fold.ts";
import { MASK_BODY, spell } from "../../trace/spelling.ts";
import { flow, type Fragment, type Piece } from "./flow.ts";
import type { Palette } from "./palette.ts";
import { fit, type Pen, serif, widthOf, write } from "./pen.ts";
import { drawBehind, drawMarks, drawNotch, inkColor, inkWeight, notchWidth } from "./token-marks.ts";

export const TEXT_SIZE = 18;
const LINE_HEIGHT = 33;

/** A part of a picture with a height of its own, or more where its neighbour needs more. */
export interface Block {
  readonly height: number;
  /** Draws the block with its upper left corner at (x, y). */
  readonly draw: (x: number, y: number, height: number) => void;
}

interface TokenPiece extends Piece {
  /** Undefined for the prompt and the text after a gap. */
  readonly state: CellState | undefined;
  readonly isFresh: boolean;
  readonly undone: number;
}

/** The tokens of a lane as flowing text with their marks, and the text after a gap. */
export function laneText(
  pen: Pen,
  { state, vocabulary, after }: { readonly state: LaneState; readonly vocabulary: ReadonlyMap<number, string>; readonly after: unknown },
  { width, palette }: { readonly width: number; readonly palette: Palette },
): Block {
  const pieces = [...tokenPieces(pen, state, vocabulary), ...(typeof after === "string" ? words(` ${after}`) : [])];
  const { fragments, lines } = flow(pen, pieces, width);
  return {
    height: lines * LINE_HEIGHT,
    draw(x, y) {
      for (const fragment of fragments) drawFragment(pen, fragment, { x, y }, palette);
    },
  };
}

/** A plain text in the colour of prompts, of at most `maxLines` lines. */
export function plainText(
  pen: Pen,
  text: string,
  { width, palette, maxLines }: { readonly width: number; readonly palette: Palette; readonly maxLines: number },
): Block {
  const { fragments, lines } = flow(pen, words(text), width);
  const shown = text === "" ? 0 : Math.min(lines, maxLines);
  return {
    height: shown * LINE_HEIGHT,
    draw(x, y) {
      const last = lines > shown ? fragments.findLast(({ line }) => line === shown - 1) : undefined;
      for (const fragment of fragments) {
        if (fragment.line >= shown) break;
        const { piece, text: own, x: left } = fragment;
        const ended = fragment === last ? { ...fragment, text: fit(pen, piece.font, `${own} …`, width - left) } : fragment;
        drawFragment(pen, ended, { x, y }, palette);
      }
    },
  };
}

function tokenPieces(pen: Pen, { cells, undone, passes }: LaneState, vocabulary: ReadonlyMap<number, string>): TokenPiece[] {
  const length = Math.max(cells.length, 0, ...[...undone.keys()].map((position) => position + 1));
  return Array.from({ length }, (_, position): TokenPiece | undefined => {
    const cell = cells[position];
    const count = undone.get(position)?.length ?? 0;
    if (!cell && count === 0) return undefined;
    const isMasked = cell?.state === "masked";
    const { space, body, end } = cell ? spell(vocabulary.get(cell.token), isMasked) : { space: "", body: "", end: "" };
    const isFresh = cell?.changedAt === passes;
    const font = serif(TEXT_SIZE, inkWeight(cell?.state ?? "plain", isFresh));
    return {
      lead: space,
      body: body + end,
      font,
      after: notchWidth(pen, count),
      // A fixed width: fonts differ in whether they have the digit space. A place of which only the notch is left has no width.
      width: isMasked ? widthOf(pen, font, "0".repeat(MASK_BODY.length)) : cell ? undefined : 0,
      state: cell?.state,
      isFresh,
      undone: count,
    };
  }).filter((piece) => piece !== undefined);
}

function words(text: string): TokenPiece[] {
  return Array.from(text.matchAll(/([ \t]*)(\n|[^ \t\n]+)/g), ([, lead, body]) => ({
    lead: lead!,
    body: body!,
    font: serif(TEXT_SIZE),
    state: undefined,
    isFresh: false,
    undone: 0,
  }));
}

function drawFragment(
  pen: Pen,
  { piece, text, x: left, line, width, isLast }: Fragment<TokenPiece>,
  { x, y }: { readonly x: number; readonly y: number },
  palette: Palette,
): void {
  const { state, isFresh, undone, font } = piece;
  const box = { x: x + left, y: y + line * LINE_HEIGHT + 0.5 * LINE_HEIGHT + 0.32 * TEXT_SIZE, width, size: TEXT_SIZE };
  const isToken = state !== undefined && width > 0;
  if (isToken) drawBehind(pen, state, isFresh, box, palette);
  if (state !== "masked") write(pen, text, { ...box, font, color: state ? inkColor(state, palette) : palette.muted });
  if (isToken) drawMarks(pen, state, isFresh, box, palette);
  if (isLast) drawNotch(pen, undone, box, palette);
}
