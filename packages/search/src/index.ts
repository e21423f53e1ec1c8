export { beamSearch } from "./beam/beam-search.ts";
export type { BeamSearchOptions } from "./beam/beam-search-options.ts";
export type { Hypothesis } from "./beam/hypotheses.ts";
export { type BeamHypothesis, searchBeams, type SearchBeamsOptions, type SearchBeamsResult } from "./beam/search-beams.ts";
