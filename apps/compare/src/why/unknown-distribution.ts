import type { Cell } from "../trace/cell.ts";
import type { LaneTrace, TokenScore } from "../trace/trace.ts";

/** Why it is not known what a token was drawn from. */
export type Unknown =
  | "forced"
  | "masked"
  | "search"
  | "contrastive"
  | "judged-tree"
  | "stages"
  | "two-models"
  | "constraint"
  | "earlier"
  | "own"
  | "not-scored"
  | "not-causal";

/** The built-in decoders that choose tokens in another way than by drawing from the causal model's row. */
const CHOOSE_DIFFERENTLY: Readonly<Record<string, Unknown>> = {
  beam: "search",
  contrastive: "contrastive",
  "judged-tree": "judged-tree",
  "think-first": "stages",
  constrained: "constraint",
  "ar-critic": "two-models",
  "ar-then-refine": "two-models",
  "confidence-cascade": "two-models",
};

interface About extends Pick<LaneTrace, "specification"> {
  readonly score: TokenScore | undefined;
  /** Whether the run's model predicts from left to right. */
  readonly isCausal: boolean;
}

/** Returns the reason; undefined if it is known. */
export function whyUnknown({ state, by }: Cell, { specification, score, isCausal }: About): Unknown | undefined {
  if (score?.cut) return undefined;
  if (state === "forced") return "forced";
  if (!score) return isCausal ? "not-scored" : "not-causal";
  if (by.phase === "refine") return "masked";
  const [name = ""] = specification.split(":");
  return CHOOSE_DIFFERENTLY[name] ?? (score.rank === undefined ? "earlier" : "own");
}
