/** What to load and decode. */
export interface LoadingJob {
  readonly library: "decodekit" | "transformers.js";
  readonly folder: string;
  /** Path within the folder. */
  readonly modelFile: string;
  readonly execution: "native" | "wasm";
  readonly threads: number;
  readonly prompt: string;
  readonly newTokens: number;
  readonly rewriting: boolean;
}

/** What to load through the hub package, from a server with the hub's URLs. */
export interface HubJob {
  readonly library: "hub";
  readonly endpoint: string;
  readonly repository: string;
  /** Folder of the cache. */
  readonly cache: string;
  readonly modelFile: string;
  readonly execution: "native" | "wasm";
  readonly threads: number;
}

/** What it cost. */
export interface LoadingCost {
  /** From the call that loads the model to the last token, or to the loaded model if nothing is decoded. */
  readonly seconds: number;
  /** From the call that loads the model to the first token. */
  readonly firstTokenSeconds: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
  readonly tokens: readonly number[];
}
