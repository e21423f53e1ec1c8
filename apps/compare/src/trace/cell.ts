import type { ForwardPhase, ModelRole, TokenId } from "@decodekit/core";

/**
 * The state of a position. Not final: "masked", "proposed", "revealed", "revised", "accepted" or "rejected". Final: "plain" (predicted by
 * the model without a draft), "accepted" (an accepted draft token), "corrected" (replaces a rejected draft token), "revealed" (unmasked by
 * refinement), "revised" (replaced after it had been shown) or "forced" (chosen by the visitor before the run).
 */
export type CellState = "forced" | "masked" | "proposed" | "accepted" | "rejected" | "plain" | "corrected" | "revealed" | "revised";

/** The source of a token: a model in some phase, a drafter without a model, or the visitor. */
export interface Proposer {
  readonly model: ModelRole | "none";
  readonly phase: ForwardPhase | "lookup" | "forced";
}

export interface Cell {
  readonly token: TokenId;
  readonly state: CellState;
  readonly isFinal: boolean;
  /** Number of the pass, from 1, that the token followed. */
  readonly pass: number;
  /** Number of the pass after which the state last changed. */
  readonly changedAt: number;
  readonly by: Proposer;
  /** As reported in the event, if it was. */
  readonly probability: number | undefined;
}

/** A token that had been shown at a position and was taken back. */
export interface UndoneToken extends Omit<Cell, "state" | "isFinal" | "changedAt"> {
  readonly why: "rejected" | "replaced";
  readonly undoneAtPass: number;
}
