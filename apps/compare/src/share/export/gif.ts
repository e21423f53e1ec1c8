import { GIFEncoder } from "gifenc";
import { breathe, type ExportOptions, layoutWidth, type PictureSource, runCanvas } from "./canvas.ts";
import { colorIndexer, gifColors } from "./gif-colors.ts";
import { replayFrames } from "./replay-frames.ts";

const MAX_FRAMES = 240;
const LONGEST_SIDE = 1280;

/** Draws the whole replay of a run as a GIF that repeats, at the given speed. Rejects with `signal.reason` once aborted. */
export async function gifOf(source: PictureSource, speed: number, { signal, onProgress }: ExportOptions): Promise<Blob> {
  const { trace, axis, palette } = source;
  const frames = replayFrames(trace.lanes, { axis, speed, maxFrames: MAX_FRAMES });
  const size = { layoutWidth: layoutWidth(trace), scale: 1, longestSide: LONGEST_SIDE };
  const { canvas, context, draw } = await runCanvas(
    source,
    size,
    frames.map(({ place }) => place),
  );
  const { width, height } = canvas;
  const colors = gifColors(palette);
  // Where a picture is as the one before it, it is transparent, which needs next to no space.
  const same = colors.length;
  const table = [...colors, [0, 0, 0] as const];
  const indicesOf = colorIndexer(colors);
  const encoder = GIFEncoder();
  let before: Uint8Array | undefined;
  let time = 0;
  for (const [index, { place, milliseconds }] of frames.entries()) {
    await breathe(signal);
    draw(place);
    const pixels = indicesOf(context.getImageData(0, 0, width, height).data);
    // Delays are in hundredths of a second: what one loses by rounding, the next gains.
    const delay = 10 * (Math.round((time + milliseconds) / 10) - Math.round(time / 10));
    time += milliseconds;
    const options = before ? { transparent: true, transparentIndex: same } : { palette: table };
    encoder.writeFrame(before ? changesOf(pixels, before, same) : pixels, width, height, {
      delay: Math.max(20, delay),
      dispose: 1,
      ...options,
    });
    before = pixels;
    onProgress((index + 1) / frames.length);
  }
  encoder.finish();
  return new Blob([encoder.bytes()], { type: "image/gif" });
}

/** Returns `pixels`, with `same` in place of those that are as in `before`. */
function changesOf(pixels: Uint8Array, before: Uint8Array, same: number): Uint8Array {
  const changes = pixels.slice();
  for (let at = 0; at < changes.length; at++) if (changes[at] === before[at]) changes[at] = same;
  return changes;
}
