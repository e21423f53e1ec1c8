import type { ForwardEndEvent, ForwardPhase } from "./decoder.ts";
import type { CausalModel, ForwardOptions, Logits, MaskedModel, MaskedSession, ModelRole, ModelSet, RowReads, Session } from "./model.ts";

/** The roles of causal models. */
export type CausalRole = { [Role in ModelRole]: ModelSet[Role] extends CausalModel ? Role : never }[ModelRole];

/** The roles of masked models. */
export type MaskedRole = { [Role in ModelRole]: ModelSet[Role] extends MaskedModel ? Role : never }[ModelRole];

/** A session that yields the `forward-end` of every pass before it returns the logits. */
export interface ReportingSession {
  readonly session: Session;
  forward(
    tokens: Int32Array,
    phase: ForwardPhase,
    rows?: ForwardOptions["rows"],
    reads?: RowReads,
  ): AsyncGenerator<ForwardEndEvent, Logits, void>;
  /** Runs one pass over a tree, see `Session.forwardTree`. Only for a model whose `capabilities.tree` is true. */
  forwardTree(
    tokens: Int32Array,
    parents: Int32Array,
    phase: ForwardPhase,
    reads?: RowReads,
  ): AsyncGenerator<ForwardEndEvent, Logits, void>;
}

/** A masked session that yields the `forward-end` of every pass: of predictions, and of commits, which also read tokens. */
export interface ReportingMaskedSession {
  readonly session: MaskedSession;
  predict(canvas: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, Logits, void>;
  /** See `MaskedSession.predictLeaveOneOut`. Only for a session that has that method. */
  predictLeaveOneOut(canvas: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, Logits, void>;
  commit(tokens: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, void, void>;
}
