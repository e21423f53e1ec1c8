import type { CausalGraph } from "./causal-graph.ts";
import { createOnnxSession } from "./onnx-session.ts";
import { copyRows, isRounded } from "./probe-passes.ts";

/**
 * Returns whether a graph with inputs for trees reads them. Over a prefix of one token, one pass reads a path of two tokens, another first
 * token, and the same path once more: the rows of the second must be those of the first, though the nodes between them are hidden and
 * its positions are those of the first. Leaves the graph as it was.
 */
export async function probeTrees(graph: CausalGraph, signal?: AbortSignal): Promise<boolean> {
  const [prefix, first, second, other] = Int32Array.of(0, 1, 2, 3).map((token) => token % graph.vocabSize) as unknown as [
    number,
    number,
    number,
    number,
  ];
  // A canvas graph reads trees already, and is opened when it is first needed.
  if (graph.canvas || !graph.signature.treeMask || !graph.multiTokenPasses || graph.contextLength < 3) return false;
  if (graph.signature.cache.some(({ axis, capacity }) => axis === undefined || capacity !== undefined)) return false;
  graph.readsTrees = true;
  const session = createOnnxSession(graph);
  try {
    await session.forward(Int32Array.of(prefix), { signal });
    const tokens = Int32Array.of(first, second, other, first, second);
    const rows = copyRows(await session.forwardTree!(tokens, Int32Array.of(-1, 0, -1, -1, 3), { signal }));
    return isRounded(rows[0]!, rows[3]!) && isRounded(rows[1]!, rows[4]!);
  } catch {
    signal?.throwIfAborted();
    return false;
  } finally {
    graph.readsTrees = false;
    await session.dispose();
  }
}
