import {
  type DecodeContext,
  type ForwardEndEvent,
  type ForwardPhase,
  InvalidOptionError,
  type Logits,
  type ReportingMaskedSession,
} from "@decodekit/core";
import { type Guidance, guideLogits } from "./guidance.ts";

/** Rows of logits for a canvas, guided if `guidance` is set. Valid until the next pass. */
export interface CanvasRows {
  /** Writes row `position` to `out`, shape (V,). */
  read(position: number, out: Float32Array): void;
  /** Writes the row that does not see the token at `position`. Available only if `PredictDetails.leaveOneOut` was set. */
  readLeaveOneOut(position: number, out: Float32Array): void;
}

/** What a pass must return. */
export interface PredictDetails {
  /** Whether to add a row per position that does not see the position's own token. */
  readonly leaveOneOut: boolean;
}

/** The sessions of a decode: one, or with guidance two that differ in the prompt. */
export interface Predictor {
  /** Logits for every position of `canvas`. */
  predict(canvas: Int32Array, details: PredictDetails): AsyncGenerator<ForwardEndEvent, CanvasRows, void>;
  /** Appends `tokens` to the prefix. */
  commit(tokens: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, void, void>;
}

/** Opens the sessions and reads the prompt. */
export async function* openPredictor(
  context: DecodeContext<"masked">,
  guidance: Guidance | undefined,
): AsyncGenerator<ForwardEndEvent, Predictor, void> {
  const { maskTokenId } = context.models.masked;
  const conditional = await context.openMaskedSession("masked");
  yield* conditional.commit(context.tokens, "prefill");
  if (!guidance) return unguided(conditional);
  const unconditional = await context.openMaskedSession("masked");
  yield* unconditional.commit(new Int32Array(context.tokens.length).fill(maskTokenId), "prefill");
  return guided(conditional, unconditional, guidance);
}

function unguided(session: ReportingMaskedSession): Predictor {
  return {
    async *predict(canvas, details) {
      return rowsOf(yield* predictRows(session, canvas, details, "refine"), canvas.length);
    },
    commit: (tokens, phase) => session.commit(tokens, phase),
  };
}

function guided(conditional: ReportingMaskedSession, unconditional: ReportingMaskedSession, { scale }: Guidance): Predictor {
  return {
    async *predict(canvas, details) {
      const l = yield* predictRows(conditional, canvas, details, "refine");
      const u = yield* predictRows(unconditional, canvas, details, "refine");
      const read = (row: number, out: Float32Array): void => guideLogits(out, l.row(row), u.row(row), scale);
      return { read, readLeaveOneOut: (position, out) => read(canvas.length + position, out) };
    },
    async *commit(tokens, phase) {
      yield* conditional.commit(tokens, phase);
      yield* unconditional.commit(tokens, phase);
    },
  };
}

/**
 * Runs one pass over `canvas`. With `leaveOneOut`, adds as many rows that do not see their own token.
 * @throws InvalidOptionError if the model does not support that.
 */
export function predictRows(
  session: ReportingMaskedSession,
  canvas: Int32Array,
  { leaveOneOut }: PredictDetails,
  phase: ForwardPhase,
): AsyncGenerator<ForwardEndEvent, Logits, void> {
  if (!leaveOneOut) return session.predict(canvas, phase);
  if (session.session.predictLeaveOneOut) return session.predictLeaveOneOut(canvas, phase);
  const expected = "able to leave out each token in turn (predictLeaveOneOut), which the revision requires";
  throw new InvalidOptionError({ where: "refine", option: "the masked model", expected, actual: "one that is not" });
}

/** The rows of a canvas of `length` positions that follows `offset` other ones in the pass. */
export function rowsOf(logits: Logits, length: number, offset = 0): CanvasRows {
  return {
    read: (position, out) => out.set(logits.row(offset + position)),
    readLeaveOneOut: (position, out) => out.set(logits.row(2 * offset + length + position)),
  };
}
