import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import type { CausalModel, MaskedModel, MaskedSession, Session } from "../model.ts";
import { checkTokens } from "../run-decode.ts";
import { type CanvasGraph, canvasFeeds } from "./canvas-graph.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { disposeOutputs, runGraphPass } from "./graph-pass.ts";
import { type Sequence, sequenceOf } from "./sequence.ts";

/**
 * The canvas stream of a model that also has a causal one: every canvas position sees the whole cached prefix and the
 * whole canvas. The prefix is a causal session's own cache, so committing is one causal pass.
 */
export function onnxMaskedModel(graph: CausalGraph, canvas: CanvasGraph, causal: CausalModel): MaskedModel {
  return {
    kind: "masked",
    vocabSize: graph.vocabSize,
    contextLength: graph.contextLength,
    maskTokenId: canvas.maskTokenId,
    async createSession(over) {
      if (graph.disposed) throw new DisposedError("model");
      const session = over ?? (await causal.createSession());
      const sequence = sequenceOf(session);
      if (sequence?.graph !== graph) {
        const expected = "a session of the causal model that shares this model's weights";
        throw new InvalidOptionError({ where: "createSession", option: "over", expected, actual: "another session" });
      }
      sequence.usesCanvas = true;
      return maskedSession(sequence, canvas, session, over === undefined);
    },
  };
}

function maskedSession(sequence: Sequence, canvas: CanvasGraph, session: Session, isOwner: boolean): MaskedSession {
  const { graph, cache } = sequence;
  let disposed = false;
  const assertUsable = (): void => {
    if (disposed) throw new DisposedError("session");
  };
  return {
    get length() {
      return cache.length;
    },
    async predict(tokens, { signal } = {}) {
      assertUsable();
      signal?.throwIfAborted();
      checkTokens("predict", "canvas", tokens, graph.vocabSize);
      if (tokens.length === 0)
        throw new InvalidOptionError({ where: "predict", option: "canvas", expected: "at least 1 token", actual: 0 });
      return sequence.inTurn(async () => {
        const past = cache.length;
        const length = past + tokens.length;
        if (length > graph.contextLength) throw new ContextLengthError(length, graph.contextLength);
        const rows = { tokens, mode: "canvas", past, positionOf: (row: number) => past + row, sees: () => true } as const;
        const inference = await canvas.open();
        const pass = await runGraphPass(graph, { inference, cache, feeds: () => canvasFeeds(graph, rows), rows: tokens.length, signal });
        disposeOutputs(pass.outputs);
        return pass.logits;
      });
    },
    async commit(tokens, options = {}) {
      assertUsable();
      await session.forward(tokens, { ...options, rows: 1 });
    },
    async rewindTo(length) {
      assertUsable();
      await session.rewindTo(length);
    },
    async dispose() {
      disposed = true;
      if (isOwner) await session.dispose();
    },
  };
}
