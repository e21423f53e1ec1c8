import * as errors from "../errors.ts";

/** An error as sent: plain data from which the other side creates an error of the same class. */
export type TransferredError =
  /** An error from the receiving side, which still has the original. */
  | { readonly kind: "returned"; readonly id: number }
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorData }
  /** Something else that was thrown. */
  | { readonly kind: "value"; readonly value: unknown };

interface ErrorData {
  /** "DOMException", a class of decodekit, or a built-in class. */
  readonly type: string;
  readonly isDecodekit: boolean;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: TransferredError;
}

/** Turns errors into data and back. An error that is sent there and back is the same object. */
export interface ErrorTransfer {
  send(error: unknown): TransferredError;
  readonly receive: (transferred: TransferredError) => unknown;
}

const REMEMBERED = 64;
const DEEPEST_CAUSE = 8;
const languageErrors = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError } as const;

export function errorTransfer(): ErrorTransfer {
  const sent = new Map<number, unknown>();
  const received = new WeakMap<object, number>();
  let count = 0;

  const remember = (error: Error): number => {
    sent.set(++count, error);
    sent.delete(count - REMEMBERED);
    return count;
  };

  const send = (error: unknown, depth = 0): TransferredError => {
    if (!(error instanceof Error)) return { kind: "value", value: cloneable(error) };
    const origin = received.get(error);
    if (origin !== undefined) return { kind: "returned", id: origin };
    return { kind: "error", id: remember(error), error: dataOf(error, (cause) => send(cause, depth + 1), depth < DEEPEST_CAUSE) };
  };

  const receive = (transferred: TransferredError): unknown => {
    switch (transferred.kind) {
      case "value":
        return transferred.value;
      case "returned":
        return sent.get(transferred.id) ?? new Error("An error was returned too late to be recognised.");
      case "error": {
        const { cause } = transferred.error;
        const error = errorOf(transferred.error, cause && receive(cause));
        received.set(error, transferred.id);
        return error;
      }
      default:
        return transferred satisfies never;
    }
  };
  return { send: (error) => send(error), receive };
}

function dataOf(error: Error, send: (cause: unknown) => TransferredError, withCause: boolean): ErrorData {
  const isDecodekit = errors.DecodekitError.isInstance(error);
  const { name, message, stack } = error;
  const type = error instanceof DOMException ? "DOMException" : isDecodekit ? error.name : languageTypeOf(error);
  const fields = Object.fromEntries(Object.entries(error).map(([field, value]) => [field, cloneable(value)]));
  return { type, isDecodekit, name, message, stack, fields, ...(withCause && error.cause !== undefined && { cause: send(error.cause) }) };
}

function languageTypeOf(error: Error): string {
  return Object.entries(languageErrors).findLast(([, type]) => error instanceof type)?.[0] ?? "Error";
}

function errorOf({ type, isDecodekit, name, message, stack, fields }: ErrorData, cause: unknown): Error {
  if (type === "DOMException") return new DOMException(message, name);
  const error = new Error(message, cause === undefined ? undefined : { cause });
  Object.setPrototypeOf(error, classOf(type, isDecodekit).prototype as object);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  for (const [field, value] of Object.entries(fields))
    Object.defineProperty(error, field, { value, enumerable: true, configurable: true, writable: true });
  if (isDecodekit) Object.defineProperty(error, errors.marker, { value: true });
  Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  return error;
}

function classOf(type: string, isDecodekit: boolean): { readonly prototype: unknown } {
  if (!isDecodekit) return languageErrors[type as keyof typeof languageErrors] ?? Error;
  const found = (errors as Readonly<Record<string, unknown>>)[type];
  return typeof found === "function" ? found : errors.DecodekitError;
}

/** Returns the value itself if it can be sent, else a string. */
function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return textOf(value);
  }
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    // An object without a prototype has no `toString`.
    return Object.prototype.toString.call(value);
  }
}
