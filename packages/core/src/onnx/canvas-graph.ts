import type { InferenceSession, Tensor } from "onnxruntime-common";
import type { TokenId } from "../model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { idTensor } from "./id-tensor.ts";

/** A score this low has weight 0 after the softmax, and is finite, which some kernels need. */
const UNSEEN = -1e9;

/** Which of the network's two jobs a row does: predict the next token, or the token at its own place. */
type CanvasMode = "causal" | "canvas";

/**
 * A second graph over the same weights and the same cache, which is told for every row its place, its job and what it
 * sees: inputs `mode_ids`, `position_ids` and `attention_bias` (1, 1, rows, past + rows) beside `input_ids` and the cache.
 */
export interface CanvasGraph {
  readonly maskTokenId: TokenId;
  /** Opens the graph when it is first needed. */
  open(): Promise<InferenceSession>;
}

/**
 * Up to so many rows a sequence whose canvas is in use reads its tokens through the canvas graph too: two graphs that take turns
 * push each other's weights out of the processor's cache, which costs more than both passes of a small model. A longer
 * text, a prompt above all, would need a mask that is large.
 */
export const MOST_SHARED_ROWS = 64;

export const CANVAS_INPUTS = ["mode_ids", "attention_bias"] as const;

/** The rows of one pass through a canvas graph. */
export interface CanvasRows {
  readonly tokens: Int32Array;
  readonly mode: CanvasMode;
  /** Cached positions, all of which every row sees. */
  readonly past: number;
  positionOf(row: number): number;
  /** Whether `row` sees row `other` of the same pass. */
  sees(row: number, other: number): boolean;
}

/** Rows of the causal stream, one after another: what the causal graph would do with them. */
export function causalRows(tokens: Int32Array, past: number): CanvasRows {
  return { tokens, mode: "causal", past, positionOf: (row) => past + row, sees: (row, other) => other <= row };
}

export function canvasFeeds({ runtime: { ort }, signature }: CausalGraph, rows: CanvasRows): Record<string, Tensor> {
  const { tokens, mode, past } = rows;
  const count = tokens.length;
  const bias = new Float32Array(count * (past + count));
  for (let row = 0; row < count; row++) {
    const first = row * (past + count) + past;
    for (let other = 0; other < count; other++) if (!rows.sees(row, other)) bias[first + other] = UNSEEN;
  }
  return {
    input_ids: idTensor(ort, signature.idType, count, (row) => tokens[row]!),
    mode_ids: idTensor(ort, signature.idType, count, () => (mode === "canvas" ? 1 : 0)),
    position_ids: idTensor(ort, signature.idType, count, (row) => rows.positionOf(row)),
    attention_bias: new ort.Tensor("float32", bias, [1, 1, count, past + count]),
  };
}
