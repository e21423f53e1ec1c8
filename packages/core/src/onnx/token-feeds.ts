import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import { CACHE_BRANCH, type GraphSignature, type IdInput, ROW_COUNT } from "./graph-signature.ts";
import { idTensor, onesTensor } from "./id-tensor.ts";

/** The inputs of a pass beside its state. */
export interface TokenPass {
  readonly tokens: Int32Array;
  /** Number of cached positions; the tokens are read at the positions after them. */
  readonly past: number;
  /** Number of last rows to return. */
  readonly rows: number;
}

/** Returns the feeds of a pass over tokens, by their names in the graph, without the cache and embeddings. */
export function tokenFeeds(ort: typeof Ort, signature: GraphSignature, { tokens, past, rows }: TokenPass): Record<string, Tensor> {
  const { names, idType, attentionMask, positionIds, tokenTypeIds, rowCount, writeIndices, validLength, hasCacheBranch } = signature;
  const count = tokens.length;
  const feeds: Record<string, Tensor> = {};
  const nameOf = (usual: string): string => names[usual] ?? usual;
  const one = (input: IdInput, value: number): Tensor => idTensor(ort, input.type, 1, () => value, input.rank === 0 ? [] : [1]);
  if (signature.readsIds) feeds[nameOf("input_ids")] = idTensor(ort, idType, count, (index) => tokens[index]!);
  if (attentionMask) feeds[nameOf("attention_mask")] = onesTensor(ort, attentionMask.type, past + count);
  if (positionIds) {
    const { type, rank, parts } = positionIds;
    const dims = rank === 3 ? [parts, 1, count] : [1, count];
    feeds[nameOf("position_ids")] = idTensor(ort, type, parts * count, (index) => past + (index % count), dims);
  }
  if (tokenTypeIds) feeds[nameOf("token_type_ids")] = idTensor(ort, tokenTypeIds.type, count, () => 0);
  if (rowCount) feeds[nameOf(ROW_COUNT)] = one(rowCount, rows);
  if (writeIndices) feeds[nameOf("write_indices")] = one(writeIndices, past);
  if (validLength) feeds[nameOf("nonpad_kv_seqlen")] = one(validLength, past + count);
  if (hasCacheBranch) feeds[nameOf(CACHE_BRANCH)] = new ort.Tensor("bool", [past > 0], [1]);
  return feeds;
}
