import type { Page } from "playwright";

/**
 * Returns the largest difference in any colour channel of any pixel, in [0, 255]; Infinity if the sizes differ. Only uses the canvas of
 * `page`.
 */
export function largestDifference(page: Page, pictures: readonly Buffer[]): Promise<number> {
  return page.evaluate(
    async (sources) => {
      const decode = async (source: string): Promise<ImageData> => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height);
      };
      const [first, second] = [await decode(sources[0]!), await decode(sources[1]!)];
      if (first.width !== second.width || first.height !== second.height) return Infinity;
      return first.data.reduce((most, value, index) => Math.max(most, Math.abs(value - second.data[index]!)), 0);
    },
    pictures.map((picture) => `data:image/png;base64,${picture.toString("base64")}`),
  );
}
