import { testModel } from "@decodekit/conformance";
import { loadModel } from "@decodekit/core/onnx";
import { afterAll, describe, test } from "vitest";
import { CONVERSATIONS, KINDS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

// The models are loaded when tests are collected, so that the kit knows their capabilities.
const cases = [
  ["fp32", "native", 1e-4],
  ["q8", "native", undefined],
  ["q8", "wasm", undefined],
] as const;

describe.runIf(arePresent).each(cases)(
  "SmolLM2-135M-Instruct keeps the contract of causal models: %s on %s",
  { timeout: 120_000 },
  async (name, execution, tolerance) => {
    // Skipped tests are collected too.
    if (!arePresent) return test("needs the model", () => undefined);
    const kind = KINDS.find((each) => each.name === name)!;
    const model = await loadModel(folderOf(kind), { execution, modelFile: kind.modelFile });
    afterAll(() => model.dispose());
    testModel(test, model.causal, { tolerance, tokens: model.chat!.encode(CONVERSATIONS[0]!.messages) });
  },
);
