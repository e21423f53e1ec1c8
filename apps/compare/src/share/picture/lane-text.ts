import type { CellState } from "../../trace/cell.ts";
import type { DifferencePart, LaneDifferences } from "../../compare-lanes/lane-differences.ts";
import type { LaneState } from "../../trace/fold.ts";
import { MASK_BODY, spell } from "../../trace/spelling.ts";
import { flow, type Fragment, type Piece } from "./flow.ts";
import type { Palette } from "./palette.ts";
import { fit, type Pen, serif, widthOf, write } from "./pen.ts";
import { drawBehind, drawMarks, drawNotch, inkColor, inkWeight, notchWidth } from "./token-marks.ts";

export const TEXT_SIZE = 18;
export const LINE_HEIGHT = 33;

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
  readonly differs: DifferencePart | undefined;
}

interface ShownLane {
  readonly state: LaneState;
  readonly vocabulary: ReadonlyMap<number, string>;
  readonly differences: LaneDifferences | undefined;
  /** The text after a gap, in an infilling lane. */
  readonly after: unknown;
}

/** The tokens of a lane as flowing text with their marks, and the text after a gap. */
export function laneText(pen: Pen, shown: ShownLane, { width, palette }: { readonly width: number; readonly palette: Palette }): Block {
  const { after } = shown;
  const pieces = [...tokenPieces(pen, shown), ...(typeof after === "string" ? words(` ${after}`, serif(TEXT_SIZE)) : [])];
  const { fragments, lines } = flow(pen, pieces, width);
  return {
    height: lines * LINE_HEIGHT,
    draw(x, y) {
      for (const fragment of fragments) drawBand(pen, fragment, { x, y }, palette);
      for (const fragment of fragments) drawFragment(pen, fragment, { x, y }, palette);
    },
  };
}

interface Look {
  readonly font: string;
  readonly color: string;
  /** In pixels. */
  readonly lineHeight: number;
}

/** A text without marks, of at most `maxLines` lines; an empty text has no height. */
export function plainText(
  pen: Pen,
  text: string,
  { width, look, maxLines }: { readonly width: number; readonly look: Look; readonly maxLines: number },
): Block {
  const { font, color, lineHeight } = look;
  const { fragments, lines } = flow(pen, words(text, font), width);
  const shown = text === "" ? 0 : Math.min(lines, maxLines);
  return {
    height: shown * lineHeight,
    draw(x, y) {
      const last = lines > shown ? fragments.findLast(({ line }) => line === shown - 1) : undefined;
      for (const fragment of fragments) {
        if (fragment.line >= shown) break;
        const ended = fragment === last ? fit(pen, font, `${fragment.text} …`, width - fragment.x) : fragment.text;
        write(pen, ended, { x: x + fragment.x, y: y + (fragment.line + 0.68) * lineHeight, font, color });
      }
    },
  };
}

function tokenPieces(pen: Pen, { state: { cells, undone, passes }, vocabulary, differences }: ShownLane): TokenPiece[] {
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
      differs: differences?.parts[position],
    };
  }).filter((piece) => piece !== undefined);
}

function words(text: string, font: string): TokenPiece[] {
  return Array.from(text.matchAll(/([ \t]*)(\n|[^ \t\n]+)/g), ([, lead, body]) => ({
    lead: lead!,
    body: body!,
    font,
    state: undefined,
    isFresh: false,
    undone: 0,
    differs: undefined,
  }));
}

const BAR = 2;

/** Draws the band behind a token that differs from other lanes, with the space before it, and a bar at each end of a row of such tokens. */
function drawBand(
  pen: Pen,
  { piece, x: left, line, width, isLast }: Fragment<TokenPiece>,
  { x, y }: { readonly x: number; readonly y: number },
  palette: Palette,
): void {
  const { differs, lead, font, after = 0 } = piece;
  if (!differs) return;
  const before = left > 0 && lead !== "" ? widthOf(pen, font, lead) : 0;
  // Whole pixels, so that there are no seams between tokens.
  const start = Math.round(x + left - before);
  const size = Math.round(x + left + width + (isLast ? after : 0)) - start;
  const top = y + line * LINE_HEIGHT + 0.15 * LINE_HEIGHT;
  const height = 0.72 * LINE_HEIGHT;
  pen.fillStyle = palette["differs-soft"];
  pen.fillRect(start, top, size, height);
  pen.fillStyle = palette.differs;
  if (differs === "first" || differs === "only") pen.fillRect(start, top, BAR, height);
  if (differs === "last" || differs === "only") pen.fillRect(start + size - BAR, top, BAR, height);
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
