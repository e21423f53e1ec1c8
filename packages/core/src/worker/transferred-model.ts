import type { CausalModel, HiddenStates, MaskedModel, ModelRole } from "../contracts/model.ts";

/** A model as sent: its properties, and its number on the owner's side. */
export type TransferredModel = {
  readonly id: number;
  /** The side that owns the model; a receiver that owns it needs only its number. */
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
  /** Whether a masked session predicts over the cache of the causal session that it was opened with. */
  readonly sharesCausalSession: boolean;
  /** Whether a masked session has `predictLeaveOneOut`. */
  readonly leavesOneOut: boolean;
}

/** Logits of a pass, shape (rows, vocabSize), and the length of the session after it. */
export interface TransferredLogits {
  readonly values: Float32Array;
  readonly rows: number;
  readonly vocabSize: number;
  readonly length: number;
  readonly hiddenStates?: HiddenStates | undefined;
  readonly layerStates?: HiddenStates | undefined;
}
