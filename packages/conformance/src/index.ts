export { measureLoss, plainSampler } from "./lossless.ts";
export { type LosslessCase, losslessCases } from "./lossless-models.ts";
export { type NegativeControl, negativeControls } from "./negative-controls.ts";
export { type DrafterOptions, testDrafter } from "./test-drafter.ts";
export { testDecoder, type TestFunction } from "./test-decoder.ts";
export { LARGEST_LOSS, type LosslessOptions, testLossless } from "./test-lossless.ts";
