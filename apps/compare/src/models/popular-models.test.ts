import { DTYPES } from "@decodekit/core/toolkit";
import { describe, expect, test } from "vitest";
import { factsBefore } from "./model-facts.ts";
import { readModelAddress } from "./model-address.ts";
import { advisedDtype, popularModel, popularModels } from "./popular-models.ts";

/** Bytes of a weight in files of a data type: at least, and at most, since embeddings keep 4 or 2 bytes. */
const BYTES = { fp32: [3.9, 5], fp16: [1.9, 2.5], q8: [0.9, 2.1], q4: [0.6, 2.8], q4f16: [0.5, 1.7] } as const;

describe("a popular model", () => {
  test.each(popularModels)("$repository is named as on the Hub, and its sizes fit its number of weights", (model) => {
    expect(readModelAddress(model.repository)).toEqual({ model: model.repository });
    for (const [dtype, megabytes] of Object.entries(model.megabytes)) {
      const [least, most] = BYTES[dtype as keyof typeof BYTES];
      expect(megabytes / model.millions, dtype).toBeGreaterThan(least);
      expect(megabytes / model.millions, dtype).toBeLessThan(most);
    }
  });

  test.each(popularModels)("$repository has an advised data type of known size for every device", (model) => {
    for (const gpu of [true, false])
      for (const float16 of [true, false]) {
        const dtype = advisedDtype(model, { gpu, float16 });
        expect(DTYPES).toContain(dtype);
        expect(model.megabytes[dtype]).toBeGreaterThan(0);
        if (gpu && !float16) expect(dtype).not.toMatch(/16/);
      }
  });

  test("whose draft model is suggested can be drafted for by a cheaper one of the list", () => {
    const drafted = popularModels.filter(({ draft }) => draft !== undefined);
    expect(drafted.map(({ repository, draft }) => [repository, draft])).toEqual([
      ["HuggingFaceTB/SmolLM2-360M-Instruct", "HuggingFaceTB/SmolLM2-135M-Instruct"],
    ]);
    for (const { draft, millions } of drafted) expect(popularModel(draft!)!.millions).toBeLessThan(millions);
  });

  test("is known before it is loaded, whatever its revision, and others are not", () => {
    const before = (model: string, draftModel = ""): unknown => factsBefore({ model, draftModel });
    expect(before("HuggingFaceTB/SmolLM2-135M-Instruct@v1")).toEqual({
      roles: ["causal"],
      capabilities: { rewind: true, fork: true, tree: true },
      hasDraft: false,
      hasChat: true,
    });
    expect(before("onnx-community/gemma-3-270m-it-ONNX", "org/small")).toMatchObject({ capabilities: { tree: false }, hasDraft: true });
    expect(before("answerdotai/ModernBERT-base")).toEqual({ roles: ["masked"], hasDraft: false, hasChat: false });
    expect(before("org/other", "org/small")).toEqual({ hasDraft: true });
    expect(before("local:mine")).toEqual({ hasDraft: false });
    expect(before("https://example.org/m")).toEqual({ hasDraft: false });
  });
});
