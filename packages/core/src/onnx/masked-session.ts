import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import type { CausalModel, ForwardOptions, Logits, MaskedModel, MaskedSession, Session, TokenId } from "../contracts/model.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { type CanvasGraph, type CanvasRows, canvasFeeds } from "./canvas-graph.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { disposeOutputs, runGraphPass } from "./graph-pass.ts";
import { type CachedSequence, sequenceOf } from "./cached-sequence.ts";

/**
 * Creates the masked model of a model that also has a causal graph: every canvas position sees the whole cached prefix and the whole
 * canvas. The prefix is a causal session's cache, so a commit is one causal pass.
 */
export function onnxMaskedModel(graph: CausalGraph, canvas: CanvasGraph, causal: CausalModel): MaskedModel {
  return {
    kind: "masked",
    vocabSize: graph.vocabSize,
    contextLength: graph.contextLength,
    maskTokenId: canvas.maskTokenId,
    async createSession(causalSession) {
      if (graph.disposed) throw new DisposedError("model");
      const shared = causalSession && sequenceOf(causalSession)?.graph === graph ? causalSession : undefined;
      const session = shared ?? (await causal.createSession());
      const sequence = sequenceOf(session)!;
      sequence.usesCanvas = true;
      return maskedSession(sequence, canvas, session, shared);
    },
  };
}

function maskedSession(sequence: CachedSequence, canvas: CanvasGraph, session: Session, causalSession: Session | undefined): MaskedSession {
  const { graph, cache } = sequence;
  let disposed = false;
  const assertUsable = (): void => {
    if (disposed) throw new DisposedError("session");
  };
  const runCanvas = async (
    where: string,
    tokens: Int32Array,
    { signal }: Pick<ForwardOptions, "signal"> = {},
    layOut: (tokens: Int32Array, past: number) => Pick<CanvasRows, "tokens" | "positionOf" | "sees">,
  ): Promise<Logits> => {
    assertUsable();
    signal?.throwIfAborted();
    checkTokens(where, "canvas", tokens, graph.vocabSize);
    if (tokens.length === 0) throw new InvalidOptionError({ where, option: "canvas", expected: "at least 1 token", actual: 0 });
    return sequence.inTurn(async () => {
      const past = cache.length;
      const length = past + tokens.length;
      if (length > graph.contextLength) throw new ContextLengthError(length, graph.contextLength);
      const rows = { ...layOut(tokens, past), mode: "canvas", past } as const;
      const inference = await canvas.open();
      const feeds = () => canvasFeeds(graph, rows);
      const pass = await runGraphPass(graph, { inference, cache, feeds, count: rows.tokens.length, rows: rows.tokens.length, signal });
      disposeOutputs(pass.outputs);
      return pass.logits;
    });
  };
  return {
    get length() {
      return cache.length;
    },
    causalSession,
    predict: (tokens, options) =>
      runCanvas("predict", tokens, options, (shown, past) => ({
        tokens: shown,
        positionOf: (row) => past + row,
        sees: () => true,
      })),
    predictLeaveOneOut: (tokens, options) => runCanvas("predictLeaveOneOut", tokens, options, leaveOneOut(canvas.maskTokenId)),
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
      if (!causalSession) await session.dispose();
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
}

/** The rows of the canvas, and for each position a second, masked row, which sees itself and the whole canvas but its own position. */
function leaveOneOut(maskTokenId: TokenId) {
  return (canvas: Int32Array, past: number): Pick<CanvasRows, "tokens" | "positionOf" | "sees"> => {
    const count = canvas.length;
    const tokens = new Int32Array(2 * count).fill(maskTokenId);
    tokens.set(canvas);
    return {
      tokens,
      positionOf: (row) => past + (row % count),
      sees: (row, other) => (other < count ? other !== row - count : other === row),
    };
  };
}
