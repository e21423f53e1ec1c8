import {
  type DraftContext,
  type Drafter,
  type DraftRequest,
  type ForwardEndEvent,
  logSoftmax,
  type PluginOption,
  resolveOptions,
  type StepHeadSession,
  type TokenId,
} from "@decodekit/core";
import { topK, type TokenTree } from "@decodekit/core/toolkit";
import { type CommittedPositions, committedPositions } from "./committed-positions.ts";
import { findHead } from "./find-head.ts";
import { reportPass } from "./report-pass.ts";

export interface EagleTreeOptions {
  /** Paths that are continued at each depth, and continuations of each, an integer >= 1. @defaultValue 4 */
  readonly branches?: number | undefined;
  /** Maximum length of a path, an integer >= 1: each token after the first is one more pass of the head. @defaultValue 5 */
  readonly depth?: number | undefined;
}

const OPTIONS = {
  branches: { type: "integer", help: "Paths that are continued at each depth, and continuations of each", default: 4, minimum: 1 },
  depth: { type: "integer", help: "Maximum length of a path; each token after the first is a pass of the head", default: 5, minimum: 1 },
} as const satisfies Readonly<Record<keyof EagleTreeOptions, PluginOption>>;

/**
 * Creates a drafter of trees from the draft head that the target was loaded with, see `eagle`. At each depth, the `branches` paths that
 * are most likely under the head are continued, all in one pass, by their `branches` most likely tokens; of all nodes, the most likely
 * paths are then verified together: as many nodes as `draftLength` (EAGLE-2, Li et al. 2024, arXiv 2406.16858). It stops early where no
 * longer path could be among them. Among equally likely nodes the one found first counts.
 *
 * The decode throws InvalidOptionError for a target without hidden states or that cannot read trees, and DrafterError for one without such
 * a head.
 * @throws InvalidOptionError for an invalid option.
 */
export function eagleTree(options: EagleTreeOptions = {}): Drafter<"causal"> {
  const name = "eagle-tree";
  const settings = resolveOptions("eagleTree", options, OPTIONS);
  return {
    name,
    requires: ["causal"],
    draftKind: "tree",
    usesLayerStates: true,
    draftHead: "eagle",
    async start(context) {
      const head = findHead(name, "eagle", context);
      const session = await head.createSession();
      const positions = committedPositions(name, context.prompt, head);
      return {
        observe: (outcome) => positions.observe(outcome),
        propose: (request) => draftTree({ session, positions, context }, request, { ...settings, contextLength: head.contextLength }),
        dispose: () => session.dispose(),
      };
    },
  };
}

/** A candidate, with the log-probability of its path under the head. */
interface Node {
  readonly token: TokenId;
  /** Index among all nodes, -1 for the committed prefix. */
  readonly parent: number;
  /** The branch of the head whose row predicted it. */
  readonly branch: number;
  readonly score: number;
}

interface TreeState {
  readonly session: StepHeadSession;
  readonly positions: CommittedPositions;
  readonly context: DraftContext<"causal">;
}

async function* draftTree(
  { session, positions, context: { signal } }: TreeState,
  { max, maxDepth }: DraftRequest,
  {
    branches,
    depth,
    contextLength,
  }: Required<EagleTreeOptions> & { readonly branches: number; readonly depth: number; readonly contextLength: number },
): AsyncGenerator<ForwardEndEvent, TokenTree, void> {
  const unread = positions.take();
  const most = Math.min(depth, maxDepth, contextLength - positions.length + 1);
  const nodes: Node[] = [];
  if (most > 0) {
    let rows = yield* reportPass(unread.tokens.length, () => session.read(unread.tokens, unread.states, { signal }));
    let level = childrenOf(rows.row(0), { index: -1, score: 0, branch: 0 }, branches);
    for (let reached = 1; ; reached++) {
      const first = nodes.length;
      nodes.push(...level);
      if (reached === most) break;
      const worst = best(nodes, max).at(-1)!;
      const chosen = best(level, branches).filter((place) => nodes.length < max || level[place]!.score > nodes[worst]!.score);
      if (chosen.length === 0) break;
      const continued = chosen.map((place) => level[place]!);
      const from = Int32Array.from(continued, ({ branch }) => branch);
      const tokens = Int32Array.from(continued, ({ token }) => token);
      const before = rows;
      rows = yield* reportPass(chosen.length, () => session.extend(before, from, tokens, { signal }));
      level = chosen.flatMap((place, branch) => {
        return childrenOf(rows.row(branch), { index: first + place, score: level[place]!.score, branch }, branches);
      });
    }
  }
  return treeOf(nodes, max);
}

/** Returns the `count` most likely continuations of a node. */
function childrenOf(
  row: Float32Array,
  { index, score, branch }: { readonly index: number; readonly score: number; readonly branch: number },
  count: number,
): readonly Node[] {
  const logProbabilities = logSoftmax(row);
  return topK(logProbabilities, count).map((token) => ({ token, parent: index, branch, score: score + logProbabilities[token]! }));
}

/** Returns the places of the `count` nodes with the highest scores, best first; the first of equals. */
function best(nodes: readonly Node[], count: number): number[] {
  return topK(
    nodes.map(({ score }) => score),
    count,
  );
}

/** Returns the tree of the `count` most likely nodes: a parent is never less likely than its children, and comes before them. */
function treeOf(nodes: readonly Node[], count: number): TokenTree {
  const kept = best(nodes, count).toSorted((a, b) => a - b);
  const places = new Map(kept.map((node, place) => [node, place]));
  return {
    tokens: Int32Array.from(kept, (node) => nodes[node]!.token),
    parents: Int32Array.from(kept, (node) => places.get(nodes[node]!.parent) ?? -1),
  };
}
