import type { Logits, RowConsistency, Session } from "../contracts/model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { createOnnxSession } from "./onnx-session.ts";
import { worseConsistency } from "./row-consistency.ts";

/**
 * What short passes of a graph have shown: how equal the rows of different passes are, or "failed" if the graph cannot return several rows,
 * or cannot read several tokens over a prefix, with the reason.
 */
export type PassProbe = { readonly rows: RowConsistency } | { readonly rows: "failed"; readonly reason: string };

/**
 * How far a row may be from the same row of another pass by rounding, relative to its norm. Measured on SmolLM2-135M: 2e-6 with float32 and
 * 4 bits, 2e-3 with float16; 1.2e-2 with 4 bits of accuracy level 4 on native, and 0.3 to 0.7 with one scale of 8 bits for all rows.
 */
const ROUNDING = 1e-2;

/**
 * Reads three tokens, the last two once more over the first, and the last once more over the two before it, and compares the rows of the
 * last two. Rows are "mixed" if one is nearer to the row of another token than to its own of another pass: 8 bits move a row by less than
 * rows differ, unlike a later token that it saw. Leaves the graph as it was.
 * @throws what a pass for the last row threw: the graph cannot be run.
 */
export async function probePasses(graph: CausalGraph, signal?: AbortSignal): Promise<PassProbe> {
  const tokens = Int32Array.of(0, 1, 2).map((token) => token % graph.vocabSize);
  if (graph.contextLength < tokens.length || !graph.multiTokenPasses) return { rows: "rounding" };
  const session = createOnnxSession(graph);
  try {
    const together = await readRows(session, tokens, signal);
    if (typeof together === "string") {
      await session.forward(tokens, { signal });
      return { rows: "failed", reason: together };
    }
    await session.rewindTo(1);
    const overPrefix = await readRows(session, tokens.subarray(1), signal);
    if (typeof overPrefix === "string") return { rows: "failed", reason: overPrefix };
    await session.rewindTo(2);
    const alone = copyRows(await session.forward(tokens.subarray(2), { signal }))[0]!;
    const [first, second] = together as [Float32Array, Float32Array];
    const found = together.map((row, index) => compareRow(row, overPrefix[index]!, overPrefix[1 - index]!));
    return { rows: [...found, compareRow(second, alone, first)].reduce(worseConsistency) };
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

/** Compares a row with its own of another pass, and with that of another token. */
function compareRow(row: Float32Array, own: Float32Array, other: Float32Array): RowConsistency {
  if (row.every((logit, token) => logit === own[token])) return "exact";
  if (isRounded(row, own)) return "rounding";
  return distance(row, own) < distance(row, other) ? "approximate" : "mixed";
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
