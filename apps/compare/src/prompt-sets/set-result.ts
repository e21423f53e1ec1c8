import type { Environment, ModelReport } from "@decodekit/compare";
import type { PluginOptionValues } from "@decodekit/core";
import type { Settings } from "../url/settings.ts";
import type { PromptSet } from "./prompt-set.ts";
import type { PromptSetRuns } from "./run-prompt-set.ts";

export interface SetLane {
  /** As on the command line. */
  readonly specification: string;
  readonly title: string;
  readonly decoder: string;
  /** Every option that has an effect, including defaults. */
  readonly options: PluginOptionValues;
}

/** The runs of a prompt set and their conditions. Times are comparable only within one result. */
export interface PromptSetResult extends PromptSetRuns {
  readonly set: PromptSet;
  /** Whether each prompt was sent as a message, with the model's chat template. */
  readonly asMessages: boolean;
  /** The settings of the run; its prompt is not used. */
  readonly settings: Settings;
  readonly lanes: readonly SetLane[];
  readonly model: ModelReport;
  readonly environment: Environment;
  readonly versions: Readonly<Record<"decodekit" | "onnxruntime-web", string>>;
  readonly isIsolated: boolean;
  /** Smallest step of the clock, in milliseconds. */
  readonly tickMilliseconds: number;
}
