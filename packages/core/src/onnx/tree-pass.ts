import { ContextLengthError, InvalidOptionError } from "../errors.ts";
import { checkReads } from "../contracts/check-reads.ts";
import type { Logits, TreeOptions } from "../contracts/model.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { findInvalidParent, nodeDepths } from "../tokens/token-tree.ts";
import { rangesOf } from "./cache-positions.ts";
import { canvasFeeds, type CanvasRows } from "./canvas-graph.ts";
import { disposeOutputs, type GraphOutputs, type PassInput, runGraphPass } from "./graph-pass.ts";
import type { CachedSequence } from "./cached-sequence.ts";
import { tokenFeeds, type TreeRows } from "./token-feeds.ts";

/** The last tree of a session, whose tensors are held until a path is kept. */
export interface TreePasses {
  forward(tokens: Int32Array, parents: Int32Array, options: TreeOptions): Promise<Logits>;
  keep(nodes: Int32Array): Promise<void>;
  /** Forgets the tree, since another call has changed the sequence. */
  forget(): void;
}

/** The graph of the sequence must read trees, by itself or by its canvas graph. */
export function treePasses(sequence: CachedSequence): TreePasses {
  const { graph, cache } = sequence;
  let last: { readonly outputs: GraphOutputs; readonly parents: Int32Array } | undefined;

  const forget = (): void => {
    if (last) disposeOutputs(last.outputs);
    last = undefined;
  };

  return {
    forget,
    async forward(tokens, parents, { reads, layerStates, signal }) {
      signal?.throwIfAborted();
      checkReads("forwardTree", reads);
      checkTokens("forwardTree", "tokens", tokens, graph.vocabSize);
      const depths = checkedDepths(tokens, parents);
      return sequence.inTurn(async () => {
        forget();
        sequence.holdLogits(undefined);
        const past = cache.length;
        const deepest = past + Math.max(...depths);
        if (deepest > graph.contextLength) throw new ContextLengthError(deepest, graph.contextLength);
        const { length: count } = tokens;
        const read = await treePass(sequence, tokens, { depths, sees: ancestry(parents) });
        const pass = await runGraphPass(graph, { ...read, cache, count, rows: count, reads, layerStates, signal });
        sequence.holdLogits(pass.logits);
        last = { outputs: pass.outputs, parents: parents.slice() };
        return pass.logits;
      });
    },
    keep: (nodes) =>
      sequence.inTurn(async () => {
        if (!last)
          throw new InvalidOptionError({
            where: "keepPath",
            option: "nodes",
            expected: "a path of a tree that was just read",
            actual: "no tree",
          });
        checkPath(nodes, last.parents);
        const past = cache.length;
        if (nodes.length > 0) {
          const positions = Array.from(nodes, (node) => past + node);
          await cache.replaceByPart(last.outputs, rangesOf(past, positions), past + nodes.length);
        }
        forget();
      }),
  };
}

/** Returns the graph that reads a tree, and its feeds. */
async function treePass(
  sequence: CachedSequence,
  tokens: Int32Array,
  tree: TreeRows,
): Promise<Pick<PassInput, "inference" | "feeds" | "embed">> {
  const { graph, cache } = sequence;
  const { canvas, runtime, signature, embeddings } = graph;
  const past = cache.length;
  if (!canvas)
    return {
      inference: graph.inference,
      feeds: () => tokenFeeds(runtime.ort, signature, { tokens, past, rows: tokens.length, tree }),
      ...(embeddings && { embed: () => embeddings.read(tokens) }),
    };
  sequence.usesCanvas = true;
  const positionOf = (row: number): number => past + tree.depths[row]! - 1;
  const rows = { tokens, mode: "causal" as const, past, positionOf, sees: tree.sees } satisfies CanvasRows;
  return { inference: await canvas.open(), feeds: () => canvasFeeds(graph, rows) };
}

/** Returns the depths of the nodes, 1 for a child of the prefix. @throws InvalidOptionError if `parents` is not a tree over `tokens`. */
function checkedDepths(tokens: Int32Array, parents: Int32Array): Int32Array {
  const where = "forwardTree";
  if (tokens.length === 0 || parents.length !== tokens.length) {
    const expected = "one parent for each of at least 1 token";
    throw new InvalidOptionError({ where, option: "parents", expected, actual: `${parents.length} for ${tokens.length}` });
  }
  const invalid = findInvalidParent(parents);
  if (invalid !== undefined)
    throw new InvalidOptionError({ where, option: `parents[${invalid}]`, expected: `in [-1, ${invalid})`, actual: parents[invalid] });
  return nodeDepths(parents);
}

/** Returns a function that tests whether `other` is `node` or one of its ancestors. */
function ancestry(parents: Int32Array): (node: number, other: number) => boolean {
  return (node, other) => {
    let each = node;
    while (each > other) each = parents[each]!;
    return each === other;
  };
}

function checkPath(nodes: Int32Array, parents: Int32Array): void {
  let parent = -1;
  for (const [index, node] of nodes.entries()) {
    if (parents[node] !== parent) {
      throw new InvalidOptionError({ where: "keepPath", option: `nodes[${index}]`, expected: `a child of node ${parent}`, actual: node });
    }
    parent = node;
  }
}
