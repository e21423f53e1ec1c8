import type { Dtype } from "@decodekit/core/toolkit";

export type ExecutionChoice = "auto" | "webgpu" | "wasm";

/** The visitor's choices, which define a run. */
export interface Settings {
  /** Name of an embedded model, a repository of the hub ("org/name" or "org/name@revision"), or the URL of a folder. */
  readonly model: string;
  /** Data type of the weights of a model that is not embedded. */
  readonly dtype: Dtype | "auto";
  /** URL of the hub. */
  readonly hub: string;
  readonly prompt: string;
  readonly maxNewTokens: number;
  readonly seed: number;
  /** Between 1 and `MAX_LANES` decoders, as on the command line: "top-p:p=0.9". */
  readonly lanes: readonly string[];
  readonly execution: ExecutionChoice;
}

export const MAX_NEW_TOKENS = 400;
export const MAX_PROMPT_LENGTH = 4000;

export const defaultSettings: Settings = {
  model: "stories",
  dtype: "auto",
  hub: "https://huggingface.co",
  prompt: "Once upon a time, there was a little fox who wanted to",
  maxNewTokens: 64,
  seed: 0,
  lanes: ["greedy", "speculative:drafter=masked-draft,draftLength=4", "fast-dllm:blockLength=8"],
  execution: "auto",
};
