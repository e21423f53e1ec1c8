import { layoutWidth, type PictureSource, runCanvas } from "./canvas.ts";

const LONGEST_SIDE = 8192;

/** Draws a place of a run as a PNG file, at two pixels per pixel of the layout. */
export async function pngOf(source: PictureSource, place: number): Promise<Blob> {
  const size = { layoutWidth: layoutWidth(source.trace), scale: 2, longestSide: LONGEST_SIDE };
  const { canvas, draw } = await runCanvas(source, size, [place]);
  draw(place);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The canvas could not be written as a PNG file."))), "image/png"),
  );
}
