export { builtInDecoders } from "./built-in-decoders.ts";
export { compare, type ComparedModel, type CompareOptions, type CompareProgress } from "./compare.ts";
export { type ComparedDecoder, decoderFromPlugin, presetDecoders } from "./compared-decoder.ts";
export { parseDecoder } from "./parse-decoder.ts";
export type { CompareReport, Environment, ModelReport, RunReport } from "./report.ts";
