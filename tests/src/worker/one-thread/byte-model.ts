import type { CausalModel } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import {
  byteTokenizer,
  interceptPasses,
  memoryMaskedModel,
  memoryModel,
  type TestMaskedModel,
  type TestModel,
} from "@decodekit/core/testing";

/** A language model over bytes that always continues with the alphabet, and records how it is used. */
export interface ByteModel extends OnnxLanguageModel {
  readonly test: TestModel;
  readonly testMasked: TestMaskedModel;
  readonly isDisposed: () => boolean;
}

const CONTEXT_LENGTH = 4000;

/** `passMilliseconds`: how long a pass takes, while other messages are handled; at 0 a pass takes one turn of the event loop. */
export function byteModel({ passMilliseconds = 0 }: { readonly passMilliseconds?: number } = {}): ByteModel {
  const tokenizer = byteTokenizer();
  const { vocabSize, endToken } = tokenizer;
  const test = memoryModel({
    vocabSize,
    contextLength: CONTEXT_LENGTH,
    tree: true,
    logitsAfter: (prefix) => logitsFor(vocabSize, following(prefix.at(-1)!)),
  });
  const testMasked = memoryMaskedModel({
    vocabSize,
    contextLength: CONTEXT_LENGTH,
    maskTokenId: tokenizer.beginToken,
    logitsAt: (prefix, _canvas, index) => logitsFor(vocabSize, 97 + ((prefix.length + index) % 26)),
  });
  const takeTime = <Result>(pass: { readonly run: () => Promise<Result> }): Promise<Result> =>
    new Promise<void>((resolve) => (passMilliseconds ? setTimeout(resolve, passMilliseconds) : setImmediate(resolve))).then(pass.run);
  const causal: CausalModel = interceptPasses(test, takeTime);
  let disposed = false;
  return {
    name: "bytes",
    tokenizer,
    stopTokens: [endToken],
    causal,
    masked: testMasked,
    test,
    testMasked,
    execution: "wasm",
    file: { path: "onnx/model_q4.onnx", dtype: "q4", reason: "it is the only one" },
    parameters: 12,
    bytes: 34,
    isDisposed: () => disposed,
    dispose: async () => void (disposed = true),
    [Symbol.asyncDispose]: async () => void (disposed = true),
  };
}

/** Returns the letter after `token`; "a" after "z" and after anything else. */
function following(token: number): number {
  return token >= 97 && token < 122 ? token + 1 : 97;
}

function logitsFor(vocabSize: number, token: number): Float32Array {
  const logits = new Float32Array(vocabSize).fill(-5);
  logits[token] = 5;
  return logits;
}
