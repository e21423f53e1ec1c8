import type { CharacterRange } from "../expression.ts";
import { type ByteRange, utf8Ranges } from "./utf8-ranges.ts";

/** The bytes that may come next within a character, and the node after each. */
export type ByteNode = readonly (ByteRange & { readonly node: number })[];

/** The node after the last byte of a character. */
export const END = -1;

const known = new WeakMap<readonly CharacterRange[], readonly ByteNode[]>();

/**
 * Returns the UTF-8 of the characters of ranges that do not overlap, as a deterministic automaton with as few nodes as possible: node 0 is
 * before the first byte. It is found once per array.
 */
export function characterBytes(ranges: readonly CharacterRange[]): readonly ByteNode[] {
  let nodes = known.get(ranges);
  if (!nodes) known.set(ranges, (nodes = build(ranges)));
  return nodes;
}

function build(ranges: readonly CharacterRange[]): readonly ByteNode[] {
  const nodes: ByteNode[] = [[]];
  /** Nodes by their edges. */
  const same = new Map<string, number>();
  const edgesOf = (sequences: readonly (readonly ByteRange[])[]): ByteNode => {
    // Characters that do not overlap have first ranges that are the same or do not overlap.
    const groups = new Map<string, (readonly ByteRange[])[]>();
    for (const sequence of sequences) {
      const key = `${sequence[0]!.low}-${sequence[0]!.high}`;
      const group = groups.get(key);
      if (group) group.push(sequence);
      else groups.set(key, [sequence]);
    }
    const edges = Array.from(groups.values(), (group) => ({ ...group[0]![0]!, node: nodeOf(group.map((sequence) => sequence.slice(1))) }));
    return joined(edges.toSorted((a, b) => a.low - b.low));
  };
  const nodeOf = (sequences: readonly (readonly ByteRange[])[]): number => {
    if (sequences[0]!.length === 0) return END;
    const edges = edgesOf(sequences);
    const key = edges.map(({ low, high, node }) => `${low}-${high}:${node}`).join();
    let node = same.get(key);
    if (node === undefined) same.set(key, (node = nodes.push(edges) - 1));
    return node;
  };
  nodes[0] = edgesOf(ranges.flatMap((range) => utf8Ranges(range)));
  return nodes;
}

/** Joins neighbouring ranges that lead to the same node. */
function joined(edges: ByteNode): ByteNode {
  const all: { low: number; high: number; readonly node: number }[] = [];
  for (const edge of edges) {
    const last = all.at(-1);
    if (last && last.node === edge.node && last.high + 1 === edge.low) last.high = edge.high;
    else all.push({ ...edge });
  }
  return all;
}
