import { defaultSettings, isSameLane, type LaneSettings, lanesOf, type Settings } from "../url/settings.ts";
import { factsBefore, type ModelFacts } from "./model-facts.ts";

/** Lanes to begin with, by what the model is. */
const LANES = {
  both: defaultSettings.lanes,
  bothWithoutTrees: lanesOf("greedy", "speculative:drafter=prompt-lookup,draftLength=8", "fast-dllm:blockLength=8"),
  causal: lanesOf("greedy", "speculative:drafter=prompt-lookup", "top-p:p=0.9,temperature=0.8"),
  drafted: lanesOf("greedy", "speculative:drafter=draft-model,draftLength=4", "speculative:drafter=prompt-lookup"),
  masked: lanesOf("fast-dllm:blockLength=8", "mask-predict", "infill:after=They were very happy.,length=8"),
};

/** Returns the lanes to begin with, each of which the model can run. Of an unknown model it is assumed that it predicts the next token. */
export function lanesFor({
  roles = ["causal"],
  capabilities,
  hasDraft,
}: Pick<ModelFacts, "roles" | "capabilities" | "hasDraft">): readonly LaneSettings[] {
  if (!roles.includes("causal")) return LANES.masked;
  if (roles.includes("masked")) return capabilities?.tree ? LANES.both : LANES.bothWithoutTrees;
  return hasDraft ? LANES.drafted : LANES.causal;
}

/** Returns the lanes to begin with for the named model. */
export function defaultLanes(named: Pick<Settings, "model" | "draftModel">): readonly LaneSettings[] {
  return lanesFor(factsBefore(named));
}

/** Whether lanes are those that some model begins with, so that another model may replace them with its own. */
export function areDefaultLanes(lanes: readonly LaneSettings[]): boolean {
  return Object.values(LANES).some((each) => areSameLanes(each, lanes));
}

export function areSameLanes(a: readonly LaneSettings[], b: readonly LaneSettings[]): boolean {
  return a.length === b.length && a.every((lane, index) => isSameLane(lane, b[index]!));
}
