import { describeGiven } from "../lab/describe-options.ts";
import { figuresOf } from "../lab/lane-figures.ts";
import { format, letters, texts } from "../texts/texts.ts";
import type { LaneState } from "../trace/fold.ts";
import { cluesOf } from "../compare-lanes/sudoku.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import type { LaneDifferences } from "../compare-lanes/lane-differences.ts";
import { type Block, laneText, LINE_HEIGHT, plainText, TEXT_SIZE } from "./picture/lane-text.ts";
import { drawMarker } from "./picture/marker.ts";
import type { Palette } from "./picture/palette.ts";
import { sudokuSquare } from "./picture/sudoku-square.ts";
import { fit, type Pen, sans, serif, widthOf, write } from "./picture/pen.ts";

/** All lanes of a run at one place of its replay. */
export interface RunPicture {
  readonly trace: Trace;
  /** One per lane. */
  readonly states: readonly LaneState[];
  /** At the right of the title line, such as the place of the replay. */
  readonly caption: string;
  /** Under each lane, such as how it ended. */
  readonly notes: readonly string[];
  /** The tokens that differ from other lanes; empty for a single lane. */
  readonly differences: readonly LaneDifferences[];
  /** What the run shows in a sentence, which has its room before it is told. */
  readonly verdict: { readonly sentence: string; readonly isTold: boolean } | undefined;
}

export interface PictureLayout {
  /** In pixels. */
  readonly width: number;
  readonly palette: Palette;
  /** Heights that the rows of lanes have at least, in pixels, so that the frames of a replay have one height. @defaultValue none */
  readonly rowHeights?: readonly number[] | undefined;
}

/** A picture whose size is known and that can be drawn. */
export interface LaidOutPicture {
  readonly width: number;
  readonly height: number;
  /** Heights of the rows of lanes. */
  readonly rowHeights: readonly number[];
  readonly draw: () => void;
}

const MARGIN = 28;
const GAP = 16;
const PADDING = 18;
const TITLE_HEIGHT = 40;
const HEAD_HEIGHT = 46;
const FIGURES_HEIGHT = 78;
const NOTE_HEIGHT = 26;
const PROMPT_LINES = 3;
const VERDICT_LINES = 4;

/**
 * Lays out the lanes of a run side by side, with the title line and the prompt above them. The height follows from the content; `pen` is
 * used to measure texts, and to draw from the point (0, 0) at the scale that it has.
 */
export function layOutRun(pen: Pen, picture: RunPicture, { width, palette, rowHeights = [] }: PictureLayout): LaidOutPicture {
  const { trace, states } = picture;
  const columns = columnsOf(trace.lanes.length, width);
  const laneWidth = (width - 2 * MARGIN - (columns - 1) * GAP) / columns;
  // A Sudoku is shown as a square in its lanes.
  const prompt = plainText(pen, cluesOf(trace.prompt) ? "" : trace.prompt, {
    width: width - 2 * MARGIN - PADDING,
    look: { font: serif(TEXT_SIZE), color: palette.muted, lineHeight: LINE_HEIGHT },
    maxLines: PROMPT_LINES,
  });
  const verdict = plainText(pen, picture.verdict?.sentence ?? "", {
    width: width - 2 * MARGIN,
    look: { font: sans(20, 600), color: palette.ink, lineHeight: 28 },
    maxLines: VERDICT_LINES,
  });
  const lanes = trace.lanes.map((lane, index) =>
    laneBlock(
      pen,
      {
        lane,
        index,
        state: states[index]!,
        note: picture.notes[index] ?? "",
        differences: picture.differences[index],
        prompt: trace.prompt,
        vocabulary: trace.vocabulary,
      },
      laneWidth,
      palette,
    ),
  );
  const heights = Array.from({ length: Math.ceil(lanes.length / columns) }, (_, row) =>
    Math.max(rowHeights[row] ?? 0, ...lanes.slice(row * columns, (row + 1) * columns).map(({ height }) => height)),
  );
  const roomFor = ({ height }: Block): number => (height > 0 ? height + GAP : 0);
  const sentenceTop = MARGIN + TITLE_HEIGHT + roomFor(prompt);
  const top = sentenceTop + roomFor(verdict);
  const height = Math.ceil(top + heights.reduce((sum, each) => sum + each + GAP, 0) - GAP + MARGIN);
  return {
    width,
    height,
    rowHeights: heights,
    draw() {
      pen.fillStyle = palette.page;
      pen.fillRect(0, 0, width, height);
      drawTitle(pen, picture, width, palette);
      pen.fillStyle = palette["line"];
      pen.fillRect(MARGIN, MARGIN + TITLE_HEIGHT, 3, prompt.height);
      prompt.draw(MARGIN + PADDING, MARGIN + TITLE_HEIGHT, prompt.height);
      if (picture.verdict?.isTold) verdict.draw(MARGIN, sentenceTop, verdict.height);
      for (const [index, lane] of lanes.entries()) {
        const row = Math.floor(index / columns);
        const y = top + heights.slice(0, row).reduce((sum, each) => sum + each + GAP, 0);
        lane.draw(MARGIN + (index % columns) * (laneWidth + GAP), y, heights[row]!);
      }
    },
  };
}

const NARROWEST_LANE = 280;

/** As many lanes per row as fit, in rows of equal length if possible. */
function columnsOf(lanes: number, width: number): number {
  const most = Math.max(1, Math.floor((width - 2 * MARGIN + GAP) / (NARROWEST_LANE + GAP)));
  const rows = Math.ceil(lanes / Math.min(most, 3));
  return Math.ceil(lanes / rows);
}

