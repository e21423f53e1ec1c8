import type { BranchObstacle } from "../../why/branch-obstacle.ts";
import type { Proposer } from "../../trace/cell.ts";
import type { Unknown } from "../../why/unknown-distribution.ts";

const phases: Readonly<Record<Proposer["phase"], string>> = {
  prefill: "the prefill pass",
  decode: "a decoding pass",
  draft: "a drafting pass",
  verify: "a verification pass",
  refine: "a refinement pass",
  lookup: "a lookup in the text so far",
  forced: "your choice",
};

const models: Readonly<Record<Proposer["model"], string>> = {
  causal: "the model",
  masked: "the masked model",
  draft: "the draft model",
  none: "no model",
};

const drafters: Readonly<Record<string, string>> = {
  suffix: "the suffix drafter",
  "prompt-lookup": "prompt lookup",
  "draft-model": "the draft model",
  "masked-draft": "the masked model",
  ddtree: "the masked model, as a tree",
  eagle: "the draft head",
  "eagle-tree": "the draft head, as a tree",
  dflash: "the draft head",
  jacobi: "Jacobi iteration",
  lookahead: "lookahead",
  cascade: "suffix and lookahead together",
  "denoise-draft": "the masked model, in several passes",
  "judged-tree": "the model's earlier predictions",
  constrained: "the constraint, which left no choice",
};

/** Why a token stands where it stands, and what would have followed another one. Large numbers and probabilities arrive formatted. */
export const whyTexts = {
  final: "final",
  notFinal: "not final yet",
  position: (position: number, lane: string) => `token ${position} of lane ${lane}`,
  id: (token: number) => `id ${token}`,
  notYet: "There is no token at this position yet.",
  stopToken: "end of text",

  from: (by: Proposer, pass: number) =>
    by.phase === "forced"
      ? "Set before the run: the decoder continued after it"
      : by.model === "none"
        ? `Drafted by ${phases[by.phase]}, before pass ${pass + 1}`
        : `From pass ${pass}, ${phases[by.phase]} of ${models[by.model]}`,
  fromDrafter: (drafter: string, by: Proposer, pass: number) =>
    `Drafted by ${drafters[drafter] ?? drafter}, ${by.model === "none" ? `before pass ${pass + 1}` : `in pass ${pass}`}`,
  inDraft: (place: number, drafted: number, accepted: number, pass: number) =>
    `Token ${place} of a draft of ${drafted}; pass ${pass} accepted ${accepted} of them`,
  rules: {
    greedy: "Accepted, since it is the model's likeliest token",
    match: (p: string) => `Accepted if the model draws the same token, with probability p = ${p}`,
    ratio: (p: string, q: string, probability: string) => `Accepted with probability min(1, p / q) = min(1, ${p} / ${q}) = ${probability}`,
    block: (p: string, q: string) => `p = ${p}, q = ${q}; the tokens of a draft are judged together`,
    gumbel: (p: string) => `p = ${p}; draft and model share their noise, so they agree more often`,
  },
  pAndQ: { p: "p: under what the lane draws from.", q: "p: under what the lane draws from; q: under what drafted it." },

  rank: (rank: string, tokens: string, percentages: string) => `Rank ${rank} of ${tokens}: ${percentages}.`,
  reported: {
    draft: (q: string) => `Its drafter gave it ${q}.`,
    masked: (p: string) => `The masked model gave it ${p} when it was placed.`,
    other: (p: string) => `The decoder reported ${p}.`,
  },

  candidates: "What it was chosen from",
  predictions: "What the model predicts here",
  legend: { before: "the model, at temperature 1", after: "what the decoder chose from" },
  nothingCut: "No token was left out.",
  left: (left: number, formatted: string, tokens: string, mass: string) =>
    `${formatted} of ${tokens} tokens ${left === 1 ? "was" : "were"} left. The others had ${mass} under the model.`,
  drewSeveral: "Several texts were drawn like this, and one of them was kept.",
  differs: "Scoring computes the rows again, in other passes. Here rounding made another token the likeliest, so this one shows 0 %.",
  inexact: "This model file computes with 8 bits, so a probability differs a little from pass to pass.",
  unknown: {
    forced: "You set this token: nothing was chosen.",
    masked:
      "The masked model placed this token, from both sides. The run holds the probability of this token, not of others; below is what the model predicts from left to right.",
    search: "Beam search ranks whole texts and draws no single token.",
    contrastive: "Contrastive search weighs how likely a token is against how much it repeats what came before.",
    "judged-tree": "The judged tree takes a less likely token where that saves passes, so it draws from no single distribution.",
    stages: "Scratch text and answer can be drawn in two ways, and the run does not tell where one ends.",
    "two-models": "This decoder combines two models. The run does not hold what this token was chosen from.",
    constraint: "Only tokens that the constraint allows were considered. The run does not hold which ones they were.",
    earlier: "This run was saved by an earlier version, which did not record what tokens were chosen from.",
    own: "This decoder does not tell how it draws its tokens.",
    "not-scored": "Alternatives appear once the lane has finished.",
    "not-causal": "This model predicts from both sides only, so there is no list of what could follow.",
  } satisfies Readonly<Record<Unknown, string>>,
  percentages: (before: string, after: string | undefined) => (after === undefined ? before : `${before} → ${after}`),
  arrow: "→",
  nothing: "0",
  leftOut: "cut",
  chosen: "chosen",

  undone: "Taken back here",
  takenBack: {
    rejected: (pass: number) => `rejected in pass ${pass}`,
    dropped: (pass: number) => `dropped in pass ${pass}, since a drafted token before it was rejected`,
    ended: (pass: number) => `dropped in pass ${pass}, since the text ended before it`,
    replaced: (pass: number) => `replaced in pass ${pass}`,
    withdrawn: (pass: number) => `taken back in pass ${pass}`,
  },
  /** Between one of these and the token that came in its place. */
  replacedBy: { rejected: ", replaced by ", replaced: " by " },
  rejectedRules: {
    greedy: "the model's likeliest token is another",
    match: (p: string) => `the model would draw it with probability p = ${p}`,
    ratio: (p: string, q: string, probability: string) => `accepted with probability min(1, ${p} / ${q}) = ${probability}`,
    block: (p: string, q: string) => `p = ${p}, q = ${q}`,
    gumbel: (p: string) => `p = ${p}`,
  },
  probability: (value: string) => `proposed with ${value}`,
  inOtherLanes: "At this position in the other lanes",

  branch: {
    hint: "Choose another token to continue with it in a new lane.",
    action: (token: string) => `Continue with ${token} in a new lane`,
    title: (lane: string, position: number, token: string | undefined) =>
      `${lane}, from token ${position}${token === undefined ? "" : ` “${token}”`}`,
    obstacles: {
      tour: "In Compare, you can continue with another token in a new lane.",
      running: "When the run has ended, you can continue with another token in a new lane.",
      lanes: "There is no room for another lane. Remove one to continue with another token.",
      length: "Nothing would follow another token here: it is the last one of this length.",
      decoder: "This lane's decoder is not available, so it cannot continue with another token.",
    } satisfies Readonly<Record<BranchObstacle, string>>,
    timesFromElsewhere: "Only the new lane ran here: the times of the others were recorded elsewhere. Press Run to compare times.",
    otherModel: (recorded: string, loaded: string) =>
      `The new lane did not run: these results are of ${recorded === "" ? "another model" : recorded}, and ${loaded} was loaded. Press Run to run all lanes.`,
  },
};
