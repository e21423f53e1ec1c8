import type { BrowserContext, Page } from "playwright";
import type { DistServer } from "./serve-dist.ts";

/*
 * Reads exported files with the browser's own decoders, in the page.
 */

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Every colour that occurs, as "#rrggbb". */
  readonly colors: readonly string[];
}

/** Decodes a picture. */
export function pictureOf(page: Page, file: Buffer): Promise<Picture> {
  return page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const colors = new Set<number>();
      for (let at = 0; at < data.length; at += 4) colors.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
      return {
        width: image.width,
        height: image.height,
        colors: [...colors].map((color) => `#${color.toString(16).padStart(6, "0")}`),
      };
    },
    `data:image/png;base64,${file.toString("base64")}`,
  );
}

interface Animation {
  readonly count: number;
  readonly milliseconds: number;
  readonly repeats: boolean;
  readonly width: number;
  /** Whether the first and the last picture differ. */
  readonly differing: boolean;
}

/** Decodes every picture of a GIF. */
export function animationOf(page: Page, file: Buffer): Promise<Animation> {
  return page.evaluate(async (base64) => {
    const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const decoder = new ImageDecoder({ data, type: "image/gif" });
    await decoder.tracks.ready;
    await decoder.completed;
    const { frameCount, repetitionCount } = decoder.tracks.selectedTrack!;
    let microseconds = 0;
    let width = 0;
    const pictures: string[] = [];
    for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
      const { image } = await decoder.decode({ frameIndex });
      microseconds += image.duration ?? 0;
      width = image.displayWidth;
      const context = new OffscreenCanvas(image.displayWidth, image.displayHeight).getContext("2d")!;
      context.drawImage(image, 0, 0);
      if (frameIndex === 0 || frameIndex === frameCount - 1)
        pictures.push(context.getImageData(0, 0, image.displayWidth, image.displayHeight).data.join());
      image.close();
    }
    return {
      count: frameCount,
      milliseconds: microseconds / 1000,
      repeats: repetitionCount === Infinity,
      width,
      differing: pictures[0] !== pictures[1],
    };
  }, file.toString("base64"));
}

interface Video {
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
  /** Whether the first picture and one near the end differ. */
  readonly differing: boolean;
}

/** Plays a video, in a page of its own: the app's own policy has no media. */
export async function videoOf(context: BrowserContext, server: DistServer, file: Buffer): Promise<Video> {
  server.override("/video.html", "<!doctype html><title>Video</title><video muted></video>", "text/html");
  const page = await context.newPage();
  await page.goto(`${server.url}video.html`);
  const video = await page.evaluate(async (base64) => {
    const element = document.querySelector("video")!;
    const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    element.src = URL.createObjectURL(new Blob([data], { type: "video/webm" }));
    await new Promise((resolve, reject) => {
      element.addEventListener("loadeddata", resolve);
      element.addEventListener("error", () => reject(new Error(element.error?.message)));
    });
    const { videoWidth: width, videoHeight: height, duration: seconds } = element;
    const pen = new OffscreenCanvas(width, height).getContext("2d")!;
    const pictureAt = async (time: number): Promise<string> => {
      const sought = new Promise((resolve) => element.addEventListener("seeked", resolve, { once: true }));
      element.currentTime = time;
      await sought;
      return picture();
    };
    const picture = (): string => {
      pen.drawImage(element, 0, 0);
      return pen.getImageData(0, 0, width, height).data.join();
    };
    const first = await pictureAt(0);
    let last = await pictureAt(seconds - 0.5);
    // On a busy machine the picture before is still drawn for a while after the seek has ended.
    for (const started = performance.now(); last === first && performance.now() - started < 10_000;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      last = picture();
    }
    return { seconds, width, height, differing: last !== first };
  }, file.toString("base64"));
  await page.close();
  return video;
}