function drawTitle(pen: Pen, { trace, caption }: RunPicture, width: number, palette: Palette): void {
  const y = MARGIN + 18;
  const title = sans(18, 650);
  const rest = sans(14);
  write(pen, texts.title, { x: MARGIN, y, font: title, color: palette.ink });
  const left = MARGIN + widthOf(pen, title, texts.title) + 14;
  const captionWidth = widthOf(pen, rest, caption);
  const model = fit(pen, rest, trace.model.name, width - MARGIN - captionWidth - 20 - left);
  write(pen, model, { x: left, y, font: rest, color: palette.muted });
  write(pen, caption, { x: width - MARGIN, y, font: rest, color: palette.muted, align: "right" });
}

interface DrawnLane {
  readonly lane: LaneTrace;
  readonly index: number;
  readonly state: LaneState;
  readonly note: string;
  readonly differences: LaneDifferences | undefined;
  readonly prompt: string;
  readonly vocabulary: Trace["vocabulary"];
}

function laneBlock(pen: Pen, drawn: DrawnLane, width: number, palette: Palette): Block {
  const { lane, index, state, note, differences, prompt, vocabulary } = drawn;
  const color = palette[`lane-${index}` as keyof Palette];
  const inner = width - 2 * PADDING;
  const failed = lane.error !== undefined && texts.lane.failed(lane.error);
  const clues = cluesOf(prompt);
  const space = { width: inner, palette };
  const text = failed
    ? plainText(pen, failed, { width: inner, look: { font: serif(TEXT_SIZE), color: palette.error, lineHeight: LINE_HEIGHT }, maxLines: 4 })
    : clues
      ? sudokuSquare(pen, { clues, state, vocabulary }, space)
      : laneText(pen, { state, vocabulary, differences, after: lane.options["after"] }, space);
  return {
    height: PADDING + HEAD_HEIGHT + FIGURES_HEIGHT + text.height + NOTE_HEIGHT + PADDING / 2,
    draw(x, y, height) {
      drawCard(pen, { x, y, width, height }, color, palette);
      const left = x + PADDING;
      drawHead(pen, drawn, { x: left, y: y + PADDING, width: inner, color }, palette);
      drawFigures(pen, drawn, { x: left, y: y + PADDING + HEAD_HEIGHT, width: inner }, palette);
      text.draw(left, y + PADDING + HEAD_HEIGHT + FIGURES_HEIGHT, text.height);
      const font = sans(13);
      write(pen, fit(pen, font, note, inner), { x: left, y: y + height - PADDING, font, color: palette.muted });
    },
  };
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function drawCard(pen: Pen, { x, y, width, height }: Area & { readonly height: number }, color: string, palette: Palette): void {
  pen.fillStyle = palette.panel;
  pen.strokeStyle = palette.line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, 10);
  pen.fill();
  pen.stroke();
  pen.save();
  pen.beginPath();
  pen.roundRect(x, y, width, height, 10);
  pen.clip();
  pen.fillStyle = color;
  pen.fillRect(x, y, width, 3);
  pen.restore();
}

function drawHead(pen: Pen, { lane, index }: DrawnLane, { x, y, width, color }: Area & { readonly color: string }, palette: Palette): void {
  const font = sans(17, 650);
  const letter = letters[index]!;
  drawMarker(pen, index, { x: x + 6, y: y + 8, size: 11, color });
  write(pen, letter, { x: x + 18, y: y + 14, font, color });
  const left = x + 18 + widthOf(pen, font, `${letter} `) + 2;
  write(pen, fit(pen, font, lane.title, x + width - left), { x: left, y: y + 14, font, color: palette.ink });
  const small = sans(13);
  write(pen, fit(pen, small, describeGiven(lane), width), { x, y: y + 34, font: small, color: palette.muted });
}

function drawFigures(pen: Pen, { lane, state }: DrawnLane, { x, y, width }: Area, palette: Palette): void {
  pen.fillStyle = palette.line;
  pen.fillRect(x, y, width, 1);
  pen.fillRect(x, y + FIGURES_HEIGHT - 10, width, 1);
  const figures = mainFigures(lane, state);
  const column = width / figures.length;
  const label = sans(12);
  for (const [index, { name, value, note }] of figures.entries()) {
    const left = x + index * column;
    write(pen, value, { x: left, y: y + 24, font: sans(18, 600), color: palette.ink });
    write(pen, fit(pen, label, name, column - 6), { x: left, y: y + 41, font: label, color: palette.muted });
    write(pen, fit(pen, label, note, column - 6), { x: left, y: y + 57, font: label, color: palette.muted });
  }
}

interface MainFigure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** The three figures that say most about a lane. */
function mainFigures(lane: LaneTrace, state: LaneState): readonly MainFigure[] {
  const t = texts.figures;
  const figures = figuresOf(lane, state, state.finishReason !== undefined);
  const { passes, draftingPasses, draftModelPasses, perPass, tokensPerSecond } = figures;
  const notes = [
    ...(draftingPasses > 0 ? [t.drafting(draftingPasses)] : []),
    ...(draftModelPasses > 0 ? [t.ofDraftModel(draftModelPasses)] : []),
  ];
  return [
    { name: t.passes, value: format.integer(passes), note: notes.join(", ") },
    { name: t.perPass, value: perPass === undefined ? t.none : format.fine(perPass), note: "" },
    { name: t.perSecond, value: tokensPerSecond === undefined ? t.none : format.integer(Math.round(tokensPerSecond)), note: "" },
  ];
}
