/** What an option is called and what it does, in one line without a full stop. */
interface OptionText {
  readonly label: string;
  readonly help: string;
}

/**
 * The options of the built-in decoders, by name. Where a decoder means something else by a name, its own entry has the decoder's name in
 * front. Options of other decoders have the texts of their plugins.
 */
const options = {
  // Drafting
  drafter: { label: "Drafter", help: "What proposes tokens for the model to verify" },
  draftLength: { label: "Draft length", help: "Tokens per draft; “auto” finds the fastest length on this device" },
  "denoise-draft.draftLength": { label: "Draft length", help: "Tokens per draft" },
  verify: { label: "Verification", help: "How it is decided which drafted tokens are accepted" },
  natsPerToken: {
    label: "Likelihood for a token",
    help: "Nats of likelihood to give up for one more token per pass; 0 is plain decoding",
  },
  nodes: { label: "Candidates per pass", help: "Tokens that one pass reads as possible continuations" },
  depth: { label: "Longest path", help: "Most tokens that one pass can add" },
  branches: { label: "Kept successors", help: "Tokens that are remembered as followers of each token" },
  draftForced: {
    label: "Draft what is forced",
    help: "Whether tokens that the rule leaves no choice about are drafted, which saves passes",
  },

  // The rule of a constraint, the gap of an infilling
  kind: { label: "Kind of rule", help: "How the rule is written" },
  text: {
    label: "Rule",
    help: "One choice per line, a JSON schema, a regular expression for the whole text, or a grammar in the notation of llama.cpp (GBNF)",
  },
  after: { label: "Text after the gap", help: "What follows the gap; the model sees it while it fills the gap" },
  length: { label: "Length of the gap", help: "Tokens in the gap" },

  // Sampling
  temperature: {
    label: "Temperature",
    help: "Above 1 unlikely tokens are drawn more often, below 1 less often; 0 always takes the likeliest",
  },
  p: { label: "Top-p", help: "Draws only from the likeliest tokens that together have this probability; 1 keeps every token" },
  "typical.p": { label: "Mass", help: "Probability of the most typical tokens together; 1 keeps every token" },
  k: { label: "Top-k", help: "Number of likeliest tokens to draw from" },
  "contrastive.k": { label: "Candidates", help: "Number of likeliest tokens to choose from" },
  minP: { label: "Min-p", help: "Share of the largest probability that a token must have" },
  epsilon: { label: "Least probability", help: "Tokens below this probability are dropped" },
  "top-n-sigma.n": { label: "Standard deviations", help: "How far below the largest logit a token may be" },
  h: { label: "Share of entropy", help: "Share of the row's entropy that the kept tokens may have together" },
  range: { label: "Range of temperature", help: "How far the temperature moves with the entropy, up and down" },
  exponent: { label: "Exponent", help: "Exponent of the entropy, which is between 0 and 1" },
  probability: { label: "Chance", help: "How often the top choices are dropped" },
  "xtc.threshold": { label: "Top choice from", help: "Probability from which a token is a top choice" },
  tau: { label: "Surprise", help: "Surprise to aim at, in bits per token" },
  "mirostat.eta": { label: "Learning rate", help: "How fast the limit follows the surprise" },
  version: { label: "Version", help: "Version of the algorithm" },
  repetition: { label: "Repetition penalty", help: "The logits of tokens that were seen are divided by this; 1 changes nothing" },
  presence: { label: "Presence penalty", help: "Taken from the logits of tokens that the output has" },
  frequency: { label: "Frequency penalty", help: "Taken from the logits for each time that the output has the token" },
  dry: { label: "DRY", help: "Penalty of a token that continues a repeat of 2 tokens; longer repeats cost more" },
  noRepeatNgram: { label: "No repeated n-grams", help: "Length of the n-grams that must not repeat; 0 is off" },

  // Sampling like another system
  preset: { label: "System", help: "The system whose samplers, defaults and order are used" },
  "sample.temperature": { label: "Temperature", help: "The logits are divided by this; each system has its own default" },
  top_k: { label: "Top-k", help: "Number of likeliest tokens to keep; 0 is off" },
  top_p: { label: "Top-p", help: "Probability of the likeliest tokens together" },
  min_p: { label: "Min-p", help: "Share of the largest probability that a token must have" },
  top_h: { label: "Top-h", help: "Share of the row's entropy that the kept tokens may have" },
  typical_p: { label: "Typical", help: "Probability of the most typical tokens together" },
  epsilon_cutoff: { label: "Epsilon cut-off", help: "Probability below which tokens are dropped" },
  eta_cutoff: { label: "Eta cut-off", help: "As the epsilon cut-off, and lower where the model is uncertain" },
  repetition_penalty: { label: "Repetition penalty", help: "Makes tokens of prompt and output less likely" },
  encoder_repetition_penalty: { label: "Prompt penalty", help: "Makes tokens of the prompt more likely" },
  no_repeat_ngram_size: { label: "No repeated n-grams", help: "Length of the n-grams that must not repeat; 0 is off" },
  encoder_no_repeat_ngram_size: {
    label: "No n-grams of the prompt",
    help: "Length of the n-grams of the prompt that must not appear; 0 is off",
  },
  remove_invalid_values: { label: "Replace invalid logits", help: "Whether logits that are infinite or no number are replaced" },
  renormalize_logits: { label: "Normalise", help: "Whether the result is written as log-probabilities" },
  dynatemp_range: { label: "Range of temperature", help: "How far the temperature moves with the entropy" },
  dynatemp_exponent: { label: "Exponent of temperature", help: "Exponent of the entropy for the range of temperature" },
  top_n_sigma: { label: "Top-nσ", help: "Standard deviations below the largest logit that a token may be; -1 is off" },
  xtc_probability: { label: "XTC chance", help: "How often the top choices are dropped" },
  xtc_threshold: { label: "XTC threshold", help: "Probability from which a token is a top choice" },
  repeat_penalty: { label: "Repeat penalty", help: "Makes tokens that were seen less likely" },
  repeat_last_n: { label: "Penalised tokens", help: "How many of the last tokens the penalties count; -1 is all" },
  presence_penalty: { label: "Presence penalty", help: "Taken from the logits of tokens that were seen" },
  frequency_penalty: { label: "Frequency penalty", help: "Taken from the logits for each time that the token was seen" },
  dry_multiplier: { label: "DRY", help: "Penalty of the shortest repeat; 0 is off" },
  dry_base: { label: "DRY base", help: "What each further token multiplies the penalty by" },
  dry_allowed_length: { label: "DRY length", help: "Length of the shortest repeat that is penalised" },
  dry_penalty_last_n: { label: "DRY tokens", help: "How many of the last tokens are searched for repeats; -1 is all" },
  mirostat: { label: "Mirostat", help: "Version of mirostat, which replaces all samplers but temperature; 0 is off" },
  mirostat_tau: { label: "Mirostat surprise", help: "Surprise to aim at, in bits per token" },
  mirostat_eta: { label: "Mirostat learning rate", help: "How fast mirostat follows" },
  min_keep: { label: "Kept tokens", help: "Fewest tokens that the cuts keep" },

  // Search
  beams: { label: "Beams", help: "Beginnings of a text that are followed side by side" },
  lengthPenalty: { label: "Length penalty", help: "Above 0 favours long texts, below 0 short ones" },
  earlyStopping: { label: "Early stopping", help: "When a search with enough finished texts ends" },
  groups: { label: "Groups", help: "Number of groups of beams, which must divide the beams" },
  diversityPenalty: { label: "Diversity penalty", help: "What a token loses for each beam of an earlier group that chose it, in nats" },
  alpha: { label: "Weight of likeness", help: "How much likeness to earlier hidden states counts against probability; 0 is greedy" },
  n: { label: "Samples", help: "Number of texts to draw" },
  answerTokens: { label: "Answer", help: "Tokens at the end of a text that are its answer; by default the whole text" },
  "think-first.answerTokens": { label: "Longest answer", help: "Most tokens of the answer; by default all that are left" },
  scratchTokens: { label: "Scratch text", help: "Most tokens of the scratch text" },
  separator: { label: "Separator", help: "Token ids between scratch text and answer, with spaces between them" },
  scratchTemperature: { label: "Temperature of the scratch text", help: "0 always takes the likeliest token" },
  "think-first.temperature": { label: "Temperature of the answer", help: "0 always takes the likeliest token" },

  // Refinement
  blockLength: { label: "Block length", help: "Positions that are filled together" },
  steps: { label: "Steps", help: "Most predictions per block; more steps, fewer tokens at once" },
  "denoise-draft.steps": { label: "Passes per draft", help: "Masked passes that fill one draft" },
  "ar-critic.steps": { label: "Passes per fill", help: "Passes that fill a block once" },
  "ar-then-refine.steps": { label: "Passes per revision", help: "Passes that revise a block once" },
  "confidence-cascade.steps": {
    label: "Passes per token",
    help: "Most passes over the canvas for each token that is decoded left to right",
  },
  threshold: { label: "Confidence threshold", help: "Confidence from which a position is filled for good" },
  "confidence-cascade.threshold": { label: "Confidence threshold", help: "Probability from which the masked model fills a position" },
  factor: { label: "Dynamic threshold", help: "In place of the threshold: the more positions are left, the more certain one must be" },
  lowThreshold: { label: "Lower threshold", help: "Confidence from which the best position of a gap is filled; at most the threshold" },
  remaskThreshold: { label: "Remasking threshold", help: "Probability below which a token is masked again" },
  revokeThreshold: { label: "Doubt threshold", help: "Probability, without seeing the token itself, below which it is masked again" },
  editThreshold: { label: "Editing threshold", help: "Probability from which another token replaces the present one" },
  extraSteps: { label: "Extra steps", help: "Most steps after every position is filled" },
  bound: { label: "Bound of entropy", help: "Most entropy, in nats, of the positions that are filled together" },
  "klass.bound": { label: "Bound of change", help: "Change between steps, in nats, below which a position is stable" },
  history: { label: "Stable steps", help: "Steps in a row in which a position must be stable" },
  remasking: { label: "Order", help: "In which order positions are filled" },
  algorithm: { label: "Order", help: "In which order positions are filled" },
  orderTemperature: { label: "Temperature of the order", help: "Draws the positions by their score; by default the best come first" },
  variant: { label: "Variant", help: "Which tokens are masked again" },
  eta: { label: "Strength of remasking", help: "How many tokens are masked again; each variant has its own default" },
  timeOn: { label: "Remasking from", help: "Time, falling from 1 to 0, at which remasking starts" },
  timeOff: { label: "Remasking until", help: "Time at which remasking ends, below its start" },
  alphaOn: { label: "Known share", help: "Share of the canvas that is known in between" },
  stabilityThreshold: { label: "Stable steps", help: "Steps with the same likeliest tokens before the canvas ends early" },
  confidenceThreshold: { label: "Early end", help: "Mean entropy, in nats, below which the canvas may end early" },
  rounds: { label: "Rounds", help: "Most times that a block is filled and scored" },
  tolerance: { label: "Tolerance", help: "Tokens that cost at most this many nats are never masked again" },
  share: { label: "Revised share", help: "Share of a block that a revision replaces" },
  canvas: {
    label: "What the model sees",
    help: "The block alone, or also the masked positions after it; each decoder has its own default",
  },
  original: {
    label: "Blocks start as",
    help: "What a block holds before its first pass; a copy of the prompt suits edits, and is corrected",
  },
  noise: { label: "Open positions", help: "What the model reads at a position that is still unknown; each decoder has its own default" },

  // Cost
  guidanceScale: { label: "Guidance", help: "Strength of classifier-free guidance, which doubles the passes; by default none" },
  rowCost: {
    label: "Cost of a candidate",
    help: "What one more candidate adds to the time of a pass, as a part of it; measured if left out and no likelihood may be given up",
  },
} satisfies Readonly<Record<string, OptionText>>;

