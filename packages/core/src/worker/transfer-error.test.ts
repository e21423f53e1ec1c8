import { expect, test } from "vitest";
import * as errors from "../errors.ts";
import { errorTransfer, type TransferredError } from "./transfer-error.ts";

/** Two sides, whose data is cloned as a real message channel does. */
const [near, far] = [errorTransfer(), errorTransfer()];
const transfer = (error: unknown): unknown => far.receive(structuredClone(near.send(error)));
const back = (error: unknown): unknown => near.receive(structuredClone(far.send(error)));

const examples: readonly Error[] = [
  new errors.InvalidOptionError({ where: "topP", option: "p", expected: "a number", actual: 2 }),
  new errors.ContextLengthError(5, 4),
  new errors.MissingModelError("speculative", "draft"),
  new errors.ModelLoadError("config.json", "is missing", new RangeError("cause")),
  new errors.ModelShapeError({ source: "a", tensor: "b", expected: "c", actual: "d" }),
  new errors.VocabularyMismatchError({ model: 1, tokenizer: 2 }, "Advice."),
  new errors.ExecutionUnavailableError("webgpu", "no"),
  new errors.PassError({ source: "m.onnx", execution: "wasm", reason: "out of memory", cause: new RangeError("cause") }),
  new errors.DeviceLostError("unknown"),
  new errors.LogitsError("NaN"),
  new errors.DrafterError("oracle", "failed."),
  new errors.ChatTemplateError("m/chat_template.jinja", "no"),
  new errors.DisposedError("session"),
  new errors.WorkerError("gone"),
  new errors.DecodekitError("WORKER", "base"),
  new Error("a"),
  new TypeError("b"),
  new RangeError("c"),
  new SyntaxError("d"),
  new ReferenceError("e"),
  new EvalError("f"),
  new URIError("g"),
];

test.each(examples.map((error) => [error.constructor.name, error] as const))("%s arrives with its class and fields", (_, error) => {
  const received = transfer(error) as Error;
  expect(received).not.toBe(error);
  expect(received.constructor).toBe(error.constructor);
  expect(received).toBeInstanceOf(error.constructor);
  expect([received.name, received.message, received.stack]).toEqual([error.name, error.message, error.stack]);
  expect(errors.DecodekitError.isInstance(received)).toBe(errors.DecodekitError.isInstance(error));
  expect(Object.entries(received)).toEqual(Object.entries(error));
  expect(String(received.cause)).toBe(String(error.cause));
  expect("cause" in received).toBe("cause" in error);
  // Its fields are writable, like those of any error, for example by a test runner.
  for (const field of [...Object.keys(received), "name", "stack"])
    expect(Object.getOwnPropertyDescriptor(received, field)?.writable ?? true).toBe(true);
});

test("custom names and fields arrive, and a custom class becomes its nearest built-in class", () => {
  class OwnError extends RangeError {
    override readonly name = "OwnError";
    readonly detail = { deep: [1, 2] };
  }
  const received = transfer(new OwnError("mine")) as OwnError;
  expect(received).toBeInstanceOf(RangeError);
  expect(received).not.toBeInstanceOf(OwnError);
  expect([received.name, received.message, received.detail]).toEqual(["OwnError", "mine", { deep: [1, 2] }]);
  const renamed = Object.assign(new TypeError("a"), { name: "AbortError" });
  expect(transfer(renamed)).toMatchObject({ name: "AbortError", message: "a" });
  expect(transfer(renamed)).toBeInstanceOf(TypeError);
});

test("a name from a class's prototype arrives", () => {
  class NamedError extends TypeError {}
  Object.defineProperty(NamedError.prototype, "name", { value: "NamedError" });
  const received = transfer(new NamedError("a")) as Error;
  expect(received).toMatchObject({ name: "NamedError", message: "a" });
  received.name = "Renamed";
  expect(String(received)).toBe("Renamed: a");
  expect(Object.hasOwn(transfer(new TypeError("b")) as Error, "name")).toBe(false);
});

test("an error of a later version of the package is a DecodekitError with its own name and code", () => {
  class LaterError extends errors.DecodekitError {
    override readonly name = "LaterError";
  }
  const received = transfer(new LaterError("WORKER", "later"));
  expect(received).toBeInstanceOf(errors.DecodekitError);
  expect(errors.DecodekitError.isInstance(received)).toBe(true);
  expect(received).toMatchObject({ name: "LaterError", code: "WORKER", message: "later" });
});

test("a DOMException stays one", () => {
  const received = transfer(new DOMException("too much", "QuotaExceededError"));
  expect(received).toBeInstanceOf(DOMException);
  expect(received).toMatchObject({ name: "QuotaExceededError", message: "too much", code: 22 });
});

test.each([
  ["a string", "only a string", "only a string"],
  ["nothing", undefined, undefined],
  ["an object", { a: [1] }, { a: [1] }],
  ["a function, as a string", Math.max, "function max() { [native code] }"],
  ["a symbol, as a string", Symbol("s"), "Symbol(s)"],
  ["an object with a function, as a string", { f: Math.max }, "[object Object]"],
  ["an object without a string form", Object.assign(Object.create(null) as object, { f: Math.max }), "[object Object]"],
])("%s is thrown unchanged, as far as it can be sent", (_, thrown, received) => {
  expect(transfer(thrown)).toEqual(received);
});

test("a field that cannot be sent arrives as a string", () => {
  const error = new errors.InvalidOptionError({ where: "a", option: "b", expected: "c", actual: Math.max });
  expect(transfer(error)).toMatchObject({ actual: "function max() { [native code] }" });
});

test("causes arrive with their classes, up to a depth of 8", () => {
  let error: Error = new Error("the deepest");
  for (let depth = 0; depth < 12; depth++) error = new TypeError(`depth ${depth}`, { cause: error });
  let received = transfer(error) as Error;
  let depth = 0;
  for (; received.cause; depth++) {
    expect(received.cause).toBeInstanceOf(TypeError);
    received = received.cause as Error;
  }
  expect(depth).toBe(8);
});

test("an error that is sent back is the same object, and so are its causes", () => {
  const cause = new RangeError("cause");
  const error = new errors.DrafterError("oracle", "failed.", cause);
  const received = transfer(error) as Error;
  expect(back(received)).toBe(error);
  expect(back(received.cause)).toBe(cause);
  const wrapped = back(new Error("around it", { cause: received })) as Error;
  expect(wrapped.cause).toBe(error);
});

test("an error that is sent back after more than 63 others is replaced by one that states that", () => {
  const [first, second] = [new Error("first"), new Error("second")];
  const received = [transfer(first), transfer(second)];
  for (let index = 0; index < 62; index++) transfer(new Error(`${index}`));
  expect(back(received[0])).toBe(first);
  transfer(new Error("one more"));
  expect(back(received[0])).toMatchObject({ message: "An error was returned too late to be recognised." });
  expect(back(received[1])).toBe(second);
});

test("the sent data is plain", () => {
  const sent: TransferredError = near.send(new errors.WorkerError("gone"));
  expect(sent).toMatchObject({ kind: "error", error: { type: "WorkerError", isDecodekit: true, fields: { code: "WORKER" } } });
  expect("cause" in (sent as { readonly error: object }).error).toBe(false);
});
