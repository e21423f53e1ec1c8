import * as ort from "onnxruntime-common";
import { describe, expect, test } from "vitest";
import type { GraphSignature } from "./graph-signature.ts";
import { tokenFeeds, type TreeRows } from "./token-feeds.ts";

const signature: GraphSignature = {
  names: {},
  readsIds: true,
  writeIndices: undefined,
  validLength: undefined,
  hasCacheBranch: false,
  treeMask: false,
  hiddenStates: false,
  layerStates: false,
  positionOffsets: false,
  idType: "int64",
  attentionMask: undefined,
  positionIds: undefined,
  tokenTypeIds: undefined,
  rowCount: undefined,
  cache: [],
  logitsType: "float32",
  vocabSize: 9,
};

/** Returns type, shape and values of each feed of a pass over three tokens after two cached ones, of which two rows are wanted. */
function feedsOf(
  more: Partial<GraphSignature>,
  tree?: TreeRows,
): Record<string, readonly [type: string, dims: readonly number[], values: readonly number[]]> {
  const feeds = tokenFeeds(ort, { ...signature, ...more }, { tokens: Int32Array.of(7, 8, 6), past: 2, rows: 2, tree });
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, dims, data }]) => {
      return [name, [type, dims, Array.from(data as ArrayLike<number | bigint>, Number)]];
    }),
  );
}

const input = (type: "int32" | "int64", rank = 2, parts = 1) => ({ type, rank, parts });

describe("the feeds of a pass", () => {
  test("are the token ids alone for a graph that has no other input", () => {
    expect(feedsOf({})).toEqual({ input_ids: ["int64", [1, 3], [7, 8, 6]] });
    expect(feedsOf({ idType: "int32" })).toEqual({ input_ids: ["int32", [1, 3], [7, 8, 6]] });
  });

  test("have a mask of ones over all positions, cached ones included, in the mask's own type", () => {
    expect(feedsOf({ idType: "int32", attentionMask: input("int64") })).toEqual({
      input_ids: ["int32", [1, 3], [7, 8, 6]],
      attention_mask: ["int64", [1, 5], [1, 1, 1, 1, 1]],
    });
    expect(feedsOf({ attentionMask: input("int32") }).attention_mask).toEqual(["int32", [1, 5], [1, 1, 1, 1, 1]]);
  });

  test("count positions on from the cached ones", () => {
    expect(feedsOf({ positionIds: input("int64") }).position_ids).toEqual(["int64", [1, 3], [2, 3, 4]]);
    expect(feedsOf({ positionIds: input("int32") }).position_ids).toEqual(["int32", [1, 3], [2, 3, 4]]);
  });

  test("give each part of a position of several parts the same number, as text has it", () => {
    expect(feedsOf({ positionIds: input("int64", 3, 3) }).position_ids).toEqual(["int64", [3, 1, 3], [2, 3, 4, 2, 3, 4, 2, 3, 4]]);
    expect(feedsOf({ positionIds: input("int32", 3, 1) }).position_ids).toEqual(["int32", [1, 1, 3], [2, 3, 4]]);
  });

  test("have token types of zeros for the new tokens", () => {
    expect(feedsOf({ tokenTypeIds: input("int64") }).token_type_ids).toEqual(["int64", [1, 3], [0, 0, 0]]);
  });

  test("have the number of rows as a number or as a list of one, as the graph wants it", () => {
    expect(feedsOf({ rowCount: input("int64", 0) }).num_logits_to_keep).toEqual(["int64", [], [2]]);
    expect(feedsOf({ rowCount: input("int64", 1) }).num_logits_to_keep).toEqual(["int64", [1], [2]]);
    expect(feedsOf({ rowCount: input("int32", 1) }).num_logits_to_keep).toEqual(["int32", [1], [2]]);
  });

  test("have a tree's mask of a single true for tokens that follow one another, and no offsets of positions", () => {
    expect(feedsOf({ treeMask: true, positionOffsets: true })).toMatchObject({
      "decodekit.tree_mask": ["bool", [1, 1, 1, 1], [1]],
      "decodekit.position_offsets": ["int64", [1], [0]],
    });
  });

  test("of a tree hide all nodes but the ancestors, and place each node by its depth", () => {
    // Node 2 follows node 0, beside node 1.
    const tree = { depths: Int32Array.of(1, 2, 2), sees: (node: number, other: number) => other === 0 || other === node };
    const feeds = feedsOf({ treeMask: true, positionOffsets: true, positionIds: input("int64") }, tree);
    const mask = [1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1];
    expect(feeds["decodekit.tree_mask"]).toEqual(["bool", [1, 1, 3, 5], mask]);
    expect(feeds.position_ids).toEqual(["int64", [1, 3], [2, 3, 3]]);
    expect(feeds["decodekit.position_offsets"]).toEqual(["int64", [3], [0, 0, -1]]);
  });
});
