import { loadModel } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { KINDS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

/** What each kind of file promises of its rows, on native and on WASM. */
const EXPECTED: Readonly<Record<string, readonly [native: string, wasm: string]>> = {
  fp32: ["rounding", "rounding"],
  "fp32 with external data": ["rounding", "rounding"],
  fp16: ["rounding", "rounding"],
  // Products are padded to two rows on native.
  q8: ["exact", "approximate"],
  q4: ["rounding", "rounding"],
  q4f16: ["rounding", "rounding"],
  "genai fp32": ["rounding", "rounding"],
  // The export asks for accuracy level 4.
  "genai int4": ["approximate", "rounding"],
};

describe.runIf(arePresent)("SmolLM2-135M-Instruct says how consistent its rows are", { timeout: 300_000 }, () => {
  describe.each(["native", "wasm"] as const)("on %s", (execution) => {
    test.each(KINDS.map((kind) => [kind.name, kind] as const))("%s", async (name, kind) => {
      const warnings: string[] = [];
      const options = { execution, modelFile: kind.modelFile, onWarning: ({ message }: { message: string }) => warnings.push(message) };
      const model = await loadModel(folderOf(kind), options);
      expect(model.causal.capabilities.rowConsistency).toBe(EXPECTED[name]![execution === "native" ? 0 : 1]);
      expect(warnings).toEqual([]);
      await model.dispose();
    });

    test("q8 as published has mixed rows, and a warning", async () => {
      const kind = KINDS.find(({ name }) => name === "q8")!;
      const warnings: string[] = [];
      const onWarning = ({ message }: { message: string }) => warnings.push(message);
      const model = await loadModel(folderOf(kind), { execution, modelFile: kind.modelFile, rewriting: false, onWarning });
      expect(model.causal.capabilities.rowConsistency).toBe("mixed");
      expect(warnings).toEqual([expect.stringContaining("may return another text")]);
      await model.dispose();
    });
  });
});
