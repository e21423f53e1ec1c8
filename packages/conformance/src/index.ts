export { measureLoss, plainSampler } from "./lossless.ts";
export { type LosslessCase, losslessCases } from "./lossless-models.ts";
export { type NegativeControl, negativeControls } from "./negative-controls.ts";
export { LARGEST_LOSS } from "./prove-lossless.ts";
export type { DecoderTestOptions, FixedLength } from "./subject.ts";
export { type DrafterOptions, testDrafter } from "./test-drafter.ts";
export { testDecoder } from "./test-decoder.ts";
export type { Inapplicable, KitReport, TestFunction } from "./test-function.ts";
export { type BoundedProof, type LosslessOptions, type LosslessReport, testLossless } from "./test-lossless.ts";
