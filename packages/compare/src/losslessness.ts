import type { CausalModel, Decoder, RowConsistency } from "@decodekit/core";

/** Returns how much a row of the model depends on its pass, or null without a causal model. */
export function rowConsistencyOf(causal: CausalModel | undefined): RowConsistency | null {
  return causal ? (causal.capabilities.rowConsistency ?? "rounding") : null;
}

/** Why a decoder that verifies drafts does not keep its claim to be lossless on a model, to follow "because"; null if it does. */
export function whyNotLossless(consistency: RowConsistency | null): string | null {
  if (consistency === "approximate") return "this file computes with activations of 8 bits: the text can part from plain decoding's";
  if (consistency === "mixed") return "in this file a row depends on the others of its pass: the text can be another than plain decoding's";
  return null;
}

/**
 * Returns whether the output of a run follows the model's distribution, up to rounding: the decoder claims it, and verified drafts only if
 * the model's rows allow it. Null if the decoder claims nothing.
 */
export function isLossless(
  { lossless }: Pick<Decoder, "lossless">,
  run: { readonly consistency: RowConsistency | null; readonly verifyPasses: number },
): boolean | null {
  if (lossless === undefined) return null;
  return lossless && (run.verifyPasses === 0 || whyNotLossless(run.consistency) === null);
}
