type Library = "decodekit" | "transformers.js";

/** What to load and decode. */
export interface Job {
  readonly library: Library;
  readonly folder: string;
  /** Path within the folder. */
  readonly modelFile: string;
  /** Whether its weights lie in a file beside it. */
  readonly externalData: boolean;
  readonly execution: "native" | "wasm";
  readonly prompt: string;
  readonly newTokens: number;
  readonly rewriting: boolean;
}

/** What it cost. */
export interface Cost {
  /** From the call that loads the model to the last token. */
  readonly seconds: number;
  /** From the call that loads the model to the first token. */
  readonly secondsToFirst: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
  readonly tokens: readonly number[];
}
