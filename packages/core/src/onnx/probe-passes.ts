import type { Logits, Session } from "../contracts/model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { createOnnxSession } from "./onnx-session.ts";

/**
 * What short passes of a graph have shown: "equal" if the rows of a pass over a cached prefix are those of a pass without one; "different"
 * if they are not; "failed" if the graph cannot return several rows, or cannot read several tokens over a prefix, with the reason.
 */
export type PassProbe = { readonly rows: "equal" | "different" } | { readonly rows: "failed"; readonly reason: string };

/** How far a row may be from the same row of another pass by rounding, relative to its norm. */
const ROUNDING = 1e-2;

/**
 * Reads three tokens, and the last two once more over the first, both times for the rows of the last two. Each must be equal to its own up
 * to rounding, or nearer to its own than to the other: products of 8 bits also move a row by less than rows differ, unlike a row of another
 * token, or one that saw a later token. Leaves the graph as it was.
 * @throws what a pass for the last row threw: the graph cannot be run.
 */
export async function probePasses(graph: CausalGraph, signal?: AbortSignal): Promise<PassProbe> {
  const tokens = Int32Array.of(0, 1, 2).map((token) => token % graph.vocabSize);
  if (graph.contextLength < tokens.length || !graph.multiTokenPasses) return { rows: "equal" };
  const session = createOnnxSession(graph);
  try {
    const first = await readRows(session, tokens, signal);
    if (typeof first === "string") {
      await session.forward(tokens, { signal });
      return { rows: "failed", reason: first };
    }
    await session.rewindTo(1);
    const again = await readRows(session, tokens.subarray(1), signal);
    if (typeof again === "string") return { rows: "failed", reason: again };
    return { rows: first.every((row, index) => isNearest(row, again, index)) ? "equal" : "different" };
  } finally {
    await session.dispose();
  }
}

/** Returns the logits of the last two of `tokens`, or why they could not be computed. */
async function readRows(session: Session, tokens: Int32Array, signal: AbortSignal | undefined): Promise<readonly Float32Array[] | string> {
  try {
    return copyRows(await session.forward(tokens, { rows: 2, signal }));
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

export function copyRows(logits: Logits): readonly Float32Array[] {
  return Array.from({ length: logits.rows }, (_, index) => logits.row(index).slice());
}

function isNearest(row: Float32Array, candidates: readonly Float32Array[], own: number): boolean {
  const distances = candidates.map((candidate) => distance(row, candidate));
  const others = distances.filter((_, index) => index !== own);
  return isRounded(row, candidates[own]!) || others.every((other) => distances[own]! < other);
}

/** Whether a row is another up to rounding. */
export function isRounded(row: Float32Array, other: Float32Array): boolean {
  return distance(row, other) <= ROUNDING * norm(row);
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value === b[index] ? 0 : (value - b[index]!) ** 2), 0));
}

function norm(row: Float32Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
}
