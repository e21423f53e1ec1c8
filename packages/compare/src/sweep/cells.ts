import type { Plan, PlannedPrompt } from "./plan.ts";

/** One run of a sweep: all that its result depends on, and nothing else. */
export interface Cell {
  /** "c" and the SHA-256 of the cell's content, in hexadecimal. */
  readonly key: string;
  readonly content: CellContent;
}

export interface CellContent {
  /** SHA-256 of the model's files that the run reads, see `modelDigest`. */
  readonly model: string;
  /** That of the draft model, if the decoder requires one. */
  readonly draft: string | null;
  /** The decoder's name and every option that has an effect, and the version of the package that it is of. */
  readonly decoder: {
    readonly name: string;
    readonly options: Readonly<Record<string, number | boolean | string>>;
    readonly version: string;
  };
  readonly prompt: PlannedPrompt;
  readonly seed: number;
  readonly maxNewTokens: number;
  readonly execution: Plan["execution"];
}
