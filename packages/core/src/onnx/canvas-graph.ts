import type { InferenceSession, Tensor } from "onnxruntime-common";
import type { TokenId } from "../contracts/model.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphSignature } from "./graph-signature.ts";
import { idTensor } from "./id-tensor.ts";

/** A score this low has weight 0 after the softmax. It is finite, which some kernels need. */
const UNSEEN = -1e9;

/** Whether a row predicts the next token, or the token at its own position. */
type CanvasMode = "causal" | "canvas";

/**
 * A second graph over the same weights and cache. Its inputs `mode_ids`, `position_ids` and `attention_bias` (1, 1, rows, past + rows),
 * beside `input_ids` and the cache, set each row's mode, position and visible positions.
 */
export interface CanvasGraph {
  /** URL, path or name of the graph, for messages. */
  readonly source: string;
  readonly maskTokenId: TokenId;
  /** Opens the graph when it is first needed. */
  open(): Promise<InferenceSession>;
}

/**
 * While a canvas is in use, up to this many rows of tokens are also read through the canvas graph: two alternating graphs evict each
 * other's weights from the processor's cache, which costs more than both passes of a small model. A longer text, such as a prompt, would
 * need a large mask.
 */
export const MAX_SHARED_ROWS = 64;

export const CANVAS_INPUTS = ["mode_ids", "attention_bias"] as const;

/** The rows of one pass through a canvas graph. */
export interface CanvasRows {
  readonly tokens: Int32Array;
  readonly mode: CanvasMode;
  /** Number of cached positions, all of which every row sees. */
  readonly past: number;
  positionOf(row: number): number;
  /** Returns whether `row` sees row `other` of the same pass. */
  sees(row: number, other: number): boolean;
}

/** The members of the causal graph that the inputs of its canvas graph depend on. */
interface CanvasInputs {
  readonly runtime: Pick<Runtime, "ort">;
  readonly signature: Pick<GraphSignature, "idType">;
}

/** Returns consecutive rows of the causal stream, as the causal graph would read them. */
export function causalRows(tokens: Int32Array, past: number): CanvasRows {
  return { tokens, mode: "causal", past, positionOf: (row) => past + row, sees: (row, other) => other <= row };
}

/** Returns the inputs of a pass over `rows`, without the cache. */
export function canvasFeeds(graph: CanvasInputs, rows: CanvasRows): Record<string, Tensor> {
  const { ort } = graph.runtime;
  const { idType } = graph.signature;
  const { tokens, mode, past } = rows;
  const count = tokens.length;
  const bias = new Float32Array(count * (past + count));
  for (let row = 0; row < count; row++) {
    const first = row * (past + count) + past;
    for (let other = 0; other < count; other++) if (!rows.sees(row, other)) bias[first + other] = UNSEEN;
  }
  return {
    input_ids: idTensor(ort, idType, count, (row) => tokens[row]!),
    mode_ids: idTensor(ort, idType, count, () => (mode === "canvas" ? 1 : 0)),
    position_ids: idTensor(ort, idType, count, (row) => rows.positionOf(row)),
    attention_bias: new ort.Tensor("float32", bias, [1, 1, count, past + count]),
  };
}
