import type { DecodeRun, ForwardEndEvent, ForwardPhase, Logits, ReportingMaskedSession } from "@decodekit/core";
import { type Guidance, guideLogits } from "./guidance.ts";

/** Rows of logits for a canvas, guided where that was asked for. Valid until the next pass. */
export interface CanvasRows {
  /** Writes row `position` to `out`, shape (V,). */
  read(position: number, out: Float32Array): void;
}

/** The sessions behind a decode: one, or with guidance two that differ in the prompt. */
export interface Predictor {
  /** Logits for every position of `canvas`. */
  predict(canvas: Int32Array): AsyncGenerator<ForwardEndEvent, CanvasRows, void>;
  /** Appends `tokens` to the prefix. */
  commit(tokens: Int32Array, phase: ForwardPhase): AsyncGenerator<ForwardEndEvent, void, void>;
}

/** Opens the sessions and reads the prompt. */
export async function* openPredictor(
  run: DecodeRun<"masked">,
  guidance: Guidance | undefined,
): AsyncGenerator<ForwardEndEvent, Predictor, void> {
  const { maskTokenId } = run.models.masked;
  const conditional = await run.openMaskedSession("masked");
  yield* conditional.commit(run.tokens, "prefill");
  if (!guidance) return unguided(conditional);
  const unconditional = await run.openMaskedSession("masked");
  yield* unconditional.commit(new Int32Array(run.tokens.length).fill(maskTokenId), "prefill");
  return guided(conditional, unconditional, guidance);
}

function unguided(session: ReportingMaskedSession): Predictor {
  return {
    async *predict(canvas) {
      const logits = yield* session.predict(canvas, "refine");
      return { read: (position, out) => out.set(logits.row(position)) };
    },
    commit: (tokens, phase) => session.commit(tokens, phase),
  };
}

function guided(conditional: ReportingMaskedSession, unconditional: ReportingMaskedSession, { scale }: Guidance): Predictor {
  return {
    async *predict(canvas) {
      const l: Logits = yield* conditional.predict(canvas, "refine");
      const u: Logits = yield* unconditional.predict(canvas, "refine");
      return { read: (position, out) => guideLogits(out, l.row(position), u.row(position), scale) };
    },
    async *commit(tokens, phase) {
      yield* conditional.commit(tokens, phase);
      yield* unconditional.commit(tokens, phase);
    },
  };
}
