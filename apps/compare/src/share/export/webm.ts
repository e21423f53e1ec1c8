import {
  BufferTarget,
  CanvasSource,
  getFirstEncodableVideoCodec,
  Output,
  QUALITY_HIGH,
  type VideoCodec,
  WebMOutputFormat,
} from "mediabunny";
import { breathe, type ExportOptions, layoutWidth, type PictureSource, runCanvas } from "./canvas.ts";
import { replayFrames } from "./replay-frames.ts";

const MAX_FRAMES = 1200;
const SIZE = { scale: 1.5, longestSide: 1920, isEven: true };
const CODECS: VideoCodec[] = ["vp9", "vp8"];
const SECONDS_BETWEEN_KEY_FRAMES = 5;

/**
 * Draws the whole replay of a run as a WebM video, at the given speed: every picture with its exact time, as fast as the browser encodes.
 * Rejects with `signal.reason` once aborted.
 * @throws an Error if the browser cannot encode videos of this size.
 */
export async function webmOf(source: PictureSource, speed: number, { signal, onProgress }: ExportOptions): Promise<Blob> {
  const { trace, axis } = source;
  const frames = replayFrames(trace.lanes, { axis, speed, maxFrames: MAX_FRAMES });
  const places = frames.map(({ place }) => place);
  const { canvas, draw } = await runCanvas(source, { ...SIZE, layoutWidth: layoutWidth(trace) }, places);
  const { width, height } = canvas;
  const codec = await getFirstEncodableVideoCodec(CODECS, { width, height });
  if (!codec) throw new Error(`This browser cannot encode a video of ${width} × ${height} pixels.`);
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const video = new CanvasSource(canvas, { codec, quality: QUALITY_HIGH, keyFrameInterval: SECONDS_BETWEEN_KEY_FRAMES });
  output.addVideoTrack(video);
  try {
    await output.start();
    let seconds = 0;
    for (const [index, { place, milliseconds }] of frames.entries()) {
      await breathe(signal);
      draw(place);
      await video.add(seconds, milliseconds / 1000);
      seconds += milliseconds / 1000;
      onProgress((index + 1) / frames.length);
    }
    await output.finalize();
  } catch (error) {
    if (output.state !== "finalized") await output.cancel();
    throw error;
  }
  return new Blob([target.buffer!], { type: "video/webm" });
}
