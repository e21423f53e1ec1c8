// For applications.
export type { BoundedDecoder, Decoder, FinishReason } from "./contracts/decoder.ts";
export type { ChatContentPart, ChatMessage, ChatOptions, ChatRenderOptions, ChatTemplate } from "./contracts/chat.ts";
export type { LanguageModel } from "./contracts/language-model.ts";
export type { ModelRole, TokenId } from "./contracts/model.ts";
export type { EncodeOptions, Tokenizer } from "./contracts/tokenizer.ts";
export { countStatistics, type DecodeStatistics, type StatisticsCounter } from "./decode/statistics.ts";
export {
  ChatTemplateError,
  ContextLengthError,
  DecodekitError,
  DisposedError,
  DrafterError,
  type ErrorCode,
  InvalidOptionError,
  LogitsError,
  MissingModelError,
  VocabularyMismatchError,
} from "./errors.ts";
export { generate } from "./generate/generate.ts";
export type { GenerateOptions } from "./generate/generate-options.ts";
export type { Prompt } from "./generate/prompt-tokens.ts";
export type { GenerateResult, Generation } from "./generate/generation.ts";
export { continuationText } from "./text/incremental-text.ts";
export { logWarning, type Warning, type WarningHandler } from "./warnings.ts";

// For authors of decoders and samplers.
export type {
  DecodeEndEvent,
  DecodeEvent,
  DecodeOptions,
  DecodeStartEvent,
  DraftVerifyEvent,
  ForwardEndEvent,
  ForwardPhase,
  TokenAlternatives,
  TokensCommitEvent,
  TokensProposeEvent,
  TokensWithdrawEvent,
} from "./contracts/decoder.ts";
export type {
  CausalModel,
  ForwardOptions,
  HiddenStates,
  Logits,
  MaskedModel,
  MaskedSession,
  ModelCapabilities,
  ModelSet,
  RequiredCapability,
  RowConsistency,
  RowPart,
  RowReads,
  Session,
  TreeOptions,
} from "./contracts/model.ts";
export type { DecoderPlugin, PluginModel, PluginOption, PluginOptionValues } from "./contracts/plugin.ts";
export type { Candidates, LogitsProcessor, PartialSampling, Sampler, Sequence } from "./contracts/sampler.ts";
export { autoregressive } from "./decode/autoregressive.ts";
export { type DecodeContext, type DecoderDefinition, defineDecoder } from "./decode/define-decoder.ts";
export type { CausalRole, MaskedRole, ReportingMaskedSession, ReportingSession } from "./contracts/reporting-session.ts";
export {
  acceptsValue,
  describeOption,
  type ObjectOption,
  objectOption,
  type OptionDefinition,
  type OptionDefinitions,
  type ResolvedOptions,
  resolveOptions,
} from "./options.ts";
export { type RandomSource, seededRandom } from "./random/random.ts";
export { argmax } from "./sampling/argmax.ts";
export { categorical } from "./sampling/categorical.ts";
export { greedySampler, isGreedy } from "./sampling/greedy-sampler.ts";
export { logSoftmax, logSumExp, softmax } from "./sampling/softmax.ts";
export { checkTokens } from "./tokens/check-tokens.ts";

// For authors of drafters.
export type { BlockHead, BlockHeadSession, DraftHead, HeadBranches, StepHead, StepHeadSession } from "./contracts/draft-head.ts";
export {
  type Draft,
  type Drafter,
  draftFrom,
  type DraftOutcome,
  type DraftRequest,
  type DraftContext,
  type DraftSession,
} from "./contracts/drafter.ts";
