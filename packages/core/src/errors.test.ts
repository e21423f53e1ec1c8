import { expect, test } from "vitest";
import {
  ContextLengthError,
  DecodekitError,
  DisposedError,
  InvalidOptionError,
  LogitsError,
  MissingModelError,
  ModelLoadError,
  VocabularyMismatchError,
} from "./errors.ts";

test.each([
  {
    error: new InvalidOptionError({ where: "topP", option: "p", expected: "a number in (0, 1]", actual: 1.2 }),
    code: "INVALID_OPTION",
    message: "topP: p must be a number in (0, 1], got 1.2.",
  },
  {
    error: new ContextLengthError(65, 64),
    code: "CONTEXT_LENGTH",
    message: "The sequence must be at most 64 tokens, got 65. Shorten the prompt or use a model with a longer context.",
  },
  {
    error: new MissingModelError("speculative", "draft"),
    code: "MISSING_MODEL",
    message: 'speculative: needs a "draft" model, got none. Pass one, or choose a decoder that does without.',
  },
  {
    error: new VocabularyMismatchError({ model: 4096, tokenizer: 5000 }, "Use the tokenizer of the model."),
    code: "VOCABULARY_MISMATCH",
    message: "The vocabularies do not match: model has 4096, tokenizer has 5000. Use the tokenizer of the model.",
  },
  {
    error: new DisposedError("session"),
    code: "DISPOSED",
    message: "The session was disposed and cannot be used any more. Create a new one.",
  },
])("$code says where, what and what to do", ({ error, code, message }) => {
  expect(error.code).toBe(code);
  expect(error.message).toBe(message);
  expect(error.name).toBe(error.constructor.name);
  expect(DecodekitError.isInstance(error)).toBe(true);
});

test("an error of another copy of the package is recognised, and no other is", () => {
  const foreign = Object.defineProperty(new Error("from elsewhere"), Symbol.for("decodekit.error"), { value: true });
  expect(DecodekitError.isInstance(foreign)).toBe(true);
  for (const other of [new Error("no"), undefined, null, "text", {}]) expect(DecodekitError.isInstance(other)).toBe(false);
});

test("a cause is kept, and none is made up", () => {
  const cause = new Error("404");
  expect(new ModelLoadError("model.onnx", "not found", cause).cause).toBe(cause);
  expect("cause" in new ModelLoadError("model.onnx", "not found")).toBe(false);
  expect("cause" in new LogitsError("NaN")).toBe(false);
});
