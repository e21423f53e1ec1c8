import type { DecodeEvent, TokenId } from "@decodekit/core";
import { nodeDepths, type TokenTree } from "@decodekit/core/toolkit";
import type { Moment } from "./cell-board.ts";

/** A draft tree that a pass read, or is about to read. Its roots are candidates for the output position `start`. */
export interface ReadTree {
  readonly start: number;
  readonly tree: TokenTree;
  /** When it was proposed. */
  readonly proposed: Moment;
  /** Number of the pass that read it, from 1; undefined until the outcome is known. */
  readonly pass: number | undefined;
  /** The accepted tokens, a path from a root; undefined until the outcome is known. */
  readonly accepted: readonly TokenId[] | undefined;
  /** The model's own token after them; undefined until it is committed, and if the output ends before it. */
  readonly next: TokenId | undefined;
}

/** The draft trees of a lane while its events are folded, and what became of them. */
export interface TreeRecord {
  /** By output position: the tree that was read for it. */
  readonly trees: Map<number, ReadTree>;
  /** A draft was proposed, of which `shown` positions are shown: `tree`, or a chain. */
  readonly propose: (tree: Pick<ReadTree, "start" | "tree" | "proposed"> | undefined, shown: number) => void;
  /** The draft was read by pass number `pass`, with the outcome `accepted`. */
  readonly verify: (accepted: readonly TokenId[], pass: number) => void;
  readonly commit: (tokens: readonly TokenId[]) => void;
  /** Length of the longest path of the proposed tree; undefined if it is a chain. */
  readonly maxDepth: () => number | undefined;
  /** The tree whose outcome the next commit holds; undefined if there is none. */
  readonly verified: () => ReadTree | undefined;
}

export function treeRecord(): TreeRecord {
  const trees = new Map<number, ReadTree>();
  let open: ReadTree | undefined;
  const show = (tree: ReadTree, length: number): void => {
    for (let position = tree.start; position < tree.start + length; position++) trees.set(position, tree);
  };
  const forgetOpen = (): void => {
    for (const [position, tree] of trees) if (tree === open) trees.delete(position);
  };
  return {
    trees,
    verified: () => (open?.accepted ? open : undefined),
    maxDepth: () => open && Math.max(0, ...nodeDepths(open.tree.parents)),
    propose(tree, shown) {
      forgetOpen();
      open = tree && { ...tree, pass: undefined, accepted: undefined, next: undefined };
      if (open) show(open, shown);
    },
    verify(accepted, pass) {
      if (!open) return;
      const shown = [...trees.values()].filter((tree) => tree === open).length;
      open = { ...open, accepted, pass };
      show(open, Math.max(shown, accepted.length + 1));
    },
    commit(tokens) {
      forgetOpen();
      if (open?.accepted) show({ ...open, next: tokens[open.accepted.length] }, tokens.length);
      open = undefined;
    },
  };
}

/**
 * Returns the accepted tokens of the draft that event `index` verified: the first of the next commit. Undefined if that has not arrived, as in
 * a run that is going on.
 */
export function acceptedTokens(events: readonly { readonly event: DecodeEvent }[], index: number): readonly TokenId[] | undefined {
  const verified = events[index]?.event;
  if (verified?.type !== "draft-verify") return undefined;
  for (let next = index + 1; next < events.length; next++) {
    const { event } = events[next]!;
    if (event.type === "tokens-commit") return [...event.tokens.subarray(0, verified.accepted)];
  }
  return undefined;
}
