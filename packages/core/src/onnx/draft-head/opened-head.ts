import type { DraftHead } from "../../contracts/draft-head.ts";

/** A draft head in the runtime. */
export interface OpenedHead {
  readonly head: DraftHead;
  release(): Promise<void>;
}
