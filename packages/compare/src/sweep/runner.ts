import type { ModelReport } from "../report.ts";
import type { Cell, ResolvedPlan } from "./cells.ts";
import type { Plan } from "./plan.ts";
import type { CellRecord, FailureRecord, TimingRecord } from "./record.ts";

/** What a process must know of a plan to run its cells. */
export interface Setting extends Pick<Plan, "model" | "decoders" | "plugins" | "execution" | "maxNewTokens" | "maxSeconds"> {
  /** The folder that paths in the plan are relative to. */
  readonly folder: string;
}

/** What is found out about a plan by loading its models. */
export interface ResolvedSetting extends Omit<ResolvedPlan, "plan"> {
  readonly report: ModelReport;
}

/** Digests that a process must find, before it runs a cell. */
export type Expected = Pick<ResolvedPlan, "model" | "draft" | "versions">;

/** Two cells with the same prompt and seed. */
export interface Pair {
  readonly key: string;
  readonly baseline: Cell;
  readonly candidate: Cell;
  readonly rounds: number;
}

/** Runs cells, one at a time or in several processes. */
export interface CellRunner {
  /** How many cells it runs at a time. */
  readonly concurrency: number;
  /** Loads the models, and says what they and the decoders are. Rejects if they cannot be loaded, or cannot run a decoder. */
  resolve(setting: Setting): Promise<ResolvedSetting>;
  /** Runs a cell. A cell that cannot run is a failure and no rejection. Rejects with DigestError if the models or the code are others. */
  run(setting: Setting, expected: Expected, cell: Cell): Promise<CellRecord | FailureRecord>;
  /** Times two cells, which take turns. Nothing else runs meanwhile. */
  time(setting: Setting, expected: Expected, pair: Pair): Promise<TimingRecord | FailureRecord>;
  /** Ends what runs, and frees the models. */
  close(): Promise<void>;
}
