import { ContextLengthError, InvalidOptionError } from "../errors.ts";
import type { Logits } from "../model.ts";
import { checkTokens } from "../run-decode.ts";
import { rangesOf } from "./cache-positions.ts";
import { type CanvasGraph, canvasFeeds } from "./canvas-graph.ts";
import { disposeOutputs, type GraphOutputs, runGraphPass } from "./graph-pass.ts";
import type { Sequence } from "./sequence.ts";

/** The last tree of a session, whose tensors wait for the path to keep. */
export interface TreePasses {
  forward(tokens: Int32Array, parents: Int32Array, signal: AbortSignal | undefined): Promise<Logits>;
  keep(nodes: Int32Array): Promise<void>;
  /** Forgets the tree: another call has moved the sequence on. */
  forget(): void;
}

export function treePasses(sequence: Sequence, canvas: CanvasGraph): TreePasses {
  const { graph, cache } = sequence;
  let last: { readonly outputs: GraphOutputs; readonly parents: Int32Array } | undefined;

  const forget = (): void => {
    if (last) disposeOutputs(last.outputs);
    last = undefined;
  };

  return {
    forget,
    async forward(tokens, parents, signal) {
      signal?.throwIfAborted();
      checkTokens("forwardTree", "tokens", tokens, graph.vocabSize);
      const depths = checkParents(tokens, parents);
      return sequence.inTurn(async () => {
        forget();
        sequence.usesCanvas = true;
        const past = cache.length;
        const deepest = past + 1 + Math.max(...depths);
        if (deepest > graph.contextLength) throw new ContextLengthError(deepest, graph.contextLength);
        const isAncestor = ancestry(parents);
        const rows = { tokens, mode: "causal", past, positionOf: (row: number) => past + depths[row]!, sees: isAncestor } as const;
        const inference = await canvas.open();
        const pass = await runGraphPass(graph, { inference, cache, feeds: () => canvasFeeds(graph, rows), rows: tokens.length, signal });
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

/** Depth of each node, 0 for a child of the prefix. @throws InvalidOptionError when `parents` is no tree over `tokens`. */
function checkParents(tokens: Int32Array, parents: Int32Array): number[] {
  if (tokens.length === 0 || parents.length !== tokens.length) {
    const expected = `one parent for each of at least 1 token`;
    throw new InvalidOptionError({ where: "forwardTree", option: "parents", expected, actual: `${parents.length} for ${tokens.length}` });
  }
  const depths: number[] = [];
  for (const [node, parent] of parents.entries()) {
    if (parent < -1 || parent >= node) {
      throw new InvalidOptionError({ where: "forwardTree", option: `parents[${node}]`, expected: `in [-1, ${node})`, actual: parent });
    }
    depths.push(parent === -1 ? 0 : depths[parent]! + 1);
  }
  return depths;
}

/** Whether a node is another one or comes after it on its path. */
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
