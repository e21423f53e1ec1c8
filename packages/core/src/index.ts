export { autoregressive } from "./autoregressive.ts";
export type {
  DecodeEndEvent,
  DecodeEvent,
  DecodeOptions,
  Decoder,
  DecodeStartEvent,
  DraftVerifyEvent,
  FinishReason,
  ForwardEndEvent,
  ForwardPhase,
  TokensCommitEvent,
  TokensProposeEvent,
} from "./decoder.ts";
export { type Draft, type Drafter, draftFrom, type DraftOutcome, type DraftRequest, type DraftRun, type DraftSession } from "./drafter.ts";
export {
  ContextLengthError,
  DecodekitError,
  DisposedError,
  DeviceLostError,
  DrafterError,
  type ErrorCode,
  ExecutionUnavailableError,
  InvalidOptionError,
  LogitsError,
  MissingModelError,
  ModelLoadError,
  ModelShapeError,
  VocabularyMismatchError,
  WorkerError,
} from "./errors.ts";
export { generate, type GenerateResult, type Generation } from "./generate.ts";
export type { GenerateOptions } from "./generate-options.ts";
export { greedySampler, isGreedy, sampleToken } from "./greedy-sampler.ts";
export type { LanguageModel } from "./language-model.ts";
export type {
  CausalModel,
  ForwardOptions,
  Logits,
  MaskedModel,
  MaskedSession,
  ModelCapabilities,
  ModelRole,
  ModelSet,
  Session,
  TokenId,
} from "./model.ts";
export { checkOptions, integerBetween, numberBetween, oneOf, type OptionCheck } from "./options.ts";
export type { DecoderPlugin, PluginOption, PluginOptionValues } from "./plugin.ts";
export { type RandomSource, seededRandom } from "./random.ts";
export type { CausalRole, MaskedRole, ReportingMaskedSession, ReportingSession } from "./reporting-session.ts";
export { checkTokens, type DecodeBody, type DecodeRun, runDecode, type RunningDecoder } from "./run-decode.ts";
export type { LogitsProcessor, Sampler, SamplingContext } from "./sampler.ts";
export { argmax } from "./sampling/argmax.ts";
export { categorical } from "./sampling/categorical.ts";
export { logSoftmax, logSumExp, softmax } from "./sampling/softmax.ts";
export { countStatistics, type DecodeStatistics, type StatisticsCounter } from "./statistics.ts";
export { continuationText } from "./text-decoder.ts";
export type { Tokenizer } from "./tokenizer.ts";
export { logWarning, type Warning, type WarningHandler } from "./warnings.ts";
