import { axisLength } from "../../trace/timeline.ts";
import type { Axis } from "../../trace/timeline.ts";
import type { Trace } from "../../trace/trace.ts";
import { layOutRun } from "../draw-run.ts";
import type { Palette } from "../picture/palette.ts";
import { sans, serif } from "../picture/pen.ts";
import { runPicture } from "../run-picture.ts";

/** A run and the colours to draw it in. */
export interface PictureSource {
  readonly trace: Trace;
  readonly axis: Axis;
  readonly palette: Palette;
}

/** Sizes in pixels of the file. */
export interface PictureSize {
  /** Width in pixels of the layout, which the letters are made for. */
  readonly layoutWidth: number;
  /** Pixels of the file per pixel of the layout, where the longest side permits. */
  readonly scale: number;
  readonly longestSide: number;
  /** Whether both sides must be even, as for videos. @defaultValue false */
  readonly isEven?: boolean;
}

/** A canvas that shows any place of a run. */
export interface RunCanvas {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly end: number;
  readonly draw: (place: number) => void;
}

/** Makes a canvas on which all of `places` have the same size. */
export async function runCanvas({ trace, axis, palette }: PictureSource, size: PictureSize, places: readonly number[]): Promise<RunCanvas> {
  await loadFonts();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true })!;
  const end = axisLength(
    trace.lanes.map(({ events }) => events),
    axis,
  );
  const layOut = (place: number, rowHeights?: readonly number[]) =>
    layOutRun(context, runPicture(trace, axis, { place, end }), { width: size.layoutWidth, palette, rowHeights });
  let rowHeights: readonly number[] = [];
  for (const place of places) ({ rowHeights } = layOut(place, rowHeights));
  const { width, height } = layOut(places[0]!, rowHeights);
  const scale = Math.min(size.scale, size.longestSide / Math.max(width, height));
  const unit = size.isEven ? 2 : 1;
  canvas.width = unit * Math.floor((width * scale) / unit);
  canvas.height = unit * Math.floor((height * scale) / unit);
  return {
    canvas,
    context,
    end,
    draw(place) {
      context.setTransform(canvas.width / width, 0, 0, canvas.height / height, 0, 0);
      layOut(place, rowHeights).draw();
    },
  };
}

/** One lane needs less room than several. */
export function layoutWidth({ lanes }: Trace): number {
  return lanes.length === 1 ? 720 : 1080;
}

/** A canvas does not wait for fonts. Without them, it draws in those of the system. */
async function loadFonts(): Promise<void> {
  const fonts = [sans(14), sans(14, 600), sans(14, 650), serif(18), serif(18, 600)];
  await Promise.all(fonts.map((font) => document.fonts.load(font).catch(() => undefined)));
}

/** Lets the page react, and stops if the export was aborted. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal.throwIfAborted();
}

export interface ExportOptions {
  readonly signal: AbortSignal;
  /** Called with the share that is done, in [0, 1]. */
  readonly onProgress: (share: number) => void;
}
