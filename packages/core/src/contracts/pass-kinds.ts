import type { ModelRole } from "./model.ts";

/** All purposes of a forward pass, see `ForwardPhase`. */
export const FORWARD_PHASES = ["prefill", "decode", "draft", "verify", "refine"] as const;

/** All roles of a model in a decode, see `ModelSet`. */
export const MODEL_ROLES = ["causal", "masked", "draft"] as const satisfies readonly ModelRole[];
