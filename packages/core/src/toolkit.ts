// What several strategies, programs that load their plugins, and those that decorate models need. No dependency, like the entry point ".".
export { DTYPES, type Dtype, dtypeOfFile } from "./contracts/dtype.ts";
export { checkReads } from "./contracts/check-reads.ts";
export { FORWARD_PHASES, MODEL_ROLES } from "./contracts/pass-kinds.ts";
export { decoderOf, isEffective, pluginsIn } from "./contracts/read-plugins.ts";
export { undecorated } from "./contracts/model.ts";
export { withProcessors, type WithProcessorsOptions } from "./decorate/with-processors.ts";
export {
  type PrefixCache,
  type PrefixCacheOptions,
  type PrefixCacheStatistics,
  type WithPrefixCache,
  withPrefixCache,
} from "./decorate/with-prefix-cache.ts";
export { type BatchOptions, generateBatch } from "./generate/generate-batch.ts";
export { candidatesOf, countOf, keepFrom, keepPlaces, mostLikelyOf, narrowingProcessor, probabilitiesOf } from "./sampling/candidates.ts";
export { nucleusProcessor, temperatureProcessor } from "./sampling/common-processors.ts";
export { drawDirectly } from "./sampling/draw-directly.ts";
export { drawToken } from "./sampling/draw-token.ts";
export { negativeLogLikelihood } from "./sampling/negative-log-likelihood.ts";
export { type Nucleus, nucleusOf } from "./sampling/nucleus.ts";
export { distributionOf, drawPredicted, mostLikely, type PredictedRow, readsOf, wholeRow } from "./sampling/predicted-row.ts";
export { processedSampler } from "./sampling/processed-sampler.ts";
export { float16ToFloat32 } from "./numbers/float16.ts";
export { reusedArray } from "./sampling/reused-array.ts";
export { PROCESSORS_OPTION, SAMPLER_OPTION } from "./sampling/sampler-options.ts";
export { temperatureSampler } from "./sampling/temperature-sampler.ts";
export { topK } from "./sampling/top-k.ts";
export { type IncrementalText, incrementalText } from "./text/incremental-text.ts";
export { type StopStringFilter, stopStringFilter } from "./text/stop-strings.ts";
export { concatTokens } from "./tokens/concat-tokens.ts";
export { GrowingSequence } from "./tokens/growing-sequence.ts";
export { findInvalidParent, firstChain, nodeDepths, pathTo, pathTokens, takeBest, type TokenTree } from "./tokens/token-tree.ts";
