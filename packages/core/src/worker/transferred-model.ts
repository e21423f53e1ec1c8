import type { CausalModel, MaskedModel, ModelRole } from "../model.ts";

/** A model as it crosses: what there is to know of it, and the number under which its owner keeps it. */
export type TransferredModel = {
  readonly id: number;
  /** Whose model it is: then nothing but its number is needed there. */
  readonly owner: "sender" | "receiver";
} & (
  | ({ readonly kind: "causal" } & Pick<CausalModel, "vocabSize" | "contextLength" | "capabilities">)
  | ({ readonly kind: "masked" } & Pick<MaskedModel, "vocabSize" | "contextLength" | "maskTokenId">)
);

export type TransferredModels = Readonly<Partial<Record<ModelRole, TransferredModel>>>;

/** A session of a model that the other side owns, after a call: its number and length. */
export interface SessionState {
  readonly session: number;
  readonly length: number;
  /** Whether a masked session predicts on the cache of the causal one that it was opened over. */
  readonly isOver: boolean;
  /** Whether a masked session has `predictLeaveOneOut`. */
  readonly leavesOneOut: boolean;
}

/** Logits of a pass, shape (rows, vocabSize), and the length of the session after it. */
export interface TransferredLogits {
  readonly values: Float32Array;
  readonly rows: number;
  readonly vocabSize: number;
  readonly length: number;
}
