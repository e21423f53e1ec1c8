import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import { CACHE_BRANCH, type GraphSignature, type IdInput, POSITION_OFFSETS, ROW_COUNT, TREE_MASK } from "./graph-signature.ts";
import { idTensor, onesTensor } from "./id-tensor.ts";

/** The inputs of a pass beside its state. */
export interface TokenPass {
  readonly tokens: Int32Array;
  /** Number of cached positions; the tokens are read at the positions after them. */
  readonly past: number;
  /** Number of last rows to return. */
  readonly rows: number;
  /** How the tokens are the nodes of a tree. @defaultValue each follows the one before it */
  readonly tree?: TreeRows | undefined;
}

/** The rows of a pass over a tree, parents before children. */
export interface TreeRows {
  /** Number of nodes on the path to each node, itself included, shape (nodes,). */
  readonly depths: Int32Array;
  /** Returns whether node `other` is `node` or one of its ancestors. */
  readonly sees: (node: number, other: number) => boolean;
}

/** Returns the feeds of a pass over tokens, by their names in the graph, without the cache and embeddings. */
export function tokenFeeds(ort: typeof Ort, signature: GraphSignature, { tokens, past, rows, tree }: TokenPass): Record<string, Tensor> {
  const { names, idType, attentionMask, positionIds, tokenTypeIds, rowCount, writeIndices, validLength, hasCacheBranch } = signature;
  const count = tokens.length;
  const placeOf = (row: number): number => (tree ? tree.depths[row]! - 1 : row);
  const feeds: Record<string, Tensor> = {};
  const nameOf = (usual: string): string => names[usual] ?? usual;
  const one = (input: IdInput, value: number): Tensor => idTensor(ort, input.type, 1, () => value, input.rank === 0 ? [] : [1]);
  if (signature.readsIds) feeds[nameOf("input_ids")] = idTensor(ort, idType, count, (index) => tokens[index]!);
  if (attentionMask) feeds[nameOf("attention_mask")] = onesTensor(ort, attentionMask.type, past + count);
  if (positionIds) {
    const { type, rank, parts } = positionIds;
    const dims = rank === 3 ? [parts, 1, count] : [1, count];
    feeds[nameOf("position_ids")] = idTensor(ort, type, parts * count, (index) => past + placeOf(index % count), dims);
  }
  if (tokenTypeIds) feeds[nameOf("token_type_ids")] = idTensor(ort, tokenTypeIds.type, count, () => 0);
  if (rowCount) feeds[nameOf(ROW_COUNT)] = one(rowCount, rows);
  if (writeIndices) feeds[nameOf("write_indices")] = one(writeIndices, past);
  if (validLength) feeds[nameOf("nonpad_kv_seqlen")] = one(validLength, past + count);
  if (hasCacheBranch) feeds[nameOf(CACHE_BRANCH)] = new ort.Tensor("bool", [past > 0], [1]);
  if (signature.treeMask) feeds[TREE_MASK] = treeMask(ort, past, tree);
  if (signature.positionOffsets)
    feeds[POSITION_OFFSETS] = idTensor(ort, "int64", tree ? count : 1, (row) => placeOf(row) - row, [tree ? count : 1]);
  return feeds;
}

/** Returns which positions the rows see, shape (1, 1, rows, positions); for rows that follow one another it is a single true. */
function treeMask(ort: typeof Ort, past: number, tree: TreeRows | undefined): Tensor {
  if (!tree) return new ort.Tensor("bool", [true], [1, 1, 1, 1]);
  const rows = tree.depths.length;
  const seen = new Uint8Array(rows * (past + rows)).fill(1);
  for (let row = 0; row < rows; row++) {
    const first = row * (past + rows) + past;
    for (let other = 0; other < rows; other++) if (!tree.sees(row, other)) seen[first + other] = 0;
  }
  return new ort.Tensor("bool", seen, [1, 1, rows, past + rows]);
}
