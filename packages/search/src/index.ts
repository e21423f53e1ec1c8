export { beamSearch } from "./beam/beam-search.ts";
export type { BeamSearchOptions } from "./beam/beam-search-options.ts";
export type { Hypothesis } from "./beam/hypotheses.ts";
export { type BeamHypothesis, searchBeams, type SearchBeamsOptions, type SearchBeamsResult } from "./beam/search-beams.ts";
export { contrastiveSearch, type ContrastiveSearchOptions } from "./contrastive/contrastive-search.ts";
export { bestOfN, type BestOfNOptions, meanLogProbability } from "./samples/best-of-n.ts";
export type { Sample, TextSample } from "./samples/sample.ts";
export { sampleBestOfN, type SampleBestOfNOptions, type SampleBestOfNResult, type ScoredTextSample } from "./samples/sample-best-of-n.ts";
export type { SamplingOptions } from "./samples/sampling-options.ts";
export { lastTokens, selfConsistency, type SelfConsistencyOptions, wholeOutput } from "./samples/self-consistency.ts";
export { type AnsweringSample, voteOnAnswers, type VoteOnAnswersOptions, type VoteOnAnswersResult } from "./samples/vote-on-answers.ts";
export type { Vote } from "./samples/votes.ts";
export {
  generateInStages,
  type GenerateInStagesOptions,
  type GenerateInStagesResult,
  type StageText,
} from "./stages/generate-in-stages.ts";
export { thinkFirst, type ThinkFirstOptions } from "./stages/think-first.ts";
export type { SearchGenerateOptions } from "./run-with-model.ts";
