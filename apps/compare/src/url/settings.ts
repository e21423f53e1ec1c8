import type { TokenId } from "@decodekit/core";
import type { Dtype } from "@decodekit/core/toolkit";

export type ChatChoice = "auto" | "on" | "off";
export type ExecutionChoice = "auto" | "webgpu" | "wasm";

/** One lane: a decoder, and optionally the first tokens of its output. */
export interface LaneSettings {
  /** As on the command line: "top-p:p=0.9". */
  readonly decoder: string;
  /** Tokens that the output starts with; the decoder continues after them. */
  readonly start?: readonly TokenId[] | undefined;
}

/** The visitor's choices, which define a run. */
export interface Settings {
  /**
   * Name of an embedded model, a repository of the hub ("org/name" or "org/name@revision"), the URL of a folder, or "local:" and a name for
   * files that the visitor chooses.
   */
  readonly model: string;
  /** Data type of the weights of a model that is not embedded. */
  readonly dtype: Dtype | "auto";
  /** Path of the model file within the model's folder, in place of one of `dtype`; "" for none. */
  readonly modelFile: string;
  /** URL of the hub. */
  readonly hub: string;
  /** A cheaper model with the same vocabulary, named as `model` is; "" for none, or for that of an embedded model. */
  readonly draftModel: string;
  readonly prompt: string;
  /** Whether the prompt is a message of a chat: by default if the model has a chat template. */
  readonly chat: ChatChoice;
  /** System message of the chat; "" for none. */
  readonly system: string;
  readonly maxNewTokens: number;
  readonly seed: number;
  /** Between 1 and `MAX_LANES`. */
  readonly lanes: readonly LaneSettings[];
  readonly execution: ExecutionChoice;
}

export const MAX_NEW_TOKENS = 400;
export const MAX_PROMPT_LENGTH = 4000;

/** Before the name of a model that is read from local files. */
export const LOCAL = "local:";

/** Makes lanes of decoders without forced tokens. */
export function lanesOf(...decoders: readonly string[]): readonly LaneSettings[] {
  return decoders.map((decoder) => ({ decoder }));
}

export const defaultSettings: Settings = {
  model: "stories",
  dtype: "auto",
  modelFile: "",
  hub: "https://huggingface.co",
  draftModel: "",
  prompt:
    "Lily had a red ball. One day, Lily lost her ball. She was very sad. Her mom said, " +
    '"Do not cry, Lily. We will find it."<|edit|> rename Lily to Anna<|edit|>',
  chat: "auto",
  system: "",
  maxNewTokens: 35,
  seed: 0,
  lanes: lanesOf("greedy", "speculative:drafter=prompt-lookup,draftLength=8", "judged-tree:natsPerToken=0,rowCost=0.1"),
  execution: "auto",
};

/** Whether two lanes produce the same run. */
export function isSameLane(a: LaneSettings, b: LaneSettings): boolean {
  return a.decoder === b.decoder && (a.start ?? []).join() === (b.start ?? []).join();
}
