import type { ForwardEndEvent, ForwardPhase } from "../contracts/decoder.ts";
import type { ForwardOptions, Logits, MaskedSession, ModelRole, RowReads, Session } from "../contracts/model.ts";
import type { CausalRole, MaskedRole, ReportingMaskedSession, ReportingSession } from "../contracts/reporting-session.ts";

/** Wraps `session` of the role `model` so that it reports its passes, which reject with the signal's reason once it is aborted. */
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

  forward(
    tokens: Int32Array,
    phase: ForwardPhase,
    rows?: ForwardOptions["rows"],
    reads?: RowReads,
  ): AsyncGenerator<ForwardEndEvent, Logits, void> {
    return timed(this.#model, phase, tokens.length, () => this.session.forward(tokens, { rows, reads, signal: this.#signal }));
  }

  forwardTree(
    tokens: Int32Array,
    parents: Int32Array,
    phase: ForwardPhase,
    reads?: RowReads,
  ): AsyncGenerator<ForwardEndEvent, Logits, void> {
    return timed(this.#model, phase, tokens.length, () => this.session.forwardTree!(tokens, parents, { reads, signal: this.#signal }));
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
