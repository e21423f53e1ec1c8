export type ExecutionChoice = "auto" | "webgpu" | "wasm";

/** What a visitor chose: all that a run depends on. */
export interface Settings {
  /** Name of an embedded model, or the URL of a folder. */
  readonly model: string;
  readonly prompt: string;
  readonly maxNewTokens: number;
  readonly seed: number;
  /** Decoders as on the command line, "top-p:p=0.9"; between 1 and `MOST_LANES`. */
  readonly lanes: readonly string[];
  readonly execution: ExecutionChoice;
}

export const MOST_NEW_TOKENS = 400;
export const LONGEST_PROMPT = 4000;

export const defaultSettings: Settings = {
  model: "stories",
  prompt: "Once upon a time, there was a little fox who wanted to",
  maxNewTokens: 64,
  seed: 0,
  lanes: ["greedy", "speculative:drafter=masked-draft,draftLength=4", "refine:preset=fast-dllm,blockLength=8"],
  execution: "auto",
};
