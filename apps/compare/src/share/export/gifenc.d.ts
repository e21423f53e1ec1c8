/** The parts of gifenc that are used here; the package has no types. */
declare module "gifenc" {
  type Color = readonly [red: number, green: number, blue: number];

  interface FrameOptions {
    /** The table of all frames, for the first one. */
    readonly palette?: readonly Color[];
    /** In milliseconds. */
    readonly delay?: number;
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** What becomes of the frame: 1 lets it stand. */
    readonly dispose?: number;
  }

  interface Encoder {
    /** `pixels` are indices of the table, row by row. */
    writeFrame(pixels: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  }

  export function GIFEncoder(): Encoder;
}
