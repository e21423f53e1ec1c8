import { testModel } from "@decodekit/conformance";
import { seededRandom } from "@decodekit/core";
import { memoryModel } from "@decodekit/core/testing";
import { loadModel } from "@decodekit/core/worker";
import { afterAll, describe, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";

/** A model whose rows depend on the whole prefix. */
function prefixModel() {
  const logitsAfter = (prefix: Int32Array): Float32Array => {
    const random = seededRandom(prefix.reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, 7));
    return Float32Array.from({ length: 12 }, () => random.uniform());
  };
  return memoryModel({ vocabSize: 12, contextLength: 40, tree: true, logitsAfter, hiddenStateAfter: logitsAfter });
}

describe("a model in a worker keeps the contract of causal models", async () => {
  const served = serveHere({ loadModel: async () => ({ ...byteModel(), causal: prefixModel() }) });
  const model = await loadModel("bytes", { worker: served.worker });
  afterAll(() => served.close());
  testModel(test, model.causal, { tolerance: 0, lateAborts: true });
});
