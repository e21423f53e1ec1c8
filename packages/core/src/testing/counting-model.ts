import { memoryModel, type TestModel } from "./memory-model.ts";

export interface CountingModelOptions {
  /** @defaultValue 10 */
  readonly vocabSize?: number | undefined;
  /** @defaultValue 64 */
  readonly contextLength?: number | undefined;
}

/**
 * Creates a causal model that is certain: after token t comes (t + 1) mod vocabSize, with logit 0; all others have -Infinity. Every
 * decoder that commits only possible tokens counts on from the prompt, so its output is known in advance.
 */
export function countingModel({ vocabSize = 10, contextLength = 64 }: CountingModelOptions = {}): TestModel {
  return memoryModel({
    vocabSize,
    contextLength,
    logitsAfter(prefix) {
      const row = new Float32Array(vocabSize).fill(-Infinity);
      row[(prefix.at(-1)! + 1) % vocabSize] = 0;
      return row;
    },
  });
}
