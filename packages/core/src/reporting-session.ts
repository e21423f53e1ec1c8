import type { ForwardEndEvent, ForwardPhase } from "./decoder.ts";
import type { CausalModel, ForwardOptions, Logits, MaskedModel, MaskedSession, ModelRole, ModelSet, Session } from "./model.ts";

/** The roles that a causal model plays. */
export type CausalRole = { [Role in ModelRole]: ModelSet[Role] extends CausalModel ? Role : never }[ModelRole];

/** The roles that a masked model plays. */
export type MaskedRole = { [Role in ModelRole]: ModelSet[Role] extends MaskedModel ? Role : never }[ModelRole];

/** A session whose every pass yields its `forward-end` before it returns the logits. */
export interface ReportingSession {
  readonly session: Session;
  forward(tokens: Int32Array, phase: ForwardPhase, rows?: ForwardOptions["rows"]): AsyncGenerator<ForwardEndEvent, Logits, void>;
  /** One pass over a tree, see `Session.forwardTree`. Only for a session of a model whose `capabilities.tree` is true. */
  forwardTree(tokens: Int32Array, parents: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, Logits, void>;
}

/** A masked session whose every pass yields its `forward-end`: predictions and commits, which also read tokens. */
export interface ReportingMaskedSession {
  readonly session: MaskedSession;
  predict(canvas: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, Logits, void>;
  /** See `MaskedSession.predictLeaveOneOut`. Only for a session that has it. */
  predictLeaveOneOut(canvas: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, Logits, void>;
  commit(tokens: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, void, void>;
}

/** Reports the passes of `session`, which plays the role `model`. Passes reject with the signal's reason once it is aborted. */
export function reportingSession(session: Session, model: CausalRole, signal: AbortSignal | undefined): ReportingSession {
  return new CausalReporter(session, model, signal);
}

/** Like `reportingSession`, for a masked model. */
export function reportingMaskedSession(session: MaskedSession, model: MaskedRole, signal: AbortSignal | undefined): ReportingMaskedSession {
  return {
    session,
    predict: (canvas, phase) => timed(model, phase, canvas.length, () => session.predict(canvas, { signal })),
    predictLeaveOneOut: (canvas, phase) => timed(model, phase, 2 * canvas.length, () => session.predictLeaveOneOut!(canvas, { signal })),
    commit: (tokens, phase) => timed(model, phase, tokens.length, () => session.commit(tokens, { signal })),
  };
}

class CausalReporter implements ReportingSession {
  readonly session: Session;
  readonly #model: CausalRole;
  readonly #signal: AbortSignal | undefined;

  constructor(session: Session, model: CausalRole, signal: AbortSignal | undefined) {
    this.session = session;
    this.#model = model;
    this.#signal = signal;
  }

  forward(tokens: Int32Array, phase: ForwardPhase, rows: ForwardOptions["rows"] = "last"): AsyncGenerator<ForwardEndEvent, Logits, void> {
    return timed(this.#model, phase, tokens.length, () => this.session.forward(tokens, { rows, signal: this.#signal }));
  }

  forwardTree(tokens: Int32Array, parents: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, Logits, void> {
    return timed(this.#model, phase, tokens.length, () => this.session.forwardTree!(tokens, parents, { signal: this.#signal }));
  }
}

async function* timed<Result>(
  model: ModelRole,
  phase: ForwardPhase,
  positions: number,
  pass: () => Promise<Result>,
): AsyncGenerator<ForwardEndEvent, Result, void> {
  const started = performance.now();
  const result = await pass();
  yield { type: "forward-end", model, phase, positions, milliseconds: performance.now() - started };
  return result;
}
