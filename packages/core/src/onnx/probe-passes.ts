import type { Logits, Session } from "../contracts/model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { createOnnxSession } from "./onnx-session.ts";

/** What two short passes of a graph have shown. */
export interface PassProbe {
  /** Whether rows of a pass over several tokens and a cached prefix are those of a pass without a prefix. */
  readonly multiTokenPasses: boolean;
  /** Why not, if so. */
  readonly reason?: string;
}

/** How far a row may be from the same row of another pass, relative to its norm, however near other rows are. */
const ROUNDING = 1e-2;

/**
 * Reads three tokens in one pass and the last two again over the first, both times for the logits of the last two. Each of these rows
 * must be nearest to itself: rounding, also of 8-bit products, moves a row by less than rows differ, unlike a row of another token, or one
 * that saw other tokens. Leaves the graph as it was.
 * @throws what the first pass threw: the graph cannot be run.
 */
export async function probePasses(graph: CausalGraph, signal?: AbortSignal): Promise<PassProbe> {
  const tokens = Int32Array.of(0, 1, 2).map((token) => token % graph.vocabSize);
  if (graph.contextLength < tokens.length) return { multiTokenPasses: true };
  const session = createOnnxSession(graph);
  try {
    const whole = copyRows(await session.forward(tokens, { rows: 2, signal }));
    const again = await readAgain(session, tokens, signal);
    if (typeof again === "string") return { multiTokenPasses: false, reason: again };
    const isSame = whole.every((row, index) => isNearest(row, again, index));
    return isSame ? { multiTokenPasses: true } : { multiTokenPasses: false, reason: "its logits are not those of a pass without a prefix" };
  } finally {
    await session.dispose();
  }
}

/** Returns the rows of the last two tokens over the first, or why they could not be computed. */
async function readAgain(session: Session, tokens: Int32Array, signal: AbortSignal | undefined): Promise<readonly Float32Array[] | string> {
  await session.rewindTo(1);
  try {
    return copyRows(await session.forward(tokens.subarray(1), { rows: 2, signal }));
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

function copyRows(logits: Logits): readonly Float32Array[] {
  return Array.from({ length: logits.rows }, (_, index) => logits.row(index).slice());
}

function isNearest(row: Float32Array, candidates: readonly Float32Array[], own: number): boolean {
  const distances = candidates.map((candidate) => distance(row, candidate));
  const others = distances.filter((_, index) => index !== own);
  return distances[own]! <= ROUNDING * norm(row) || others.every((other) => distances[own]! < other);
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value === b[index] ? 0 : (value - b[index]!) ** 2), 0));
}

function norm(row: Float32Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
}
