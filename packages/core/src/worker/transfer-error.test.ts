import { expect, test } from "vitest";
import * as errors from "../errors.ts";
import { errorTransfer, type TransferredError } from "./transfer-error.ts";

/** Two sides, with what a real message channel does to what is sent. */
const [near, far] = [errorTransfer(), errorTransfer()];
const cross = (error: unknown): unknown => far.receive(structuredClone(near.send(error)));
const back = (error: unknown): unknown => near.receive(structuredClone(far.send(error)));

const examples: readonly Error[] = [
  new errors.InvalidOptionError({ where: "topP", option: "p", expected: "a number", actual: 2 }),
  new errors.ContextLengthError(5, 4),
  new errors.MissingModelError("speculative", "draft"),
  new errors.ModelLoadError("config.json", "is missing", new RangeError("cause")),
  new errors.ModelShapeError({ source: "a", tensor: "b", expected: "c", actual: "d" }),
  new errors.VocabularyMismatchError({ model: 1, tokenizer: 2 }, "Advice."),
  new errors.ExecutionUnavailableError("webgpu", "no"),
  new errors.DeviceLostError("unknown"),
  new errors.LogitsError("NaN"),
  new errors.DrafterError("oracle", "failed."),
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

test.each(examples.map((error) => [error.constructor.name, error] as const))("%s arrives as what it was", (_, error) => {
  const received = cross(error) as Error;
  expect(received).not.toBe(error);
  expect(received.constructor).toBe(error.constructor);
  expect(received).toBeInstanceOf(error.constructor);
  expect([received.name, received.message, received.stack]).toEqual([error.name, error.message, error.stack]);
  expect(errors.DecodekitError.isInstance(received)).toBe(errors.DecodekitError.isInstance(error));
  expect(Object.entries(received)).toEqual(Object.entries(error));
  expect(String(received.cause)).toBe(String(error.cause));
  expect("cause" in received).toBe("cause" in error);
  // Like those of any error, its fields can be written, by a test runner for example.
  for (const field of [...Object.keys(received), "name", "stack"])
    expect(Object.getOwnPropertyDescriptor(received, field)?.writable ?? true).toBe(true);
});

test("names and fields of one's own cross, and a class of one's own becomes its nearest one of the language", () => {
  class OwnError extends RangeError {
    override readonly name = "OwnError";
    readonly detail = { deep: [1, 2] };
  }
  const received = cross(new OwnError("mine")) as OwnError;
  expect(received).toBeInstanceOf(RangeError);
  expect(received).not.toBeInstanceOf(OwnError);
  expect([received.name, received.message, received.detail]).toEqual(["OwnError", "mine", { deep: [1, 2] }]);
  const renamed = Object.assign(new TypeError("a"), { name: "AbortError" });
  expect(cross(renamed)).toMatchObject({ name: "AbortError", message: "a" });
  expect(cross(renamed)).toBeInstanceOf(TypeError);
});

test("a name that a class has for all of its errors crosses", () => {
  class NamedError extends TypeError {}
  Object.defineProperty(NamedError.prototype, "name", { value: "NamedError" });
  const received = cross(new NamedError("a")) as Error;
  expect(received).toMatchObject({ name: "NamedError", message: "a" });
  received.name = "Renamed";
  expect(String(received)).toBe("Renamed: a");
  expect(Object.hasOwn(cross(new TypeError("b")) as Error, "name")).toBe(false);
});

test("an error of a later version of the package is a DecodekitError with its own name and code", () => {
  class LaterError extends errors.DecodekitError {
    override readonly name = "LaterError";
  }
  const received = cross(new LaterError("WORKER", "later"));
  expect(received).toBeInstanceOf(errors.DecodekitError);
  expect(errors.DecodekitError.isInstance(received)).toBe(true);
  expect(received).toMatchObject({ name: "LaterError", code: "WORKER", message: "later" });
});

test("a DOMException stays one", () => {
  const received = cross(new DOMException("too much", "QuotaExceededError"));
  expect(received).toBeInstanceOf(DOMException);
  expect(received).toMatchObject({ name: "QuotaExceededError", message: "too much", code: 22 });
});

test.each([
  ["a text", "only a text", "only a text"],
  ["nothing", undefined, undefined],
  ["an object", { a: [1] }, { a: [1] }],
  ["a function, as its text", Math.max, "function max() { [native code] }"],
  ["a symbol, as its text", Symbol("s"), "Symbol(s)"],
  ["an object with a function, as its text", { f: Math.max }, "[object Object]"],
  ["an object without a text", Object.assign(Object.create(null) as object, { f: Math.max }), "[object Object]"],
])("%s is thrown as it was, as far as it can be sent", (_, thrown, received) => {
  expect(cross(thrown)).toEqual(received);
});

test("a field that cannot be sent arrives as its text", () => {
  const error = new errors.InvalidOptionError({ where: "a", option: "b", expected: "c", actual: Math.max });
  expect(cross(error)).toMatchObject({ actual: "function max() { [native code] }" });
});

test("causes cross with their classes, up to a depth of 8", () => {
  let error: Error = new Error("the deepest");
  for (let depth = 0; depth < 12; depth++) error = new TypeError(`depth ${depth}`, { cause: error });
  let received = cross(error) as Error;
  let depth = 0;
  for (; received.cause; depth++) {
    expect(received.cause).toBeInstanceOf(TypeError);
    received = received.cause as Error;
  }
  expect(depth).toBe(8);
});

test("an error that comes back is the very same object, its causes too", () => {
  const cause = new RangeError("cause");
  const error = new errors.DrafterError("oracle", "failed.", cause);
  const received = cross(error) as Error;
  expect(back(received)).toBe(error);
  expect(back(received.cause)).toBe(cause);
  const wrapped = back(new Error("around it", { cause: received })) as Error;
  expect(wrapped.cause).toBe(error);
});

test("an error that comes back after more than 63 others is no longer known, and says so", () => {
  const [first, second] = [new Error("first"), new Error("second")];
  const received = [cross(first), cross(second)];
  for (let index = 0; index < 62; index++) cross(new Error(`${index}`));
  expect(back(received[0])).toBe(first);
  cross(new Error("one more"));
  expect(back(received[0])).toMatchObject({ message: "An error was returned too late to be recognised." });
  expect(back(received[1])).toBe(second);
});

test("what is sent is plain data", () => {
  const sent: TransferredError = near.send(new errors.WorkerError("gone"));
  expect(sent).toMatchObject({ kind: "error", error: { type: "WorkerError", isDecodekit: true, fields: { code: "WORKER" } } });
  expect("cause" in (sent as { readonly error: object }).error).toBe(false);
});
