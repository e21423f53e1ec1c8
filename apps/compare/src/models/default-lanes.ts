import type { ModelFacts } from "./model-facts.ts";

/** Lanes to begin with, as on the command line, by what the model is. */
const LANES = {
  both: ["greedy", "speculative:drafter=masked-draft,draftLength=4", "fast-dllm:blockLength=8"],
  causal: ["greedy", "speculative:drafter=prompt-lookup", "top-p:p=0.9,temperature=0.8"],
  drafted: ["greedy", "speculative:drafter=draft-model", "speculative:drafter=prompt-lookup"],
  masked: ["fast-dllm:blockLength=8", "mask-predict", "infill:after=They were very happy.,length=8"],
} as const;

/** Returns the lanes to begin with, each of which the model can run. Of an unknown model it is assumed that it predicts the next token. */
export function defaultLanes({ roles = ["causal"], hasDraft }: ModelFacts): readonly string[] {
  if (!roles.includes("causal")) return LANES.masked;
  if (roles.includes("masked")) return LANES.both;
  return hasDraft ? LANES.drafted : LANES.causal;
}

/** Whether lanes are those that some model begins with, so that they may be replaced with another model's. */
export function areDefaultLanes(lanes: readonly string[]): boolean {
  return Object.values(LANES).some((each) => each.join("\n") === lanes.join("\n"));
}