/** Values that stand for something, by option and value. */
const values = {
  drafter: {
    "prompt-lookup": "copies from the text",
    suffix: "suffixes of the text",
    "draft-model": "draft model",
    "masked-draft": "masked model",
    ddtree: "masked model, as a tree",
    eagle: "EAGLE draft head",
    "eagle-tree": "EAGLE draft head, as a tree",
    dflash: "DFlash draft head",
    jacobi: "Jacobi iteration",
    lookahead: "lookahead",
    cascade: "suffixes and lookahead",
  },
  verify: {
    match: "same token",
    gumbel: "same noise",
    ratio: "ratio of probabilities",
    block: "ratio, whole drafts",
    tree: "tree",
  },
  kind: { choices: "choices", "json-schema": "JSON schema", regex: "regular expression", grammar: "grammar" },
  preset: { hf: "transformers", "llama-cpp": "llama.cpp", vllm: "vLLM" },
  earlyStopping: { true: "at once", false: "when the best beam is no better", never: "when none can become better" },
  canvas: { block: "the block", remaining: "all that is left" },
  original: { prompt: "a copy of the prompt" },
  noise: { absorbing: "the mask token", uniform: "random tokens" },
  remasking: { "low-confidence": "most certain first", random: "random" },
  algorithm: {
    origin: "random",
    "maskgit-plus": "most certain first",
    "topk-margin": "largest lead first",
    entropy: "least entropy first",
  },
  variant: { cap: "up to a limit", rescale: "rescaled", confidence: "least certain", loop: "in a loop" },
} satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The least and greatest value of a number, and whether they are out of range themselves. */
export interface Bounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: boolean | undefined;
  readonly exclusiveMaximum?: boolean | undefined;
}

