import type { LaneTrace } from "../trace/trace.ts";

/**
 * How a lane decides about drafted tokens. "greedy": the model's likeliest token must be the same. "match": the token that the model draws
 * must be the same, also in a tree. "ratio": a token of probability p under the model and q under its drafter is accepted with probability
 * min(1, p / q). "block": the same for the tokens of a draft together. "gumbel": like "match", with noise that the drafter shares.
 */
export type DraftRule = "greedy" | "match" | "ratio" | "block" | "gumbel";

type DraftingLane = Pick<LaneTrace, "specification" | "options">;

/** Returns the rule of a built-in lane that drafts; undefined for others, and for trees whose paths are judged as a whole. */
export function draftRuleOf({ specification, options }: DraftingLane): DraftRule | undefined {
  const [name] = specification.split(":");
  const isExactTree = name === "judged-tree" && options["natsPerToken"] === 0;
  if (name !== "speculative" && name !== "denoise-draft" && !isExactTree) return undefined;
  if ((options["temperature"] ?? 0) === 0) return "greedy";
  switch (options["verify"]) {
    case "ratio":
    case "block":
    case "gumbel":
      return options["verify"];
    default:
      return "match";
  }
}

/** Returns the name of a lane's drafter; undefined if it is none of the built-in ones. */
export function drafterOf({ specification, options }: DraftingLane): string | undefined {
  const { drafter } = options;
  const [name = ""] = specification.split(":");
  if (name === "speculative") return String(drafter);
  return OWN_DRAFTERS.has(name) ? name : undefined;
}

const OWN_DRAFTERS: ReadonlySet<string> = new Set(["denoise-draft", "judged-tree", "constrained"]);

interface Judged {
  /** Probability of the token under what the lane draws from. */
  readonly p: number | undefined;
  /** Under what it was drafted with. */
  readonly q: number | undefined;
}

/** Returns the probability that a drafted token is accepted, given those before it; undefined where the run does not tell. */
export function acceptanceProbability(rule: DraftRule | undefined, { p, q }: Judged): number | undefined {
  if (rule === undefined || p === undefined) return undefined;
  switch (rule) {
    case "greedy":
    case "match":
      return p;
    case "ratio":
      return q === undefined || q <= 0 ? undefined : Math.min(1, p / q);
    case "block":
    case "gumbel":
      return undefined;
    default:
      return rule satisfies never;
  }
}
