import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countedRow, countingModel, straight } from "../../support/counting-graph.ts";
import { walkSessions } from "../../support/session-walk.ts";

const ofTokens = (tokens: Iterable<number>): Float32Array => countedRow(straight(tokens));

describe.each([{ cacheType: "float32" }, { cacheType: "float16" }] as const)("sessions that share a $cacheType cache", ({ cacheType }) => {
  let model: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(countingModel({ cacheType, canvas: true }), { execution: "native" });
  });
  afterAll(() => model.dispose());

  test.each([0, 1, 2, 3, 4, 5])("hold their own tokens for any order of calls (seed %i)", async (seed) => {
    await walkSessions({
      model: model.causal,
      seed,
      steps: 80,
      expectRow: (row, tokens, what) => expect(row, what).toEqual(ofTokens(tokens)),
    });
  });

  test("a fork keeps its prefix while the original rewinds and reads other tokens, and the reverse", async () => {
    const original = await model.causal.createSession();
    await original.forward(Int32Array.of(0, 1, 2, 3));
    const fork = await original.fork!();
    await original.rewindTo(2);
    expect((await original.forward(Int32Array.of(5))).row(0)).toEqual(ofTokens([0, 1, 5]));
    expect((await fork.forward(Int32Array.of(4))).row(0)).toEqual(ofTokens([0, 1, 2, 3, 4]));
    const second = await fork.fork!();
    await second.rewindTo(1);
    await second.forward(Int32Array.of(6));
    await second.dispose();
    expect((await fork.forward(Int32Array.of(2))).row(0)).toEqual(ofTokens([0, 1, 2, 3, 4, 2]));
    await original.dispose();
    await fork.dispose();
  });
});
