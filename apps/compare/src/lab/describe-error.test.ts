import * as core from "@decodekit/core";
import { ExecutionUnavailableError, ModelLoadError, PassError } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { readTrace } from "../trace/trace-file.ts";
import { makeLane } from "./decoders.ts";
import { describeError, describeOptionError, wrongValue } from "./describe-error.ts";

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("It did not throw.");
}

test.each([
  [new core.ContextLengthError(600, 512), "Prompt and output would have 600 tokens, and this model holds 512."],
  [new core.MissingModelError("x", "masked"), "This decoder needs a masked model"],
  [new core.MissingModelError("x", "draft"), "This decoder needs a draft model"],
  [new core.VocabularyMismatchError({ model: 1, draft: 2 }, "Pass another."), "The draft model has another vocabulary"],
  [new ExecutionUnavailableError("webgpu", "no adapter"), "This browser cannot run models on the GPU."],
  [new PassError({ source: "s", execution: "wasm", reason: "r" }), "The browser could not run this file of the model on the CPU."],
  [new ModelLoadError("config.json", "is not valid JSON"), "The model could not be loaded. config.json"],
  [new core.LogitsError("NaN"), "The model returned probabilities that are no numbers."],
  [new core.DrafterError("suffix", "broke."), "The drafter suffix failed."],
  [new core.DisposedError("model"), "The model was unloaded in the meantime."],
  [new core.InvalidOptionError({ where: "generate", option: "prompt", expected: "tokens", actual: [] }), "The prompt is empty"],
  [errorOf(() => makeLane("nothing")), "There is no such decoder here."],
  [errorOf(() => makeLane("speculative:draftLength=0")), "Draft length must be"],
  [errorOf(() => readTrace("{}")), "Line 1 is not as this page writes it: see format."],
  [errorOf(() => readTrace("[")), "Line 1 is not as this page writes it."],
])("%o is a sentence for a visitor", (error, expected) => {
  expect(describeError(error)).toContain(expected);
  expect(describeError(error)).not.toMatch(/\bPass (one|another|its)\b|Expected .* but received|onnx\/|[a-z][A-Z]/);
});

test("what the app itself says stays", () => {
  expect(describeError(new Error("Choose a file."))).toBe("Choose a file.");
  expect(describeError("Choose a file.")).toBe("Choose a file.");
});

test("an option is blamed by its label, at its field", () => {
  const { plugin } = makeLane("constrained");
  const error = errorOf(() => makeLane("constrained:kind=regex,text=("));
  expect(describeOptionError(error, plugin)).toEqual({ option: "text", text: expect.stringMatching(/^Rule must be valid: /) as string });
  expect(wrongValue("fast-dllm", "blockLength", makeLane("fast-dllm").plugin.options["blockLength"]!)).toBe(
    "Block length: enter a whole number of at least 1.",
  );
  expect(wrongValue("llada", "remasking", makeLane("llada").plugin.options["remasking"]!)).toBe(
    "Order: choose one of most certain first, random.",
  );
});
