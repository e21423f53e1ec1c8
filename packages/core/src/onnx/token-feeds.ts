import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { GraphSignature } from "./graph-signature.ts";
import { idTensor } from "./id-tensor.ts";

/** The inputs of a pass beside its state. */
export interface TokenPass {
  readonly tokens: Int32Array;
  /** Number of cached positions; the tokens are read at the positions after them. */
  readonly past: number;
  /** Number of last rows to return. */
  readonly rows: number;
}

/** Returns the feeds of a pass over tokens, without the cache. */
export function tokenFeeds(ort: typeof Ort, signature: GraphSignature, { tokens, past, rows }: TokenPass): Record<string, Tensor> {
  const { idType, attentionMask, positionIds, tokenTypeIds, rowCount } = signature;
  const count = tokens.length;
  const feeds: Record<string, Tensor> = { input_ids: idTensor(ort, idType, count, (index) => tokens[index]!) };
  if (attentionMask) feeds.attention_mask = idTensor(ort, attentionMask.type, past + count);
  if (positionIds) {
    const { type, rank, parts } = positionIds;
    const dims = rank === 3 ? [parts, 1, count] : [1, count];
    feeds.position_ids = idTensor(ort, type, parts * count, (index) => past + (index % count), dims);
  }
  if (tokenTypeIds) feeds.token_type_ids = idTensor(ort, tokenTypeIds.type, count, () => 0);
  if (rowCount) feeds.num_logits_to_keep = idTensor(ort, rowCount.type, 1, () => rows, rowCount.rank === 0 ? [] : [1]);
  return feeds;
}
