import { expect, test } from "vitest";
import * as errors from "./errors.ts";

const {
  ChatTemplateError,
  ContextLengthError,
  DecodekitError,
  DeviceLostError,
  DisposedError,
  DrafterError,
  ExecutionUnavailableError,
  InvalidOptionError,
  LogitsError,
  marker,
  MissingModelError,
  ModelLoadError,
  ModelShapeError,
  PassError,
  VocabularyMismatchError,
  WorkerError,
} = errors;

const cases = [
  {
    make: () => new InvalidOptionError({ where: "topP", option: "p", expected: "a number in (0, 1]", actual: 1.2 }),
    message: "topP: p must be a number in (0, 1], got 1.2.",
    fields: { code: "INVALID_OPTION", where: "topP", option: "p", expected: "a number in (0, 1]", actual: 1.2 },
  },
  {
    make: () => new ContextLengthError(65, 64),
    message: "The sequence must be at most 64 tokens, got 65. Shorten the prompt or use a model with a longer context.",
    fields: { code: "CONTEXT_LENGTH", length: 65, contextLength: 64 },
  },
  {
    make: () => new MissingModelError("speculative", "draft"),
    message: 'speculative: needs a "draft" model, got none. Pass one, or choose a decoder that does not need it.',
    fields: { code: "MISSING_MODEL", decoder: "speculative", role: "draft" },
  },
  {
    make: () => new ModelLoadError("m/config.json", "does not exist."),
    message: "m/config.json: does not exist.",
    fields: { code: "MODEL_LOAD", source: "m/config.json" },
  },
  {
    make: () => new ModelShapeError({ source: "m.onnx", tensor: "logits", expected: "of 3 dimensions", actual: "of 2" }),
    message: "m.onnx: logits must be of 3 dimensions, got of 2.",
    fields: { code: "MODEL_SHAPE", source: "m.onnx", tensor: "logits", expected: "of 3 dimensions", actual: "of 2" },
  },
  {
    make: () => new VocabularyMismatchError({ model: 4096, tokenizer: 5000 }, "Use the tokenizer of the model."),
    message: "The vocabularies do not match: model has 4096, tokenizer has 5000. Use the tokenizer of the model.",
    fields: { code: "VOCABULARY_MISMATCH", vocabSizes: { model: 4096, tokenizer: 5000 } },
  },
  {
    make: () => new ExecutionUnavailableError("webgpu", "it needs a browser."),
    message: 'Execution "webgpu" is not available: it needs a browser.',
    fields: { code: "EXECUTION_UNAVAILABLE", execution: "webgpu" },
  },
  {
    make: () => new PassError({ source: "m.onnx", execution: "wasm", reason: "out of memory" }),
    message: "m.onnx: a pass failed on wasm (out of memory). Choose another file of the model (dtype or modelFile) or another execution.",
    fields: { code: "PASS", source: "m.onnx", execution: "wasm", reason: "out of memory" },
  },
  {
    make: () => new DeviceLostError("destroyed"),
    message: 'The GPU device was lost (destroyed). Load the model with "wasm", or in a new page or worker.',
    fields: { code: "DEVICE_LOST" },
  },
  {
    make: () => new LogitsError("NaN for token 3"),
    message: "The logits have no distribution: NaN for token 3. The model, its precision or a processor is at fault.",
    fields: { code: "INVALID_LOGITS" },
  },
  {
    make: () => new DrafterError("lookahead", "proposed token 9."),
    message: "lookahead: proposed token 9. The drafter or its model is at fault; decoding without it works.",
    fields: { code: "DRAFTER", drafter: "lookahead" },
  },
  {
    make: () => new ChatTemplateError("m/chat_template.jinja", "cannot be rendered."),
    message: "m/chat_template.jinja: cannot be rendered.",
    fields: { code: "CHAT_TEMPLATE", source: "m/chat_template.jinja" },
  },
  {
    make: () => new DisposedError("session"),
    message: "The session was disposed and can no longer be used. Create a new one.",
    fields: { code: "DISPOSED" },
  },
  { make: () => new WorkerError("The worker ended."), message: "The worker ended.", fields: { code: "WORKER" } },
] as const;

const ownFields = (error: Error): object => Object.fromEntries(Object.entries(error));

test.each(cases)("the message of $fields.code states the place, the problem and the remedy", ({ make, message, fields }) => {
  const error = make();
  expect(error.message).toBe(message);
  expect(ownFields(error)).toEqual({ name: error.constructor.name, ...fields });
  expect(error).toBeInstanceOf(Error);
  expect(DecodekitError.isInstance(error)).toBe(true);
  expect(Object.getOwnPropertyDescriptor(error, marker)).toMatchObject({ value: true, enumerable: false });
});

test("every error class is covered, and the base class has its name", () => {
  const classes = Object.entries(errors).flatMap(([name, value]) =>
    typeof value === "function" && name !== "DecodekitError" ? [name] : [],
  );
  expect(cases.map(({ make }) => make().name).toSorted()).toEqual(classes.toSorted());
  expect(ownFields(new DecodekitError("WORKER", "any"))).toEqual({ name: "DecodekitError", code: "WORKER" });
});

test.each([
  ["a text", '"a text"'],
  [7, "7"],
  [null, "null"],
  [undefined, "undefined"],
  [true, "true"],
  [[1, 2], "an array of 2"],
  [{ a: 1 }, "an object"],
  [Int32Array.of(1), "an object"],
])("an option's error shows the received value: %j as %s", (actual, shown) => {
  expect(new InvalidOptionError({ where: "f", option: "o", expected: "else", actual }).message).toBe(`f: o must be else, got ${shown}.`);
});

test("an error of another copy of the package is recognised, and other errors are not", () => {
  const foreign = Object.defineProperty(new Error("from elsewhere"), Symbol.for("decodekit.error"), { value: true });
  expect(DecodekitError.isInstance(foreign)).toBe(true);
  for (const other of [new Error("no"), undefined, null, "text", {}]) expect(DecodekitError.isInstance(other)).toBe(false);
});

test("a cause is kept, and there is none by default", () => {
  const cause = new Error("404");
  expect(new ModelLoadError("model.onnx", "not found", cause).cause).toBe(cause);
  expect("cause" in new ModelLoadError("model.onnx", "not found")).toBe(false);
  expect("cause" in new LogitsError("NaN")).toBe(false);
  for (const error of [
    new InvalidOptionError({ where: "f", option: "o", expected: "else", actual: 1, cause }),
    new ExecutionUnavailableError("native", "no.", cause),
    new PassError({ source: "m.onnx", execution: "wasm", reason: "no", cause }),
    new DrafterError("d", "failed.", cause),
    new WorkerError("ended", cause),
    new DecodekitError("WORKER", "any", { cause }),
  ])
    expect(error.cause).toBe(cause);
});
