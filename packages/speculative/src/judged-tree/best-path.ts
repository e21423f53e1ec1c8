import { type TokenId } from "@decodekit/core";
import { pathTo, type TokenTree } from "@decodekit/core/toolkit";
import type { TokenChoice } from "./choose-token.ts";

/** A candidate tree with the target's choices. Node 0 is its only root: the last committed token. */
export interface JudgedCandidates extends TokenTree {
  /** What plain decoding would choose after `node`. */
  choiceAfter(node: number): TokenChoice;
  /** Whether `node` completes an n-gram that the text already contains. */
  repeats(node: number): boolean;
}

/** The accepted part of a tree: a path from the root, and the chosen token after it. */
export interface BestPath {
  /** Nodes of the path, starting with the root. */
  readonly nodes: readonly number[];
  readonly next: TokenId;
}

/**
 * Returns the path with the highest value. Each token adds `natsPerToken`, less the nats by which it is less likely than the choice at its
 * position. Tokens that plain decoding would choose thus cost nothing, and with `natsPerToken` 0 no others are accepted. Other tokens are
 * never accepted if they complete an n-gram that the text already contains: detours through repetitions are the cheapest and would make
 * the text loop. Among paths of equal value the longest wins, then the first.
 */
export function bestPath(tree: JudgedCandidates, natsPerToken: number): BestPath {
  const { tokens, parents } = tree;
  const choices = new Map<number, TokenChoice>();
  const choiceAfter = (node: number): TokenChoice => {
    const choice = choices.get(node) ?? tree.choiceAfter(node);
    choices.set(node, choice);
    return choice;
  };
  const depths = new Int32Array(tokens.length);
  const values = new Float64Array(tokens.length);
  let best = 0;
  for (let node = 1; node < tokens.length; node++) {
    const parent = parents[node]!;
    depths[node] = depths[parent]! + 1;
    values[node] = -Infinity;
    if (values[parent] === -Infinity) continue;
    const { token, natsBelowChoice } = choiceAfter(parent);
    if (tokens[node] === token) values[node] = values[parent]! + natsPerToken;
    else if (natsPerToken > 0 && !tree.repeats(node)) values[node] = values[parent]! + natsPerToken - natsBelowChoice(tokens[node]!);
    const gain = values[node]! - values[best]!;
    if (gain > 0 || (gain === 0 && depths[node]! > depths[best]!)) best = node;
  }
  return { nodes: pathTo(best, parents), next: choiceAfter(best).token };
}