function bounds({ minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false }: Bounds): string {
  if (minimum !== undefined && maximum !== undefined)
    return ` ${exclusiveMinimum ? "above" : "from"} ${minimum} ${exclusiveMaximum ? "and below" : "to"} ${maximum}`;
  if (minimum !== undefined) return exclusiveMinimum ? ` above ${minimum}` : ` of at least ${minimum}`;
  if (maximum !== undefined) return exclusiveMaximum ? ` below ${maximum}` : ` of at most ${maximum}`;
  return "";
}

export const optionTexts = {
  options,
  values,
  groups: {
    rule: "Rule",
    drafting: "Drafting",
    search: "Search",
    refinement: "Refinement",
    sampling: "Sampling",
    cost: "Cost",
    other: "Other",
  },
  more: (count: number) => `More options (${count})`,
  none: "This decoder has no options.",
  default: "Default",
  defaultIs: (value: string) => `Default: ${value}`,
  defaults: "default options",
  yes: "yes",
  no: "no",
  setting: (label: string, value: string) => `${label}: ${value}`,
  number: (isWhole: boolean, range: Bounds) => `${isWhole ? "A whole number" : "A number"}${bounds(range)}`,
  wrongNumber: (label: string, range: string) => `${label}: enter ${range.charAt(0).toLowerCase()}${range.slice(1)}.`,
  wrongChoice: (label: string, choices: readonly string[]) => `${label}: choose one of ${choices.join(", ")}.`,
};
